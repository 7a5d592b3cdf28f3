/**
 * A provider that speaks OpenAI's chat completions and does what the last message says.
 *
 * `fail with 429` answers with that status; `break off` closes the connection within the answer;
 * `go on` streams until the caller goes away; `no stream_options` refuses that field; `use the
 * tool` calls a tool; `wait` waits for the caller to go; anything else is greeted.
 */

import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export const PIECES = ['Hello', ' from', ' fake', '.'];
export const TEXT = PIECES.join('');
export const USAGE = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };

export class Provider {
  calls: any[] = [];
  headers: IncomingHttpHeaders[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Provider> {
    const server = createServer(async (request, response) => {
      const body = JSON.parse(await text(request));
      provider.calls.push(body);
      provider.headers.push(request.headers);
      await answer(body, response);
    });
    const provider = new Provider(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  forget(): void {
    this.calls = [];
    this.headers = [];
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

async function answer(body: any, response: ServerResponse): Promise<void> {
  const said: string = body.messages.at(-1).content;
  if (said.startsWith('fail with ')) return fail(response, Number(said.slice(10)), 'slow down');
  if (said === 'no stream_options' && 'stream_options' in body) {
    return fail(response, 400, 'unknown field: stream_options');
  }
  if (said === 'wait') return;
  if (body.stream) return stream(body, said, response);
  send(response, 200, completion(body, said));
}

function fail(response: ServerResponse, status: number, message: string): void {
  send(response, status, { error: { message, type: 'error', code: null } });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function stream(body: any, said: string, response: ServerResponse): Promise<void> {
  const chunk = (fields: object): void => {
    const rest = {
      id: 'chatcmpl-fake',
      object: 'chat.completion.chunk',
      created: 1.7e9,
      model: body.model,
    };
    response.write(`data: ${JSON.stringify({ ...rest, ...fields })}\n\n`);
  };
  const event = (delta: object, finish_reason: string | null = null): void =>
    chunk({ choices: [{ index: 0, delta, finish_reason }] });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  event({ role: 'assistant', content: '' });
  if (said === 'go on') {
    for (let i = 0; i < 500 && !response.destroyed; i += 1) {
      event({ content: `${i} ` });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return;
  }
  for (const content of PIECES) {
    event({ content });
    if (said === 'break off') {
      // The first piece arrives, and then nothing.
      setTimeout(() => response.destroy(), 20);
      return;
    }
  }
  event({}, 'stop');
  if (body.stream_options?.include_usage) chunk({ choices: [], usage: USAGE });
  response.end('data: [DONE]\n\n');
}

function completion(body: any, said: string): object {
  let message: object = { role: 'assistant', content: said === 'json' ? '{"city":"Delft"}' : TEXT };
  if (said === 'use the tool') {
    const call = { name: 'weather', arguments: '{"city":"Delft"}' };
    message = {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: call }],
    };
  }
  const token = { token: 'Hello', logprob: -0.1, bytes: [72], top_logprobs: [] };
  const logprobs = body.logprobs ? { content: [token], refusal: null } : null;
  return {
    id: 'chatcmpl-fake',
    object: 'chat.completion',
    created: 1.7e9,
    model: body.model,
    choices: [{ index: 0, message, finish_reason: 'stop', logprobs }],
    usage: USAGE,
  };
}
