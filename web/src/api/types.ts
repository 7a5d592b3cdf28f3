// The wire types of the native API, one block per noun, as crates/vouch-domain serialises them.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

// --- who ---
export type Scope = "ingest" | "feedback" | "read" | "admin";
export type Role = "viewer" | "reviewer" | "admin";
export type Source = "program" | "judge" | "end_user" | "reviewer";

export interface Project {
  id: string;
  name: string;
  created_at: string;
}

export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  created_at: string;
  disabled_at: string | null;
}

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
}

export type NewApiKey = ApiKey & { secret: string };

export interface Me {
  project: Project;
  user: User | null;
  key: ApiKey | null;
  scopes: Scope[];
  /** The server's own address, e.g. `http://127.0.0.1:7700`. */
  address: string;
  version: string;
}

// --- log ---
export type LogStatus = "configured" | "completed" | "failed" | "cancelled";
export type LogOrigin = "gateway" | "get_config" | "ingest";

export interface Message {
  role: string;
  content?: Json;
  [rest: string]: Json | undefined;
}

export interface Choice {
  index: number;
  message: Message;
  finish_reason: string | null;
  [rest: string]: Json | Message | undefined;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

/** Milliseconds. */
export interface Performance {
  latency: number | null;
  time_to_first_token: number | null;
}

export interface Served {
  deployment: string | null;
  version: number | null;
  variant: string | null;
  provider: string | null;
  model: string | null;
}

export interface Context {
  chain_id: string | null;
  conversation_id: string | null;
  user_id: string | null;
}

export interface Alternative {
  token: string;
  logprob: number;
}

export interface TokenLogprob {
  token: string;
  logprob: number;
  bytes?: number[];
  top_logprobs?: Alternative[];
}

export interface Uncertainty {
  mean_logprob: number;
  perplexity: number;
  min_logprob: number;
  min_token: string;
  tokens: number;
}

export interface LogError {
  kind: string;
  status: number | null;
  message: string;
}

export interface FeedbackTally {
  thumbs_up: number;
  thumbs_down: number;
  score: number | null;
  count: number;
  has_correction: boolean;
}

export interface MetadataChange {
  key: string;
  value: Json;
  at: string;
  by: string;
}

export interface LogSummary extends Served, Context {
  id: string;
  created_at: string;
  status: LogStatus;
  origin: LogOrigin;
  input_preview: string;
  output_preview: string;
  usage: Usage | null;
  performance: Performance;
  cost_usd_micros: number | null;
  mean_logprob: number | null;
  feedback: FeedbackTally;
}

export interface LogDetail extends Served, Context {
  id: string;
  created_at: string;
  status: LogStatus;
  origin: LogOrigin;
  sent_by: string;
  messages: Message[];
  choices: Choice[];
  parameters: JsonObject;
  inputs: JsonObject;
  metadata: JsonObject;
  usage: Usage | null;
  performance: Performance;
  cost_usd_micros: number | null;
  logprobs: TokenLogprob[];
  uncertainty: Uncertainty | null;
  error: LogError | null;
  tally: FeedbackTally;
  metadata_history: MetadataChange[];
  feedback: Feedback[];
}

// --- metric ---
export type MetricTypeName = "boolean" | "number" | "category" | "multi_category" | "text";
export type Direction = "higher_is_better" | "lower_is_better" | "neutral";
export type MetricValue = boolean | number | string | string[];

export interface MetricDefinition {
  name: string;
  type: MetricTypeName;
  min?: number | null;
  max?: number | null;
  categories?: string[];
  direction: Direction;
  guideline: string;
  state: "defined" | "undefined";
  built_in: boolean;
  created_at: string;
}

export interface MetricChange {
  type: MetricTypeName;
  min?: number | null;
  max?: number | null;
  categories?: string[];
  direction?: Direction;
  guideline?: string;
}

// --- feedback ---
export interface Feedback {
  id: string;
  created_at: string;
  author: string;
  author_name: string | null;
  source: Source;
  log_id?: string;
  chain_id?: string;
  conversation_id?: string;
  name: string;
  value: MetricValue;
  comment: string | null;
  correction: string | null;
  counts: boolean;
  retracted_at: string | null;
}

export interface NewFeedback {
  log_id: string;
  name: string;
  value: MetricValue;
  comment?: string;
}

export interface SummaryPoint {
  /** YYYY-MM-DD, UTC. */
  date: string;
  /** The dimension's value; empty for `all`. */
  value: string;
  /** The word or boolean; empty for the total over all. */
  label: string;
  count: number;
  sum: number;
}

export interface FeedbackSummary {
  metric: MetricDefinition;
  by: string;
  from: string;
  to: string;
  points: SummaryPoint[];
}

// --- deployment ---
export interface Deployment {
  id: string;
  key: string;
  description: string;
  active_version: number | null;
  created_at: string;
  archived_at: string | null;
}

export interface Variant {
  name: string;
  weight: number;
  context: Record<string, string[]>;
  provider: string;
  model: string;
  prompt: Message[];
  parameters: JsonObject;
  tools: Json[];
}

export interface VersionSpec {
  variants: Variant[];
  capture_logprobs: boolean;
  note: string;
}

export interface DeploymentVersion extends VersionSpec {
  number: number;
  created_at: string;
  created_by: string;
  used_at: string | null;
}

export interface DeploymentDetail {
  deployment: Deployment;
  versions: DeploymentVersion[];
}

// --- provider, model, price ---
export type ProviderKind = "local" | "openai";
export type ProviderKey = { from: "none" } | { from: "environment"; variable: string } | { from: "sealed" };
export type ProviderKeyChange = Exclude<ProviderKey, { from: "sealed" }> | { from: "sealed"; value: string };

export interface Provider {
  id: string;
  name: string;
  kind: ProviderKind;
  base_url: string | null;
  key: ProviderKey;
  created_at: string;
}

export interface ProviderChange {
  kind: ProviderKind;
  base_url?: string;
  key?: ProviderKeyChange;
}

export interface Model {
  provider: string;
  model: string;
  ready: boolean;
  note: string | null;
}

export interface Price {
  provider: string;
  model: string;
  input_usd_micros_per_mtok: number;
  output_usd_micros_per_mtok: number;
}

// --- usage, audit, event ---
export interface UsagePoint {
  date: string;
  deployment: string | null;
  variant: string | null;
  model: string | null;
  calls: number;
  failed: number;
  prompt_tokens: number;
  completion_tokens: number;
  cost_usd_micros: number;
}

export interface AuditEntry {
  seq: number;
  id: string;
  at: string;
  actor: string;
  action: string;
  subject: string;
  details: Json;
  hash: string;
}

export interface AuditVerdict {
  entries: number;
  intact: boolean;
  broken_at: number | null;
}

export type EventKind = "log.created" | "log.updated" | "feedback.changed" | "settings.changed";

export interface VouchEvent {
  seq: number;
  kind: EventKind;
  ids: string[];
}
