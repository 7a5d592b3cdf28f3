/** When a request is made again, and after how long. */

/** The answers of a server that has not begun: half a request, too many of them, no place for one. */
const NOT_DONE = [408, 429, 503];
/** What Node says of a connection that was never made; browsers do not tell. */
const NOT_CONNECTED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];
/** The first pause; each further one is twice as long. */
const FIRST_PAUSE_MS = 500;
/** The longest pause of our own choice. */
const LONGEST_PAUSE_MS = 8_000;
/** The longest pause that a server may ask for; more than that, and we give up at once. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** Counts the attempts of one call. */
export class Attempts {
  #left: number;
  #pauseMs = FIRST_PAUSE_MS;
  readonly #repeatable: boolean;

  /** `repeatable`: whether doing it twice is the same as doing it once. */
  constructor(maxRetries: number, repeatable: boolean) {
    this.#left = maxRetries;
    this.#repeatable = repeatable;
  }

  /** How long to wait before the next attempt; `undefined` to give up. */
  afterResponse(response: Response): number | undefined {
    const { status, headers } = response;
    const passes = NOT_DONE.includes(status) || (this.#repeatable && status >= 500);
    if (!passes) return undefined;
    const askedMs = retryAfterMs(headers.get('retry-after')) ?? 0;
    return askedMs > LONGEST_RETRY_AFTER_MS ? undefined : this.#next(askedMs);
  }

  /** The same, where there was no answer. */
  afterError(error: unknown): number | undefined {
    return this.#repeatable || neverConnected(error) ? this.#next(0) : undefined;
  }

  #next(atLeastMs: number): number | undefined {
    if (this.#left <= 0) return undefined;
    this.#left -= 1;
    // Jitter, so that clients which failed together do not come back together.
    const pauseMs = this.#pauseMs * (0.5 + Math.random() / 2);
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    return Math.max(pauseMs, atLeastMs);
  }
}

function neverConnected(error: unknown): boolean {
  const { code } = ((error as Error | undefined)?.cause ?? {}) as { code?: unknown };
  return typeof code === 'string' && NOT_CONNECTED.includes(code);
}

/** The header `Retry-After` in milliseconds from now: it holds seconds or a date. */
export function retryAfterMs(header: string | null): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
