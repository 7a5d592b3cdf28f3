/** Sending logs in the background: never in the way of the application's own work. */

import { APIConnectionError, APIStatusError } from './errors.js';
import type { Transport } from './transport.js';
import type { NewLog } from './types.js';

/** The most logs that wait; what comes then is dropped. */
export const MOST_WAITING = 2_000;
const MOST_IN_BATCH = 100;
const BATCH_CHARS = 8 << 20;
/** How long a log waits for company. */
const LINGER_MS = 200;
/** The pause while the server cannot be reached; each further one is twice as long. */
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** How long a program that ends by itself waits for a server that is away. */
const CLOSING_MS = 10_000;
/** What says that a log of the batch is wrong, rather than the way to the server. */
const WRONG_LOG = [400, 409, 413, 422];

/** A bounded queue, and what empties it. */
export class Background {
  /** How many logs were lost: the queue was full, the server refused them, or it was closed. */
  dropped = 0;
  /** The first pause; tests make a shorter one. */
  pauseMs = PAUSE_MS;
  readonly #transport: Transport;
  #waiting: NewLog[] = [];
  #sending = 0;
  #running: Promise<void> | undefined;
  #hurry = new Signal();
  #closed = new Signal();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Queues a log. Does not wait, does not fail. */
  put(log: NewLog): void {
    if (this.#closed.given) return this.#drop(1, 'the client is closed');
    if (this.#waiting.length >= MOST_WAITING) return this.#drop(1, 'too many logs are waiting');
    this.#waiting.push(log);
    this.#running ??= this.#run();
  }

  /** Waits until all that was queued is sent or dropped; whether that was in time. */
  async flush(timeoutMs: number): Promise<boolean> {
    if (!this.#running) return true;
    this.#hurry.give();
    const done = this.#running.then(() => true);
    return within(timeoutMs, done, false);
  }

  /** Sends what is queued, for so long at most, and takes no more. */
  async close(timeoutMs: number): Promise<void> {
    await this.flush(timeoutMs);
    this.#closed.give();
    if (this.#waiting.length > 0)
      this.#drop(this.#waiting.splice(0).length, 'the client was closed');
  }

  async #run(): Promise<void> {
    const { process } = globalThis as { process?: Partial<Program> };
    process?.once?.('beforeExit', this.#beforeExit);
    process?.once?.('exit', this.#atExit);
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < MOST_IN_BATCH) await this.#hurry.within(LINGER_MS);
      const batch = this.#waiting.splice(0, MOST_IN_BATCH);
      this.#sending = batch.length;
      for (const part of parts(this.#encoded(batch))) await this.#post(part);
      this.#sending = 0;
    }
    process?.off?.('beforeExit', this.#beforeExit);
    process?.off?.('exit', this.#atExit);
    this.#hurry = new Signal();
    this.#running = undefined;
  }

  /** There is nothing left to do but this. */
  #beforeExit = (): void => void this.flush(CLOSING_MS);

  #atExit = (): void => {
    const left = this.#waiting.length + this.#sending;
    if (left > 0) this.#drop(left, 'the program has ended');
  };

  #encoded(batch: NewLog[]): string[] {
    return batch.flatMap((log) => {
      try {
        return [JSON.stringify(log)];
      } catch (error) {
        this.#drop(1, String(error));
        return [];
      }
    });
  }

  async #post(logs: string[]): Promise<void> {
    const content = `{"logs":[${logs.join(',')}]}`;
    for (let pauseMs = this.pauseMs; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        await this.#transport.send({ method: 'POST', path: '/api/v1/logs', content });
        return;
      } catch (error) {
        if (!mayPass(error)) {
          if (logs.length === 1 || !isWrongLog(error))
            return this.#drop(logs.length, String(error));
          // One of them is wrong, and all are refused: the others go alone.
          for (const log of logs) await this.#post([log]);
          return;
        }
        // While the server is away a program may end: this timer does not hold it.
        const jitter = 0.5 + Math.random() / 2;
        await this.#closed.within(pauseMs * jitter, { holdsProgram: false });
        if (this.#closed.given) return this.#drop(logs.length, String(error));
      }
    }
  }

  #drop(count: number, why: string): void {
    const before = Math.floor(this.dropped / 100);
    const first = this.dropped === 0;
    this.dropped += count;
    if (first || Math.floor(this.dropped / 100) > before) {
      console.warn(`vouch: ${this.dropped} logs are lost: ${why}`);
    }
  }
}

/** Node's `process`, as far as it is used here; browsers have none. */
interface Program {
  once(event: 'beforeExit' | 'exit', act: () => void): void;
  off(event: 'beforeExit' | 'exit', act: () => void): void;
}

/** Whether the server may take the same logs later. */
function mayPass(error: unknown): boolean {
  if (error instanceof APIStatusError)
    return [408, 429].includes(error.status) || error.status >= 500;
  return error instanceof APIConnectionError;
}

function isWrongLog(error: unknown): boolean {
  return error instanceof APIStatusError && WRONG_LOG.includes(error.status);
}

/** The logs in bodies that the server takes. */
function parts(logs: string[]): string[][] {
  const all: string[][] = [];
  let size = Infinity;
  for (const log of logs) {
    if (size + log.length > BATCH_CHARS) {
      all.push([]);
      size = 0;
    }
    all.at(-1)?.push(log);
    size += log.length;
  }
  return all;
}

/** Something that happens once, or not. */
class Signal {
  given = false;
  give!: () => void;
  readonly #happens = new Promise<void>((resolve) => {
    this.give = () => {
      this.given = true;
      resolve();
    };
  });

  /** Waits for it, so long at most. */
  within(ms: number, options?: { holdsProgram: boolean }): Promise<void> {
    return within(ms, this.#happens, undefined, options);
  }
}

async function within<T>(
  ms: number,
  wanted: Promise<T>,
  otherwise: T,
  options = { holdsProgram: true },
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), ms);
    // Only Node's timers hold a program.
    if (!options.holdsProgram) (timer as { unref?: () => void }).unref?.();
  });
  try {
    return await Promise.race([wanted, late]);
  } finally {
    clearTimeout(timer);
  }
}
