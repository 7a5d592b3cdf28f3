/** What is sent: the fields of the calls, under the names that they have on the wire. */

/** A JSON object. */
export type Json = Record<string, unknown>;

/** A message of a conversation in OpenAI's shape; unknown fields are kept. */
export interface Message {
  role: string;
  content?: unknown;
  [field: string]: unknown;
}

/** A value of a metric: thumbs are booleans, scores numbers, categories words or lists of words. */
export type FeedbackValue = boolean | number | string | readonly string[];
/**
 * Who a feedback comes from. `reviewer` is for people who are signed in, `reviewers` for what the
 * reviewers of a queue say together.
 */
export type Source = 'program' | 'judge' | 'end_user' | 'reviewer' | 'reviewers';
/** How far a call came. */
export type Status = 'configured' | 'completed' | 'failed' | 'cancelled';

/** Tokens used; fields that Vouch does not know are kept. */
export interface Usage {
  prompt_tokens?: number | null;
  completion_tokens?: number | null;
  total_tokens?: number | null;
  [field: string]: unknown;
}

/** Timings in milliseconds. */
export interface Performance {
  /** From the request to the last byte of the answer. */
  latency?: number | null;
  /** From the request to the first token. */
  time_to_first_token?: number | null;
}

/** One answer of a model in OpenAI's shape; unknown fields are kept. */
export interface Choice {
  index?: number;
  message: Message;
  finish_reason?: string | null;
  [field: string]: unknown;
}

/** The application's own names for an interaction. */
export interface Context {
  /** Several calls that serve one purpose. */
  chain_id?: string | null;
  /** Several calls of one conversation. */
  conversation_id?: string | null;
  /** The application's user. */
  user_id?: string | null;
}

/** What `addMetrics` adds to a log. */
export interface Metrics extends Context {
  /** A score from 0 to 100. */
  feedback?: { score?: number | null } | null;
  /** Merged by key; the newest value of a key wins, its history is kept. */
  metadata?: Json | null;
  usage?: Usage | null;
  performance?: Performance | null;
  /** Fills an absent input. */
  messages?: readonly Message[] | null;
  /** Fills an absent output. */
  choices?: readonly Choice[] | null;
}

/** What someone thinks: thumbs, a score, any metric, a correction, a comment. */
export interface Opinion {
  /** The metric `thumbs`: up or down. */
  thumbs?: boolean;
  /** The metric `score`: 0 to 100. */
  score?: number;
  /** Any metric's name; its value is `value`. */
  name?: string;
  value?: FeedbackValue;
  /** The answer as it should be. Alone it is a feedback on the metric `correction`. */
  correction?: string;
  /** A remark. Alone it is a feedback on the metric `comment`. */
  comment?: string;
  /** The application's user who gave it. */
  user_id?: string;
  /** What kind of author; by itself `end_user` with a `user_id`, else `program`. */
  source?: Source;
}

/** An opinion with what it is about: a log, a chain or a conversation. */
export interface NewFeedback extends Opinion {
  /** This log, which need not be there yet. */
  log_id?: string;
  /** All calls of this chain. */
  chain_id?: string;
  /** All calls of this conversation. */
  conversation_id?: string;
}

/** What `invoke` sends beside the deployment's key. */
export interface DeploymentCall extends Context {
  /** Variables of the prompt template. */
  inputs?: Json | null;
  /** Go after the template's messages. */
  messages?: readonly Message[] | null;
  /** Go after the template's system messages, before its others. */
  prefix_messages?: readonly Message[] | null;
  /** What chooses the variant, e.g. `{environments: ['production']}`. */
  context?: Json | null;
  /** Win over the variant's parameters, e.g. `{temperature: 0}`. */
  extra_params?: Json | null;
  /** The log's metadata. */
  metadata?: Json | null;
}

/** Why a call failed. */
export interface LogError {
  kind?: 'upstream' | 'unreachable' | 'interrupted' | 'rejected';
  /** The upstream's HTTP status. */
  status?: number | null;
  message: string;
}

/** A token with its natural log-probability. */
export interface TokenLogprob {
  token: string;
  logprob: number;
  bytes?: number[] | null;
  top_logprobs?: { token: string; logprob: number }[];
}

/** A log that is sent in. */
export interface NewLog extends Context {
  /** Chosen by the sender (`newLogId()`), so that sending it again changes nothing. */
  id?: string | null;
  created_at?: Date | string | null;
  /** `completed` where absent; `failed` where there is an error. */
  status?: Status | null;
  messages: readonly Message[];
  choices?: readonly Choice[] | null;
  model?: string | null;
  provider?: string | null;
  deployment?: string | null;
  version?: number | null;
  variant?: string | null;
  /** `temperature`, `tools` and whatever else was asked. */
  parameters?: Json | null;
  inputs?: Json | null;
  metadata?: Json | null;
  usage?: Usage | null;
  performance?: Performance | null;
  /** In millionths of a US dollar; from the server's price table where absent. */
  cost_usd_micros?: number | null;
  /** The tokens of the first choice with their log-probabilities. */
  logprobs?: readonly TokenLogprob[] | null;
  error?: LogError | null;
  feedback?: { score?: number | null } | null;
}

/** Which logs to list; all filters that are given must fit. */
export interface LogFilters extends Context {
  /** The filter language, e.g. `thumbs:down and latency>2s`. */
  q?: string | null;
  deployment?: string | null;
  variant?: string | null;
  model?: string | null;
  status?: Status | null;
  /** `key:value`. */
  metadata?: string | null;
  /** At least one that counts. */
  thumbs?: 'up' | 'down' | null;
  min_score?: number | null;
  max_score?: number | null;
  /** `metric` or `metric:label`. */
  feedback?: string | null;
  /** That feedback was given on this date (`YYYY-MM-DD`, UTC) or later. */
  feedback_from?: string | null;
  /** That feedback was given on this date (UTC) or before. */
  feedback_to?: string | null;
  /** Any feedback at all, or none. */
  has_feedback?: boolean | null;
  /** Made on this date (UTC) or later. */
  from?: string | null;
  /** Made on this date (UTC) or before. */
  to?: string | null;
}
