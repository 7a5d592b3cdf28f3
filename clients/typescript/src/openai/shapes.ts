/** What is used of the official `openai` package: it is not a dependency, and never imported. */

import type { Json, Message } from '../types.js';

/** The client, as far as it is used here. */
export interface OpenAIClient {
  baseURL: string;
  withOptions(options: never): unknown;
  chat: { completions: { create: unknown } };
}

/** The body of `chat.completions.create`. */
export interface ChatBody extends Json {
  model?: string;
  messages?: readonly Message[];
  metadata?: Json | null;
  user?: string;
  stream?: boolean | null;
  stream_options?: Json | null;
}

/** Its second argument. */
export interface ChatOptions extends Json {
  headers?: HeadersLike;
}

/** Headers in the forms that the client takes. */
export type HeadersLike = Headers | Iterable<readonly string[]> | Record<string, unknown> | null;

/** What `create` gives: a promise that knows its response. */
export interface APIPromise<T> extends PromiseLike<T> {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: T; response: Response }>;
}

/** `chat.completions.create`. */
export type Create = (body: ChatBody, options?: ChatOptions) => APIPromise<object>;

/** A stream of chunks. */
export interface ChunkStream extends AsyncIterable<StreamChunk> {
  controller: AbortController;
}

/** A chunk, as far as it is used here. */
export interface StreamChunk {
  choices?: unknown[];
  usage?: unknown;
}

/** Whether a result of `create` is a stream of chunks. */
export function isStream(value: object): value is ChunkStream {
  return Symbol.asyncIterator in value && 'controller' in value;
}
