/** A stub in the place of the network: it answers as told, and keeps what it was asked. */

import { Vouch, type VouchOptions } from '../src/index.js';

export const BASE_URL = 'http://vouch.test';
export const KEPT = { ids: ['fb_1'], attached: [true] };
export const ADDED = { success: true, attached: true, feedback_ids: [] };
export const ANSWER = {
  id: 'log_1',
  created: '2026-01-02T03:04:05Z',
  object: 'chat',
  model: 'm',
  provider: 'openailike',
  is_final: true,
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
};

interface Asked {
  url: URL;
  method: string;
  headers: Headers;
  body: any;
  signal: AbortSignal;
}

type Reply = Response | Error | 'silence';

/** Gives each request the next of its answers: a response, an error, or none at all. */
export class Stub {
  readonly asked: Asked[] = [];
  readonly pauses: number[] = [];
  readonly #answers: Reply[];

  constructor(...answers: Reply[]) {
    this.#answers = answers;
  }

  fetch: typeof fetch = async (input, init = {}) => {
    const signal = init.signal as AbortSignal;
    const body = init.body ? JSON.parse(init.body as string) : undefined;
    const headers = new Headers(init.headers);
    this.asked.push({
      url: new URL(String(input)),
      method: init.method ?? 'GET',
      headers,
      body,
      signal,
    });
    const answer = this.#answers.shift() ?? new Error('no more answers');
    if (answer === 'silence') {
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
    }
    if (answer instanceof Error) throw answer;
    return answer as Response;
  };

  /** A client on this stub, whose pauses take no time. */
  client(options: VouchOptions = {}): Vouch {
    const vouch = new Vouch({
      baseUrl: BASE_URL,
      apiKey: 'vk_test',
      fetch: this.fetch,
      ...options,
    });
    vouch.transport.pause = async (ms) => void this.pauses.push(ms);
    return vouch;
  }

  header(name: string): (string | null)[] {
    return this.asked.map(({ headers }) => headers.get(name));
  }

  get bodies(): any[] {
    return this.asked.map(({ body }) => body);
  }
}

export function ok(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

export function problem(
  status: number,
  fields: object = {},
  headers: Record<string, string> = {},
): Response {
  return Response.json({ status, ...fields }, { status, headers });
}

/** A streamed answer, cut in the middle of lines. */
export function streamed(pieces: string[], { end = true } = {}): Response {
  let text = '';
  for (const [i, content] of pieces.entries()) {
    const last = end && i === pieces.length - 1;
    const { usage, ...rest } = ANSWER;
    const choice = {
      index: 0,
      message: { role: 'assistant', content },
      finish_reason: last ? 'stop' : null,
    };
    const event = { ...rest, is_final: last, choices: [choice], ...(last ? { usage } : {}) };
    text += `data: ${JSON.stringify(event)}\n\n`;
  }
  if (end) text += 'data: [DONE]\n\n';
  return new Response(cut(text, 7));
}

/** A body in pieces of so many bytes. */
export function cut(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size)
        controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
}
