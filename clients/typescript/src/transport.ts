/** Sending calls: authorisation, time-outs, retries, errors. */

import { APIConnectionError, APITimeoutError, VouchError, statusError } from './errors.js';
import { uuid } from './ids.js';
import { Attempts } from './retry.js';

/** What may be said about any single call. */
export interface RequestOptions {
  /** Made where absent; the same for all attempts of a write, so that it happens once. */
  idempotencyKey?: string | undefined;
  /** The longest wait for one answer; of a stream, the longest silence. */
  timeoutMs?: number | undefined;
  /** Ends the call. */
  signal?: AbortSignal | undefined;
}

/** One call of the API. */
export interface Call extends RequestOptions {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  /** The body as it goes out, where it is JSON already. */
  content?: string;
  query?: Record<string, unknown> | undefined;
  /**
   * Whether doing it twice is the same as doing it once; by itself it is. What is not is only
   * tried again where it was certainly not done.
   */
  repeatable?: boolean;
}

/** Where the server is, and how to talk to it. */
export interface Settings {
  baseUrl: string;
  /** Absent where a token in the body is enough. */
  apiKey?: string | undefined;
  timeoutMs: number;
  maxRetries: number;
  fetch: typeof fetch;
}

/** A model may think for long. */
export const INVOKE_TIMEOUT_MS = 600_000;

/** A successful response, and the watch over its body. */
export interface Opened {
  response: Response;
  watch: Watch;
}

/** Sends calls. */
export class Transport {
  readonly settings: Settings;
  /** How pauses are made; tests make shorter ones. */
  pause: (ms: number, signal: AbortSignal | undefined) => Promise<void> = pause;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** The JSON of the answer. */
  async send<T>(call: Call): Promise<T> {
    return this.#attempt(call, 'application/json', async (response) => {
      const text = await response.text();
      try {
        return JSON.parse(text) as T;
      } catch (cause) {
        throw new VouchError(`the answer to ${call.path} is not JSON`, { cause });
      }
    });
  }

  /** A successful response, whose body is still to be read. */
  async open(call: Call): Promise<Opened> {
    return this.#attempt(call, 'text/event-stream', async (response, watch) => ({
      response,
      watch,
    }));
  }

  async #attempt<T>(
    call: Call,
    accept: string,
    read: (response: Response, watch: Watch) => Promise<T>,
  ): Promise<T> {
    const [url, request] = this.#request(call, accept);
    const attempts = new Attempts(this.settings.maxRetries, call.repeatable ?? true);
    for (;;) {
      const watch = new Watch(call.timeoutMs ?? this.settings.timeoutMs, call.signal);
      let pauseMs: number | undefined;
      try {
        const { fetch } = this.settings;
        const response = await fetch(url, { ...request, signal: watch.signal });
        if (response.ok) {
          const came = await read(response, watch);
          if (accept === 'application/json') watch.end();
          return came;
        }
        const text = await response.text();
        watch.end();
        pauseMs = attempts.afterResponse(response);
        if (pauseMs === undefined) throw statusError(response, text, call.path);
      } catch (error) {
        watch.end();
        const known = error instanceof VouchError && !watch.timedOut;
        if (known || call.signal?.aborted) throw error;
        pauseMs = attempts.afterError(error);
        if (pauseMs === undefined) throw connectionError(error, watch);
      }
      await this.pause(pauseMs, call.signal);
    }
  }

  /** The same bytes for all attempts. */
  #request(call: Call, accept: string): [string, RequestInit] {
    const headers: Record<string, string> = {};
    if (this.settings.apiKey) {
      headers['authorization'] = `Bearer ${this.settings.apiKey}`;
      headers['accept'] = accept;
      if (call.method === 'POST') headers['idempotency-key'] = call.idempotencyKey ?? uuid();
    }
    const request: RequestInit = { method: call.method, headers };
    if (call.method === 'POST') {
      headers['content-type'] = 'application/json';
      request.body = call.content ?? JSON.stringify(call.body ?? {});
    }
    return [this.settings.baseUrl + call.path + queryText(call.query), request];
  }
}

/** Ends a request when it takes too long, or when the caller says so. */
export class Watch {
  timedOut = false;
  readonly #ended = new AbortController();
  readonly #timeoutMs: number;
  readonly #caller: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(timeoutMs: number, caller: AbortSignal | undefined) {
    this.#timeoutMs = timeoutMs;
    this.#caller = caller;
    if (caller?.aborted) this.#ended.abort(caller.reason);
    caller?.addEventListener('abort', this.#abort);
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Something came: the time begins anew. */
  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.timedOut = true;
      this.#ended.abort(new APITimeoutError(`no answer within ${this.#timeoutMs} ms`));
    }, this.#timeoutMs);
  }

  /** There is nothing to wait for any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#abort);
  }

  /** Drops the connection. */
  abort(): void {
    this.end();
    this.#ended.abort();
  }

  #abort = (): void => this.#ended.abort(this.#caller?.reason);
}

function connectionError(error: unknown, watch: Watch): APIConnectionError {
  if (watch.timedOut) return watch.signal.reason as APITimeoutError;
  return new APIConnectionError(`no answer: ${reason(error)}`, { cause: error });
}

/** Why a fetch failed: the cause says more than `fetch failed`. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return cause ? `${error.message}: ${cause}` : error.message;
}

function queryText(query: Record<string, unknown> | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value != null);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}
