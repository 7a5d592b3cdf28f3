/** The answers of deployments, whole or streamed. */

import type { Vouch } from './client.js';
import { APITimeoutError, StreamBrokenError, VouchError } from './errors.js';
import { Fold } from './fold.js';
import type { FeedbackKept, MetricsAdded } from './models.js';
import { SseDecoder } from './sse.js';
import { type Opened, type RequestOptions, reason } from './transport.js';
import type { Choice, Metrics, Opinion, Usage } from './types.js';

/** An answer as it is on the wire. */
export interface WireAnswer {
  id: string;
  created: string;
  model: string;
  provider: string;
  choices: Choice[];
  usage?: Usage;
  is_final?: boolean;
}

/** A piece of a streamed answer. */
export interface InvokeChunk extends WireAnswer {
  /** What is new of the first choice's text. */
  text: string;
}

/** What a deployment answered, and what can be said about it. */
export class InvokeResult {
  /** The log of this call: what metrics and feedback are about. */
  readonly log_id: string;
  /** RFC 3339. */
  readonly created: string;
  readonly model: string;
  readonly provider: string;
  readonly choices: Choice[];
  readonly usage: Usage | undefined;
  readonly #client: Vouch;

  constructor(answer: WireAnswer, client: Vouch) {
    this.log_id = answer.id;
    this.created = answer.created;
    this.model = answer.model;
    this.provider = answer.provider;
    this.choices = answer.choices;
    this.usage = answer.usage;
    this.#client = client;
  }

  /** The text of the first choice. */
  get text(): string {
    return textOf(this.choices);
  }

  /** Adds metrics, metadata and a score to this answer's log. */
  addMetrics(metrics: Metrics, options?: RequestOptions): Promise<MetricsAdded> {
    return this.#client.addMetrics(this.log_id, metrics, options);
  }

  /** Says what someone thinks of this answer. */
  feedback(opinion: Opinion, options?: RequestOptions): Promise<FeedbackKept> {
    return this.#client.feedback({ ...opinion, log_id: this.log_id }, options);
  }
}

/** A streamed answer: iterate over its chunks. Leaving the loop ends the stream. */
export class InvokeStream implements AsyncIterable<InvokeChunk> {
  readonly #opened: Opened;
  readonly #client: Vouch;
  readonly #fold = new Fold();
  readonly #chunks: AsyncGenerator<InvokeChunk, void, undefined>;
  #last: WireAnswer | undefined;

  constructor(opened: Opened, client: Vouch) {
    this.#opened = opened;
    this.#client = client;
    this.#chunks = this.#read();
  }

  /** The log of this call, once the first chunk has come. */
  get log_id(): string | undefined {
    return this.#last?.id;
  }

  [Symbol.asyncIterator](): AsyncGenerator<InvokeChunk, void, undefined> {
    return this.#chunks;
  }

  /** Reads what is left; the whole answer. */
  async collect(): Promise<InvokeResult> {
    for await (const _ of this);
    if (!this.#last) throw new VouchError('the stream had no event');
    const usage = this.#fold.usage ? { usage: this.#fold.usage } : {};
    const answer = { ...this.#last, choices: this.#fold.choices, ...usage };
    return new InvokeResult(answer, this.#client);
  }

  /** Ends the stream; the server logs an unfinished one as cancelled. */
  async close(): Promise<void> {
    this.#opened.watch.abort();
    await this.#chunks.return();
  }

  async *#read(): AsyncGenerator<InvokeChunk, void, undefined> {
    const { response, watch } = this.#opened;
    const decoder = new SseDecoder();
    const reader = response.body?.getReader();
    try {
      for (;;) {
        const piece = await reader?.read();
        if (!piece || piece.done) throw this.#broken('it has no end');
        watch.restart();
        for (const data of decoder.push(piece.value)) {
          if (data === '[DONE]') return;
          yield this.#chunk(data);
        }
      }
    } catch (error) {
      if (watch.timedOut) throw new APITimeoutError('the stream fell silent', { cause: error });
      if (error instanceof VouchError || watch.signal.aborted) throw error;
      throw this.#broken(reason(error), error);
    } finally {
      watch.abort();
    }
  }

  #chunk(data: string): InvokeChunk {
    const event = JSON.parse(data) as WireAnswer;
    this.#last = event;
    this.#fold.push(event);
    return { ...event, text: textOf(event.choices) };
  }

  #broken(why: string, cause?: unknown): StreamBrokenError {
    return new StreamBrokenError(`the stream broke off: ${why}`, this.log_id, { cause });
  }
}

function textOf(choices: Choice[]): string {
  const content = choices[0]?.message.content;
  return typeof content === 'string' ? content : '';
}
