/** `withLogging`: the same client, whose chat completions are logged. */

import type { Vouch } from '../client.js';
import type { Chunk } from '../fold.js';
import type { Json } from '../types.js';
import { LoggedPromise, nameLog } from './promise.js';
import { type Base, CallRecord } from './record.js';
import {
  type APIPromise,
  type ChatBody,
  type ChatOptions,
  type Create,
  type HeadersLike,
  type OpenAIClient,
  isStream,
} from './shapes.js';
import { loggedStream } from './stream.js';

/** What is said of all calls of one client. */
export interface LoggingOptions {
  /** Metadata of every log. */
  metadata?: Json;
  /** The provider's name; by itself made from the client's address. */
  provider?: string;
}

/**
 * A client like this one (of the official `openai` package) that logs what it does.
 *
 * Each call of `chat.completions` (`create`, `parse`, `stream`, `runTools`) becomes one log, sent
 * in the background; the call itself is neither delayed nor failed by it. As with the gateway,
 * `metadata` and `user` of a call, and the headers `x-vouch-chain-id`, `x-vouch-conversation-id`,
 * `x-vouch-user-id` and `x-vouch-metadata` of its options, go to the log; these headers are not
 * sent to the provider.
 *
 * A streamed call is asked for its usage, and the application does not see the chunk that brings
 * it unless it asked, too. `logIdOf(answer)` names the log. Call `await vouch.flush()` before
 * `process.exit()`; a program that ends by itself waits for what is queued.
 */
export function withLogging<C extends OpenAIClient>(
  client: C,
  vouch: Vouch,
  options: LoggingOptions = {},
): C {
  const logged = client.withOptions({} as never) as C;
  const { completions } = logged.chat;
  const create = (completions.create as Create).bind(completions);
  const base = {
    provider: options.provider ?? host(client.baseURL),
    metadata: options.metadata ?? {},
  };
  completions.create = new Calls(create, vouch, base).create;
  const withOptions = logged.withOptions.bind(logged);
  logged.withOptions = (changes) => withLogging(withOptions(changes) as C, vouch, options);
  return logged;
}

/** Makes a record of each call. */
class Calls {
  /** Whether this provider lets us ask for the usage of a stream. */
  #asksUsage = true;
  readonly #create: Create;
  readonly #vouch: Vouch;
  readonly #base: Base;

  constructor(create: Create, vouch: Vouch, base: Base) {
    this.#create = create;
    this.#vouch = vouch;
    this.#base = base;
  }

  create = (body: ChatBody, options?: ChatOptions): APIPromise<object> => {
    let record: CallRecord;
    let theirs: ChatOptions | undefined;
    try {
      const [ours, rest] = split(options?.headers);
      theirs = ours.size > 0 ? { ...options, headers: rest } : options;
      record = new CallRecord(this.#vouch.background, this.#base, body, ours);
    } catch (error) {
      console.warn('vouch: a call could not be logged:', error);
      return this.#create(body, options);
    }
    const asks =
      this.#asksUsage && body.stream === true && !('include_usage' in (body.stream_options ?? {}));
    return this.#logged(record, body, theirs, asks);
  };

  #logged(
    record: CallRecord,
    body: ChatBody,
    options: ChatOptions | undefined,
    asks: boolean,
  ): APIPromise<object> {
    const stream_options = { ...body.stream_options, include_usage: true };
    const first = this.#create(asks ? { ...body, stream_options } : body, options);
    let hides = asks;
    const answered = answer(first).catch((error: unknown) => {
      if (!asks || !this.#refused(error)) throw error;
      hides = false;
      return answer(this.#create(body, options));
    });
    answered.catch((error: unknown) => {
      nameLog(error, record.logId);
      record.failed(error, { began: false });
    });
    const value = (came: object): object => {
      const shown = isStream(came) ? loggedStream(came, record, hides) : came;
      if (shown === came) record.answered(came);
      nameLog(shown, record.logId);
      return shown;
    };
    // Who takes the response of a stream reads bytes that we do not see.
    const response = (came: Response): void => {
      if (!body.stream) void observe(record, came);
    };
    return new LoggedPromise(answered, { value, response });
  }

  /** Whether the provider does not know the option that we added. */
  #refused(error: unknown): boolean {
    const { status, message } = error as { status?: number; message?: string };
    const refused =
      (status === 400 || status === 422) && Boolean(message?.includes('stream_options'));
    if (refused) this.#asksUsage = false;
    return refused;
  }
}

/** The promise, once its response is there; the body is not read. */
async function answer(promise: APIPromise<object>): Promise<{ promise: APIPromise<object> }> {
  await promise.asResponse();
  return { promise };
}

/** Logs the answer of which the application takes only the response. */
async function observe(record: CallRecord, response: Response): Promise<void> {
  try {
    record.answered((await response.clone().json()) as Chunk);
  } catch (error) {
    record.failed(error, { began: true });
  }
}

/** Our headers, and those for the provider. */
function split(headers: HeadersLike | undefined): [Map<string, string>, Json] {
  const ours = new Map<string, string>();
  const theirs: Json = {};
  const all = headers && Symbol.iterator in headers ? [...headers] : Object.entries(headers ?? {});
  for (const [name = '', value] of all) {
    if (name.toLowerCase().startsWith('x-vouch-')) ours.set(name.toLowerCase(), String(value));
    else theirs[name] = value;
  }
  return [ours, theirs];
}

function host(baseUrl: string): string {
  const { hostname } = new URL(baseUrl);
  if (hostname === 'api.openai.com') return 'openai';
  return hostname.endsWith('.openai.azure.com') ? 'azure' : hostname;
}
