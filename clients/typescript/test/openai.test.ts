/** Calls of the official `openai` client that go to the provider, and are logged. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import OpenAI from 'openai';

import { type NewLog, Vouch, logIdOf, newLogId, withLogging } from '../src/index.js';
import { Provider, TEXT, USAGE } from './provider.js';
import { BASE_URL } from './stub.js';

let provider: Provider;
let plain: OpenAI;
let vouch: Vouch;
let logs: NewLog[];

before(async () => {
  provider = await Provider.start();
});
after(() => provider.stop());
beforeEach(() => {
  provider.forget();
  const mine: NewLog[] = [];
  logs = mine;
  plain = new OpenAI({ baseURL: provider.url, apiKey: 'sk-x', maxRetries: 0 });
  const keep: typeof fetch = async (_, init) => {
    mine.push(...JSON.parse(init?.body as string).logs);
    return Response.json({ ids: [] }, { status: 201 });
  };
  vouch = new Vouch({ baseUrl: BASE_URL, apiKey: 'vk_test', fetch: keep });
});

/** The only log that was sent. */
async function one(): Promise<NewLog> {
  await vouch.flush();
  assert.equal(logs.length, 1);
  return logs[0] as NewLog;
}

const ask = (content: string) => ({ model: 'm', messages: [{ role: 'user' as const, content }] });
const answered = (log: NewLog): unknown => log.choices?.[0]?.message.content;

test('a call is logged', async () => {
  const client = withLogging(plain, vouch, { metadata: { app: 'shop' } });
  const body = { ...ask('hello'), temperature: 0.5, user: 'ann', logprobs: true };
  const completion = await client.chat.completions.create(body);
  (body.messages as object[]).push(completion.choices[0]?.message ?? {});
  assert.equal(completion.choices[0]?.message.content, TEXT);
  assert.ok(!JSON.stringify(completion).includes('log_'));
  const log = await one();
  assert.equal(log.id, logIdOf(completion));
  assert.deepEqual(log.messages, [{ role: 'user', content: 'hello' }]);
  assert.deepEqual(
    [log.status, answered(log), log.choices?.[0]?.finish_reason],
    ['completed', TEXT, 'stop'],
  );
  assert.deepEqual([log.model, log.provider, log.user_id], ['m', '127.0.0.1', 'ann']);
  assert.deepEqual(log.parameters, { temperature: 0.5, logprobs: true });
  assert.deepEqual([log.metadata, log.usage], [{ app: 'shop' }, USAGE]);
  assert.ok((log.performance?.latency ?? 0) > 0);
  assert.equal(log.logprobs?.[0]?.token, 'Hello');
  assert.deepEqual(provider.calls[0], {
    ...ask('hello'),
    temperature: 0.5,
    user: 'ann',
    logprobs: true,
  });
});

test('headers name chain and user, and stay here', async () => {
  const id = newLogId();
  const headers = {
    'X-Vouch-Chain-Id': 'c1',
    'x-vouch-conversation-id': 'v1',
    'x-vouch-user-id': 'ann',
    'x-vouch-metadata': '{"plan":"pro"}',
    'x-vouch-log-id': id,
    'x-other': '1',
  };
  await withLogging(plain, vouch).chat.completions.create(ask('hello'), { headers });
  const log = await one();
  assert.deepEqual(
    [log.id, log.chain_id, log.conversation_id, log.user_id],
    [id, 'c1', 'v1', 'ann'],
  );
  assert.deepEqual(log.metadata, { plan: 'pro' });
  const names = Object.keys(provider.headers[0] ?? {});
  assert.ok(names.includes('x-other'));
  assert.ok(!names.some((name) => name.startsWith('x-vouch')));
});

test('a stream is logged with its usage', async () => {
  const client = withLogging(plain, vouch);
  const stream = await client.chat.completions.create({ ...ask('hello'), stream: true });
  let text = '';
  for await (const chunk of stream) {
    assert.equal(chunk.choices.length, 1);
    text += chunk.choices[0]?.delta.content ?? '';
  }
  assert.equal(text, TEXT);
  const log = await one();
  assert.equal(log.id, logIdOf(stream));
  assert.deepEqual([log.status, answered(log), log.usage], ['completed', TEXT, USAGE]);
  const { latency = 0, time_to_first_token: first = 0 } = log.performance ?? {};
  assert.ok(0 < Number(first) && Number(first) <= Number(latency));
  assert.deepEqual(provider.calls[0].stream_options, { include_usage: true });
  assert.equal(log.parameters?.['stream'], undefined);
});

test('usage that was asked for is shown', async () => {
  const body = { ...ask('hello'), stream: true, stream_options: { include_usage: true } } as const;
  const chunks = [];
  for await (const chunk of await withLogging(plain, vouch).chat.completions.create(body))
    chunks.push(chunk);
  assert.equal(chunks.at(-1)?.usage?.total_tokens, 13);
  assert.deepEqual((await one()).usage, USAGE);
});

