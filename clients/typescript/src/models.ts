/** What is received. The server may add fields. */

import type {
  Choice,
  Json,
  LogError,
  Message,
  Performance,
  Source,
  Status,
  TokenLogprob,
  Usage,
} from './types.js';

/** A feedback that is kept. Times are RFC 3339. */
export interface Feedback {
  id: string;
  created_at: string;
  log_id?: string;
  chain_id?: string;
  conversation_id?: string;
  author: string;
  author_name?: string | null;
  source: Source;
  name: string;
  value: boolean | number | string | string[];
  comment?: string | null;
  correction?: string | null;
  /** Whether it is the newest of its author on its metric and was not taken back. */
  counts: boolean;
  retracted_at?: string | null;
}

/** What became of feedback that was sent. */
export interface FeedbackKept {
  /** In the order it was sent. */
  ids: string[];
  /** For each whether its log is there; what is early is attached when the log arrives. */
  attached: boolean[];
}

/** Leave for a browser to give feedback on one log, and nothing else. */
export interface FeedbackToken {
  token: string;
  expires_at: string;
}

/** What became of `addMetrics`. */
export interface MetricsAdded {
  success: boolean;
  /** Whether the log was there; otherwise this is merged when it arrives. */
  attached: boolean;
  /** The feedback that came along. */
  feedback_ids: string[];
}

/** What people said of a log, in short. */
export interface FeedbackTally {
  thumbs_up: number;
  thumbs_down: number;
  score: number | null;
  count: number;
  has_correction: boolean;
}

/** How sure the model was of its own words. */
export interface Uncertainty {
  mean_logprob: number;
  perplexity: number;
  min_logprob: number;
  min_token: string;
  tokens: number;
}

interface LogHead {
  id: string;
  created_at: string;
  status: Status;
  origin: 'gateway' | 'get_config' | 'ingest';
  deployment: string | null;
  version: number | null;
  variant: string | null;
  provider: string | null;
  model: string | null;
  chain_id: string | null;
  conversation_id: string | null;
  user_id: string | null;
  usage: Usage | null;
  performance: Performance;
  cost_usd_micros: number | null;
}

/** A log as a line of a list. */
export interface LogSummary extends LogHead {
  input_preview: string;
  output_preview: string;
  mean_logprob: number | null;
  feedback: FeedbackTally;
}

/** One log, whole, with its feedback. */
export interface Log extends LogHead {
  sent_by: string;
  messages: Message[];
  choices: Choice[];
  parameters: Json;
  inputs?: Json;
  metadata: Json;
  logprobs?: TokenLogprob[];
  uncertainty?: Uncertainty | null;
  error?: LogError | null;
  tally: FeedbackTally;
  /** Each value that a metadata key had. */
  metadata_history: { key: string; value: unknown; at: string; by: string }[];
  /** Oldest first. */
  feedback: Feedback[];
}

/** A part of a list. */
export interface Page<T> {
  items: T[];
  /** Where the next page begins; `null` on the last. */
  next_cursor: string | null;
}
