// The wire types, named as the UI uses them. They come from docs/openapi.json through `npm run
// types`; only what OpenAPI cannot say is written here.
import type { components } from "./schema";

export type Schema = components["schemas"];

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** What the server answers has every field: serde writes an absent value as null. */
export type Whole<T> = T extends (infer Item)[]
  ? Whole<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Whole<Exclude<T[Key], undefined>> }
    : T;
/** `T` with some fields said more exactly. */
export type With<T, Fields> = Omit<T, keyof Fields> & Fields;

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  /** The search stopped before the page was full; `next_cursor` goes on. Left out where it did not. */
  partial?: boolean;
}

// --- review ---
export type Reviewer = Whole<Schema["Reviewer"]>;
export type ReviewerReport = Whole<Schema["ReviewerReport"]>;
export type Confusion = Whole<Schema["Confusion"]>;
export type QuestionAgreement = With<Whole<Schema["QuestionAgreement"]>, { coefficients: Coefficient[] }>;
export type Agreement = With<Whole<Schema["Agreement"]>, { questions: QuestionAgreement[] }>;
export type QueueConsensus = Whole<Schema["QueueConsensus"]>;
export type TaskConsensus = Whole<Schema["TaskConsensus"]>;
export type PairAgreement = Whole<Schema["PairAgreement"]>;
export type Coefficient = With<
  Whole<Schema["Coefficient"]>,
  { name: "percent" | "cohen_kappa" | "fleiss_kappa" | "krippendorff_alpha" | "gwet_ac1" | "gwet_ac2" | "icc" | "kendall_w" | "cohen_kappa_weighted" | "icc_mean" | "span_f1" }
>;

// --- who ---
export type Scope = Schema["Scope"];
export type Role = Schema["Role"];
export type Source = Schema["Source"];
export type Project = Whole<Schema["Project"]>;
export type User = Whole<Schema["User"]>;
export type Retention = Whole<Schema["Retention"]>;
export type RetentionPreview = Whole<Schema["RetentionPreview"]>;
export type AllowedOrigins = Whole<Schema["AllowedOrigins"]>;
export type ApiKey = Whole<Schema["ApiKey"]>;
export type NewApiKey = Whole<Schema["CreatedKey"]>;
export type HookKind = Schema["HookKind"];
export type Webhook = Whole<Schema["Webhook"]>;
export type NewWebhook = Whole<Schema["WebhookWithSecret"]>;
export type DeliveryState = Schema["DeliveryState"];
export type DeliveryAttempt = Whole<Schema["DeliveryAttempt"]>;
export type Delivery = With<Whole<Schema["Delivery"]>, { payload: JsonObject; attempts: DeliveryAttempt[] }>;
export type Me = Whole<Schema["Me"]>;
export type CreatedUser = Whole<Schema["CreatedUser"]>;
export type Invitation = Whole<Schema["Invitation"]>;
export type NewInvitation = Whole<Schema["CreatedInvitation"]>;
export type OpenInvitation = Whole<Schema["OpenInvitation"]>;
export type SigninLink = Whole<Schema["SigninLink"]>;

// --- log ---
export type LogStatus = Schema["LogStatus"];
export type LogOrigin = Schema["LogOrigin"];
export type Performance = Whole<Schema["Performance"]>;
export type Alternative = Schema["Alternative"];
/** `bytes` and `top_logprobs` are left out where there are none. */
export type TokenLogprob = Schema["TokenLogprob"];
export type Uncertainty = Whole<Schema["Uncertainty"]>;
export type LogError = Whole<Schema["LogError"]>;
export type FeedbackTally = Whole<Schema["FeedbackTally"]>;
export type MetadataChange = With<Whole<Schema["MetadataChange"]>, { value: Json }>;

/** OpenAI's shape; fields that nobody knows are kept. */
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

export type LogSummary = With<Whole<Schema["LogSummary"]>, { usage: Usage | null }>;

