/** Feedback from a browser, with a token and nothing else. */

import { DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT_MS } from './client.js';
import { wireFeedback } from './opinion.js';
import { Transport } from './transport.js';
import type { Opinion } from './types.js';

/** Where the server is. */
export interface PublicOptions {
  /** The address of the Vouch server; the page's own where absent. */
  baseUrl?: string;
  timeoutMs?: number;
  maxRetries?: number;
  fetch?: typeof fetch;
  signal?: AbortSignal;
}

/**
 * Gives feedback on the log that the token is for; the ids of the feedback.
 *
 * The token comes from `vouch.feedbackToken(...)` on a server of the application, and says who the
 * user is. It is safe in a page: it can do nothing else, and expires.
 */
export async function publicFeedback(
  token: string,
  opinion: Omit<Opinion, 'user_id' | 'source'>,
  options: PublicOptions = {},
): Promise<string[]> {
  const transport = new Transport({
    baseUrl: (options.baseUrl ?? '').replace(/\/+$/, ''),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxRetries: options.maxRetries ?? DEFAULT_MAX_RETRIES,
    fetch: options.fetch ?? ((...request) => fetch(...request)),
  });
  const ids: string[] = [];
  for (const one of wireFeedback(opinion)) {
    const body = { ...one, token };
    const path = '/api/v1/public/feedback';
    const kept = await transport.send<{ id: string }>({
      method: 'POST',
      path,
      body,
      // Its route knows no idempotency key.
      repeatable: false,
      signal: options.signal,
    });
    ids.push(kept.id);
  }
  return ids;
}
