/** The client. */

import { Background } from './background.js';
import { VouchError } from './errors.js';
import { InvokeResult, InvokeStream, type WireAnswer } from './invoke.js';
import { Logs } from './logs.js';
import type { Feedback, FeedbackKept, FeedbackToken, MetricsAdded } from './models.js';
import { wireFeedback } from './opinion.js';
import { type Call, INVOKE_TIMEOUT_MS, type RequestOptions, Transport } from './transport.js';
import type { DeploymentCall, Metrics, NewFeedback } from './types.js';

/** Where the server is, and how to talk to it. */
export interface VouchOptions {
  /** `VOUCH_BASE_URL` of the environment where absent, else `http://127.0.0.1:7700`. */
  baseUrl?: string;
  /** `VOUCH_API_KEY` of the environment where absent. Not for browsers: see `publicFeedback`. */
  apiKey?: string;
  /** The longest wait for one answer; of a stream, the longest silence. A minute where absent. */
  timeoutMs?: number;
  /** How often an attempt is repeated that ends in 408, 429, 5xx or without a connection. */
  maxRetries?: number;
  /** Used in place of the global `fetch`. */
  fetch?: typeof fetch;
}

export const DEFAULT_BASE_URL = 'http://127.0.0.1:7700';
export const DEFAULT_TIMEOUT_MS = 60_000;
export const DEFAULT_MAX_RETRIES = 3;

/** A client of one Vouch server. */
export class Vouch {
  /** The request log. */
  readonly logs: Logs;
  /** @internal */
  readonly transport: Transport;
  /** @internal What `withLogging` sends. */
  readonly background: Background;

  constructor(options: VouchOptions = {}) {
    const apiKey = options.apiKey ?? environment('VOUCH_API_KEY');
    if (!apiKey) throw new VouchError('no API key: pass apiKey, or set VOUCH_API_KEY');
    const baseUrl = options.baseUrl ?? environment('VOUCH_BASE_URL') ?? DEFAULT_BASE_URL;
    this.transport = new Transport({
      baseUrl: baseUrl.replace(/\/+$/, ''),
      apiKey,
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxRetries: options.maxRetries ?? DEFAULT_MAX_RETRIES,
      fetch: options.fetch ?? ((...request) => fetch(...request)),
    });
    this.logs = new Logs(this.transport);
    this.background = new Background(this.transport);
  }

  /** Calls a deployment by its key. A model may take long: `timeoutMs` is ten minutes. */
  async invoke(
    key: string,
    call: DeploymentCall = {},
    options?: RequestOptions,
  ): Promise<InvokeResult> {
    const answer = await this.transport.send<WireAnswer>(invocation(key, 'invoke', call, options));
    return new InvokeResult(answer, this);
  }

  /** Calls a deployment by its key, and hands out the answer while it is written. */
  async invokeStream(
    key: string,
    call: DeploymentCall = {},
    options?: RequestOptions,
  ): Promise<InvokeStream> {
    return new InvokeStream(
      await this.transport.open(invocation(key, 'stream', call, options)),
      this,
    );
  }

  /** Adds metrics, metadata and a score to a log, even before it is there. */
  addMetrics(logId: string, metrics: Metrics, options?: RequestOptions): Promise<MetricsAdded> {
    return this.#post(logPath(logId, 'metrics'), metrics, options);
  }

  /** Says what someone thinks of a log, a chain or a conversation. */
  feedback(feedback: NewFeedback, options?: RequestOptions): Promise<FeedbackKept> {
    return this.feedbackMany([feedback], options);
  }

  /** Gives up to 1,000 feedbacks at once: all of them or none are kept. */
  async feedbackMany(
    feedback: readonly NewFeedback[],
    options?: RequestOptions,
  ): Promise<FeedbackKept> {
    return this.#post('/api/v1/feedback', { feedback: feedback.flatMap(wireFeedback) }, options);
  }

  /**
   * Takes a feedback back. It stays readable, but counts no more.
   *
   * Its author may do so, and an admin: pass the `user_id` it was given with.
   */
  retract(
    feedbackId: string,
    by: { user_id?: string } = {},
    options?: RequestOptions,
  ): Promise<Feedback> {
    return this.#post(`/api/v1/feedback/${encodeURIComponent(feedbackId)}/retract`, by, options);
  }

  /**
   * Makes a token with which a browser may give feedback on this log and nothing else.
   *
   * It lasts `ttl_s` seconds: 60 to 86,400; three hours where absent.
   */
  feedbackToken(
    logId: string,
    wanted: { ttl_s?: number; user_id?: string } = {},
    options?: RequestOptions,
  ): Promise<FeedbackToken> {
    return this.#post(logPath(logId, 'feedback-token'), wanted, options);
  }

  /** How many logs of `withLogging` were lost; `console.warn` said why. */
  get droppedLogs(): number {
    return this.background.dropped;
  }

  /** Waits until the logs of `withLogging` are sent; whether they were, in time. */
  flush(timeoutMs = 10_000): Promise<boolean> {
    return this.background.flush(timeoutMs);
  }

  /** Sends what `withLogging` has left, for ten seconds at most; what comes then is dropped. */
  close(timeoutMs = 10_000): Promise<void> {
    return this.background.close(timeoutMs);
  }

  #post<T>(path: string, body: unknown, options: RequestOptions | undefined): Promise<T> {
    return this.transport.send({ ...options, method: 'POST', path, body });
  }
}

/** A call of a deployment. A model that may be at it already is not called a second time. */
function invocation(
  key: string,
  how: 'invoke' | 'stream',
  call: DeploymentCall,
  options: RequestOptions = {},
): Call {
  const timeoutMs = options.timeoutMs ?? INVOKE_TIMEOUT_MS;
  const path = `/v2/deployments/${how}`;
  return {
    ...options,
    method: 'POST',
    path,
    body: { ...call, key },
    timeoutMs,
    repeatable: false,
  };
}

function logPath(logId: string, rest: string): string {
  return `/api/v1/logs/${encodeURIComponent(logId)}/${rest}`;
}

/** A variable of the environment, where there is one: browsers have none. */
function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}