export type LogDetail = With<
  Whole<Schema["WholeLog"]>,
  {
    messages: Message[];
    choices: Choice[];
    parameters: JsonObject;
    inputs: JsonObject;
    metadata: JsonObject;
    usage: Usage | null;
    logprobs: TokenLogprob[];
    metadata_history: MetadataChange[];
    feedback: Feedback[];
  }
>;

// --- conversation, chain, view ---
export type View = Whole<Schema["View"]> & { filter: { [name: string]: string } };
export type ThreadTotals = Whole<Schema["ThreadTotals"]>;
export type Turn = With<
  Whole<Schema["Turn"]>,
  { messages: Message[]; choices: Choice[]; metadata: JsonObject; usage: Usage | null; feedback: Feedback[] }
>;
export type ThreadPage = With<Whole<Schema["WholeThread"]>, { feedback: Feedback[]; items: Turn[] }>;

// --- metric ---
export type MetricTypeName = Schema["MetricTypeName"];
export type Direction = Schema["Direction"];
export type MetricValue = Schema["MetricValue"];
export type MetricChange = Schema["PutMetric"];

/** One shape for the five types: `min` and `max` of numbers, `categories` of words. */
export interface MetricDefinition extends Omit<Whole<Schema["MetricDefinition"]>, "type" | "min" | "max" | "categories"> {
  type: MetricTypeName;
  min?: number | null;
  max?: number | null;
  categories?: string[];
}

// --- feedback ---
/** About a log, a chain or a conversation: one of the three ids is there. */
export type Feedback = Whole<Omit<Schema["Feedback"], keyof Schema["FeedbackTarget"] | "value">> & {
  log_id?: string;
  chain_id?: string;
  conversation_id?: string;
  value: MetricValue;
};

export interface NewFeedback {
  log_id: string;
  name: string;
  value: MetricValue;
  comment?: string;
}

export type SummaryPoint = Whole<Schema["Point"]>;
export type FeedbackSummary = With<Whole<Schema["Summary"]>, { metric: MetricDefinition }>;

// --- deployment ---
export type Deployment = Whole<Schema["Deployment"]>;
export type Variant = With<Whole<Schema["Variant"]>, { prompt: Message[]; parameters: JsonObject; tools: Json[] }>;
export type VersionSpec = With<Whole<Schema["VersionSpec"]>, { variants: Variant[] }>;
export type DeploymentVersion = With<Whole<Schema["DeploymentVersion"]>, { variants: Variant[] }>;

export interface DeploymentDetail {
  deployment: Deployment;
  versions: DeploymentVersion[];
}

// --- provider, model, price ---
export type ProviderKind = Schema["ProviderKind"];
export type ProviderKey = Schema["ProviderKey"];
export type ProviderKeyChange = { from: "none" } | { from: "environment"; variable: string } | { from: "sealed"; value: string };
export type Provider = With<Whole<Schema["Provider"]>, { key: ProviderKey }>;

export interface ProviderChange {
  kind: ProviderKind;
  base_url?: string;
  key?: ProviderKeyChange;
}

export type Model = Whole<Schema["Model"]>;
export type Price = Whole<Schema["Price"]>;

// --- files of tasks ---
/** A task as it would be added. */
export interface NewTask {
  key: string | null;
  item: JsonObject;
  gold: { answers: Record<string, Json> } | null;
  suggestion: { source: string; answers: Record<string, Json> } | null;
  reviews: { by: string; email: string | null; answers: Record<string, Json> }[];
}
export type RejectedRow = With<Whole<Schema["Rejected"]>, { row: Json }>;
export type Imported = With<Whole<Schema["ImportResult"]>, { first: NewTask[]; rejected_rows: RejectedRow[]; left_out: Record<string, number> }>;

// --- audit, event ---
export type AuditEntry = With<Whole<Schema["AuditEntry"]>, { details: Json }>;
export type AuditVerdict = Whole<Schema["Verified"]>;
export type EventKind = Schema["EventKind"];
export type VouchEvent = Whole<Schema["Event"]>;