test('a provider without stream_options', async () => {
  const client = withLogging(plain, vouch);
  for (const _ of [1, 2]) {
    const stream = await client.chat.completions.create({
      ...ask('no stream_options'),
      stream: true,
    });
    let count = 0;
    for await (const _chunk of stream) count += 1;
    assert.equal(count, 6);
  }
  assert.deepEqual(
    provider.calls.map((call) => 'stream_options' in call),
    [true, false, false],
  );
});

test('a stream that the application leaves is cancelled', async () => {
  const client = withLogging(plain, vouch);
  const stream = await client.chat.completions.create({ ...ask('go on'), stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
  const log = await one();
  assert.equal(log.status, 'cancelled');
  assert.match(String(answered(log)), /^0 /);
});

test('a stream that breaks has failed', async () => {
  const client = withLogging(plain, vouch);
  const stream = await client.chat.completions.create({ ...ask('break off'), stream: true });
  await assert.rejects(async () => {
    for await (const _ of stream);
  });
  const log = await one();
  assert.deepEqual(
    [log.status, log.error?.kind, answered(log)],
    ['failed', 'interrupted', 'Hello'],
  );
});

test('errors are logged and thrown', async () => {
  const call = withLogging(plain, vouch).chat.completions.create(ask('fail with 429'));
  const error = await call.catch((e: unknown) => e);
  assert.ok(error instanceof OpenAI.RateLimitError);
  const log = await one();
  assert.equal(log.id, logIdOf(error));
  assert.deepEqual([log.status, log.error?.kind, log.error?.status], ['failed', 'upstream', 429]);
});

test('a call that is retried is one log', async () => {
  const client = withLogging(plain, vouch).withOptions({ maxRetries: 1 });
  await assert.rejects(
    client.chat.completions.create(ask('fail with 500')),
    OpenAI.InternalServerError,
  );
  assert.equal(provider.calls.length, 2);
  await one();
});

test('no connection is logged', async () => {
  const nowhere = new OpenAI({ baseURL: 'http://127.0.0.1:1/v1', apiKey: 'x', maxRetries: 0 });
  await assert.rejects(
    withLogging(nowhere, vouch).chat.completions.create(ask('hello')),
    OpenAI.APIConnectionError,
  );
  assert.equal((await one()).error?.kind, 'unreachable');
});

test('a call that the application aborts is cancelled', async () => {
  const controller = new AbortController();
  const client = withLogging(plain, vouch);
  const call = client.chat.completions.create(ask('wait'), { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(call, OpenAI.APIUserAbortError);
  assert.equal((await one()).status, 'cancelled');
});

test("the client's helpers are logged, too", async () => {
  const client = withLogging(plain, vouch);
  const schema = { name: 'place', schema: { type: 'object' } };
  const response_format = { type: 'json_schema' as const, json_schema: schema };
  const parsed = await client.chat.completions.parse({ ...ask('json'), response_format });
  assert.ok(logIdOf(parsed));
  const helper = client.chat.completions.stream(ask('hello'));
  assert.equal((await helper.finalChatCompletion()).choices[0]?.message.content, TEXT);
  const whole = await client.chat.completions.create(ask('use the tool')).withResponse();
  assert.equal(whole.response.status, 200);
  assert.ok(logIdOf(whole.data));
  const response = await client.chat.completions.create(ask('hello')).asResponse();
  assert.equal(((await response.json()) as { object: string }).object, 'chat.completion');
  await new Promise((resolve) => setImmediate(resolve));
  await vouch.flush();
  assert.deepEqual(
    logs.map((log) => log.status),
    Array(4).fill('completed'),
  );
});

test('a helper that is aborted is cancelled', async () => {
  const helper = withLogging(plain, vouch).chat.completions.stream(ask('go on'));
  helper.once('content', () => helper.abort());
  await assert.rejects(helper.done());
  assert.equal((await one()).status, 'cancelled');
});

test('the original client stays as it was', async () => {
  withLogging(plain, vouch);
  await plain.chat.completions.create(ask('hello'));
  await vouch.flush();
  assert.equal(logs.length, 0);
});

test('a log that cannot be sent is not the concern of the application', async (t) => {
  t.mock.method(console, 'warn', () => {});
  const away = new Vouch({ baseUrl: 'http://127.0.0.1:1', apiKey: 'x', maxRetries: 0 });
  const headers = { 'x-vouch-metadata': 'not json' };
  const completion = await withLogging(plain, away).chat.completions.create(ask('hello'), {
    headers,
  });
  assert.equal(completion.choices[0]?.message.content, TEXT);
  await away.close(0);
});
