/** One call of a model: what was asked, what came, how long it took. */

import type { Background } from '../background.js';
import { type Chunk, Fold, hasText } from '../fold.js';
import { newLogId } from '../ids.js';
import type { Json, LogError, NewLog, Status, TokenLogprob } from '../types.js';
import type { ChatBody } from './shapes.js';

/** What all calls of one client have in common. */
export interface Base {
  provider: string;
  metadata: Json;
}

/** Becomes a log when the call ends, however it ends, and only once. */
export class CallRecord {
  readonly logId: string;
  readonly #background: Background;
  readonly #asked: NewLog;
  readonly #began = performance.now();
  readonly #fold = new Fold();
  #firstAt: number | undefined;
  #ended = false;

  constructor(background: Background, base: Base, body: ChatBody, headers: Map<string, string>) {
    this.logId = headers.get('x-vouch-log-id') ?? newLogId();
    this.#background = background;
    this.#asked = { id: this.logId, created_at: new Date(), ...asked(base, body, headers) };
  }

  /** The whole answer came at once. */
  answered(completion: Chunk): void {
    this.#guarded(() => {
      // Its fields have the shape of one chunk with everything in it.
      this.#fold.push(completion);
      this.#end('completed');
    });
  }

  /** A piece of the answer came. */
  chunk(chunk: Chunk): void {
    this.#guarded(() => {
      if (hasText(chunk)) this.#firstAt ??= performance.now();
      this.#fold.push(chunk);
    });
  }

  /** The stream came to its end. */
  streamEnded(): void {
    this.#end('failed', { kind: 'interrupted', message: 'the stream ended before the answer did' });
  }

  /** The application wanted no more of it. */
  cancelled(): void {
    this.#end('cancelled');
  }

  /** There is no answer, or not all of it. */
  failed(error: unknown, { began }: { began: boolean }): void {
    if (isAbort(error)) return this.cancelled();
    this.#end('failed', failure(error, began));
  }

  /** Queues the log; an answer whose choices all ended is complete, whatever came after. */
  #end(status: Status, error?: LogError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#guarded(() => this.#background.put(this.#log(status, error)));
  }

  #log(status: Status, error: LogError | undefined): NewLog {
    const fold = this.#fold;
    const log: NewLog = {
      ...this.#asked,
      status: fold.ended ? 'completed' : status,
      choices: fold.choices,
      performance: { latency: performance.now() - this.#began },
    };
    if (this.#firstAt !== undefined && log.performance) {
      log.performance.time_to_first_token = this.#firstAt - this.#began;
    }
    if (fold.usage) log.usage = fold.usage;
    if (fold.logprobs.length > 0) log.logprobs = fold.logprobs.map(token);
    if (error && !fold.ended) log.error = error;
    return log;
  }

  /** What goes wrong here stays here: the application's call must not fail for its log. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      console.warn('vouch: a call could not be logged:', error);
    }
  }
}

/** What the request says, as a log says it. */
function asked(base: Base, body: ChatBody, headers: Map<string, string>): NewLog {
  const { messages, model, metadata, user, stream: _, stream_options: __, ...parameters } = body;
  return {
    // The list as it is now: applications append the answer to it.
    messages: [...(messages ?? [])],
    model: model ?? null,
    provider: base.provider,
    parameters,
    metadata: { ...base.metadata, ...metadata, ...object(headers.get('x-vouch-metadata')) },
    chain_id: headers.get('x-vouch-chain-id') ?? null,
    conversation_id: headers.get('x-vouch-conversation-id') ?? null,
    user_id: headers.get('x-vouch-user-id') ?? user ?? null,
  };
}

function object(text: string | undefined): Json {
  try {
    return text ? (JSON.parse(text) as Json) : {};
  } catch {
    return {};
  }
}

/** Why a call failed. */
function failure(error: unknown, began: boolean): LogError {
  const { status, error: event } = (error ?? {}) as { status?: unknown; error?: unknown };
  if (typeof status === 'number') return { kind: 'upstream', status, message: said(error) };
  // An event that says what went wrong comes with it; a broken connection has nothing to say.
  if (began) return { kind: event ? 'upstream' : 'interrupted', message: said(error) };
  const kinds = error instanceof Error ? kindsOf(error) : [];
  const unreachable = kinds.some((kind) => kind.startsWith('APIConnection'));
  return { kind: unreachable ? 'unreachable' : 'rejected', message: said(error) };
}

/** The names of an error's class and of those it extends. */
function kindsOf(error: Error): string[] {
  const names: string[] = [];
  let kind: unknown = error.constructor;
  while (typeof kind === 'function' && kind.name) {
    names.push(kind.name);
    kind = Object.getPrototypeOf(kind);
  }
  return names;
}

/** Whether the application ended the call. */
function isAbort(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || kindsOf(error).includes('APIUserAbortError');
}

function said(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function token({ token, logprob, bytes, top_logprobs }: TokenLogprob): TokenLogprob {
  const likely = (top_logprobs ?? []).map((one) => ({ token: one.token, logprob: one.logprob }));
  return { token, logprob, top_logprobs: likely, ...(bytes ? { bytes } : {}) };
}
