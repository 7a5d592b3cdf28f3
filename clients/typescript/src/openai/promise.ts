/** The promise that a logged call gives: that of the `openai` client, and what it resolves to. */

import type { APIPromise } from './shapes.js';

/** Where `logIdOf` finds the id: a symbol, which survives a spread and is not in the JSON. */
const LOG_ID = Symbol.for('vouch.log_id');

/** The log of what a client with logging gave or threw; `undefined` for anything else. */
export function logIdOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const id = (answer as { [LOG_ID]?: unknown })[LOG_ID];
  return typeof id === 'string' ? id : undefined;
}

/** Puts the log's id where `logIdOf` finds it. */
export function nameLog(thing: unknown, logId: string): void {
  if (typeof thing !== 'object' || thing === null || !Object.isExtensible(thing)) return;
  Object.defineProperty(thing, LOG_ID, { value: logId, enumerable: true, configurable: true });
}

/** What a call gives, seen on its way to the application. */
export interface Passing<T> {
  value(value: object): T;
  response(response: Response): void;
}

/** A promise for what the call gives, with the same methods as the `openai` client's own. */
export class LoggedPromise<T extends object> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'APIPromise';
  /** The client's promise, once the response is there; within an object, as it is thenable. */
  readonly #answered: Promise<{ promise: APIPromise<object> }>;
  readonly #passing: Passing<T>;
  #shown: Promise<T> | undefined;

  constructor(answered: Promise<{ promise: APIPromise<object> }>, passing: Passing<T>) {
    this.#answered = answered;
    this.#passing = passing;
  }

  async asResponse(): Promise<Response> {
    const { promise } = await this.#answered;
    const response = await promise.asResponse();
    this.#passing.response(response);
    return response;
  }

  async withResponse(): Promise<{ data: T; response: Response }> {
    const { promise } = await this.#answered;
    return { ...(await promise.withResponse()), data: await this.#value() };
  }

  /** The `openai` client's helpers go on with this. */
  _thenUnwrap<U extends object>(transform: (value: T) => U): LoggedPromise<U> {
    const value = (came: object): U => transform(this.#passing.value(came));
    return new LoggedPromise(this.#answered, { ...this.#passing, value });
  }

  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#value().then(fulfilled, rejected);
  }

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#value().catch(rejected);
  }

  finally(settled?: (() => void) | null): Promise<T> {
    return this.#value().finally(settled);
  }

  #value(): Promise<T> {
    this.#shown ??= this.#answered.then(async ({ promise }) => this.#passing.value(await promise));
    return this.#shown;
  }
}
