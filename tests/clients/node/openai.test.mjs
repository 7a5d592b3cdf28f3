// The official `openai` client with only `baseURL` and `apiKey` changed.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import OpenAI from 'openai';

import { TEXT } from './fake.mjs';
import { HELLO, INPUTS, startServer } from './server.mjs';

let server;
let client;

before(async () => {
  server = await startServer();
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: server.key, maxRetries: 0 });
});
after(() => server?.stop());
beforeEach(() => { server.fake.calls.length = 0; });

const call = (more = {}) => ({ model: 'assistant', messages: HELLO, inputs: INPUTS, ...more });
const logOf = (response, until) => server.log(response.headers.get('x-vouch-log-id'), until);

test('a completion is answered and logged', async () => {
  const { data, response } = await client.chat.completions.create(call()).withResponse();
  assert.equal(data.choices[0].message.content, TEXT);
  assert.equal(data.usage.total_tokens, 13);
  const log = await logOf(response);
  assert.equal(log.status, 'completed');
  assert.equal(log.deployment, 'assistant');
  assert.deepEqual(log.messages.map((message) => message.content), ['You are Ann.', 'hello']);
  assert.equal(log.choices[0].message.content, TEXT);
});

test('a stream arrives in pieces and is logged', async () => {
  const { data, response } = await client.chat.completions
    .create(call({ stream: true })).withResponse();
  const pieces = [];
  for await (const chunk of data) {
    assert.ok(!chunk.usage && chunk.choices.length === 1, 'nobody asked for usage');
    pieces.push(chunk.choices[0].delta.content ?? '');
  }
  assert.equal(pieces.join(''), TEXT);
  const log = await logOf(response);
  assert.equal(log.choices[0].message.content, TEXT);
  assert.equal(log.usage.total_tokens, 13);
});

test('usage comes at the end of a stream that asked for it', async () => {
  const chunks = [];
  const asked = call({ stream: true, stream_options: { include_usage: true } });
  for await (const chunk of await client.chat.completions.create(asked)) chunks.push(chunk);
  assert.deepEqual(chunks.at(-1).choices, []);
  assert.equal(chunks.at(-1).usage.total_tokens, 13);
});

test('the stream helper of the client works', async () => {
  const stream = client.chat.completions.stream(call());
  assert.equal(await stream.finalContent(), TEXT);
});

test('unknown fields pass through both ways', async () => {
  const completion = await client.chat.completions.create(call({ x_new: { deep: [1, 2.5] } }));
  assert.deepEqual(server.fake.calls[0].x_new, { deep: [1, 2.5] });
  assert.deepEqual(completion.x_unknown, { kept: [1, 2.5, 'three'] });
  assert.equal(completion.choices[0].message.x_mood, 'sunny');
});

test('logprobs reach those who ask, and the log', async () => {
  const { data, response } = await client.chat.completions
    .create(call({ logprobs: true, top_logprobs: 1 })).withResponse();
  assert.equal(data.choices[0].logprobs.content[2].token, ' fake');
  const log = await logOf(response);
  assert.equal(log.uncertainty.min_token, ' fake');
});

test('metadata, user and headers land on the log', async () => {
  const { response } = await client.chat.completions
    .create(call({ metadata: { plan: 'pro' }, user: 'user-7' }), {
      headers: { 'x-vouch-chain-id': 'chain-1', 'x-vouch-conversation-id': 'talk-1' },
    })
    .withResponse();
  const log = await logOf(response);
  assert.deepEqual(log.metadata, { plan: 'pro' });
  assert.deepEqual([log.user_id, log.chain_id, log.conversation_id], ['user-7', 'chain-1', 'talk-1']);
});

test('errors raise the client\'s own exceptions', async () => {
  const failing = (text) => client.chat.completions.create(
    call({ messages: [{ role: 'user', content: text }] }));
  await assert.rejects(failing('fail with 429'), OpenAI.RateLimitError);
  await assert.rejects(failing('fail with 500'), OpenAI.InternalServerError);
  await assert.rejects(
    client.chat.completions.create({ model: 'nobody', messages: HELLO }),
    (error) => error instanceof OpenAI.NotFoundError && error.code === 'model_not_found');
  const stranger = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'vk_wrong', maxRetries: 0 });
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
});

test('a client that goes away cancels the call', async () => {
  const left = server.fake.expectLeave();
  const { data, response } = await client.chat.completions
    .create(call({ stream: true, messages: [{ role: 'user', content: 'go on' }] })).withResponse();
  let seen = 0;
  for await (const chunk of data) {
    if (chunk.choices[0].delta.content && ++seen === 2) break;
  }
  await left;
  const log = await logOf(response);
  assert.equal(log.status, 'cancelled');
  assert.match(log.choices[0].message.content, /^0 1 /);
});

test('models are listed', async () => {
  const models = [];
  for await (const model of client.models.list()) models.push(model.id);
  assert.ok(models.includes('assistant') && models.includes('fake/fake-1'), models.join());
});
