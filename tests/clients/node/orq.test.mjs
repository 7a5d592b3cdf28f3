// `@orq-ai/node` 4.15: deployments, feedback and annotations with only the address changed.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { Orq } from '@orq-ai/node';
import { APIError } from '@orq-ai/node/models/errors/apierror.js';

import { TEXT } from './fake.mjs';
import { HELLO, INPUTS, startServer } from './server.mjs';

let server;
let orq;

before(async () => {
  server = await startServer();
  orq = new Orq({ apiKey: server.key, serverURL: server.url });
});
after(() => server?.stop());
beforeEach(() => { server.fake.calls.length = 0; });

const invoke = (more = {}) =>
  orq.deployments.invoke({ key: 'assistant', inputs: INPUTS, messages: HELLO, ...more });

test('getConfig hands out the rendered configuration', async () => {
  const config = await orq.deployments.getConfig({
    key: 'assistant', inputs: INPUTS, metadata: { page: 'home' },
  });
  assert.deepEqual([config.model, config.version], ['fake-1', '1']);
  assert.equal(config.messages[0].content, 'You are Ann.');
  assert.deepEqual([config.parameters.temperature, config.parameters.maxTokens], [0.5, 64]);
  const log = await server.log(config.id);
  assert.deepEqual([log.status, log.metadata], ['configured', { page: 'home' }]);
});

test('invoke answers and logs', async () => {
  const answer = await invoke({
    metadata: { page: 'home' },
    identity: { id: 'user-1' },
    thread: { id: 'talk-1' },
    extraParams: { seed: 7 },
  });
  assert.equal(answer.choices[0].message.content, TEXT);
  assert.deepEqual([answer.provider, answer.isFinal], ['openailike', true]);
  assert.equal(server.fake.calls[0].seed, 7);
  const log = await server.log(answer.id);
  assert.deepEqual([log.provider, log.user_id, log.conversation_id], ['fake', 'user-1', 'talk-1']);
  assert.deepEqual(log.metadata, { page: 'home' });
});

test('a stream arrives in pieces', async () => {
  const events = [];
  const stream = await orq.deployments.stream({ key: 'assistant', inputs: INPUTS, messages: HELLO });
  for await (const event of stream) events.push(event.data);
  const pieces = events.map((event) => event.choices[0]?.message.content ?? '');
  assert.equal(pieces.join(''), TEXT);
  assert.deepEqual(events.map((event) => event.isFinal).indexOf(true), events.length - 1);
  const log = await server.log(events[0].id);
  assert.deepEqual([log.status, log.choices[0].message.content], ['completed', TEXT]);
});

test('feedback is kept and taken back', async () => {
  const { id } = await invoke();
  const rating = await orq.feedback.create({ field: 'rating', value: ['good'], traceId: id });
  await orq.feedback.create({ field: 'defects', value: ['spelling'], traceId: id });
  await orq.feedback.create({ field: 'correction', value: 'Goodbye from fake.', traceId: id });
  let log = await server.log(id);
  assert.equal(log.tally.count, 3);
  assert.equal(log.tally.has_correction, true);
  assert.equal(log.feedback.find((one) => one.name === 'rating').value, 'good');

  await orq.feedback.remove({ id: rating.id, traceId: id, product: 'deployments' });
  log = await server.log(id);
  assert.ok(log.feedback.find((one) => one.name === 'rating').retracted_at);
  assert.equal(log.tally.count, 2);
});

test('annotations become feedback and are taken back', async () => {
  const { id, telemetry } = await invoke();
  const by = { identityId: 'reviewer-1' };
  await orq.annotations.create({
    traceId: telemetry.traceId,
    spanId: telemetry.spanId,
    requestBody: {
      annotations: [{ key: 'thumbs', value: false }, { key: 'score', value: 20 }],
      metadata: by,
    },
  });
  let log = await server.log(id);
  assert.deepEqual([log.tally.thumbs_down, log.tally.score], [1, 20]);
  await orq.annotations.delete({
    traceId: telemetry.traceId,
    spanId: telemetry.spanId,
    requestBody: { keys: ['thumbs'], metadata: by },
  });
  log = await server.log(id);
  assert.deepEqual([log.tally.thumbs_down, log.tally.score, log.feedback.length], [0, 20, 2]);
});

test('errors raise the client\'s own exceptions', async () => {
  const status = (wanted) => (error) => error instanceof APIError && error.statusCode === wanted;
  await assert.rejects(invoke({ key: 'nobody' }), status(404));
  const failing = [{ role: 'user', content: 'fail with 429' }];
  await assert.rejects(invoke({ messages: failing }), status(429));
  const stranger = new Orq({ apiKey: 'vk_wrong', serverURL: server.url });
  await assert.rejects(stranger.deployments.getConfig({ key: 'assistant' }), status(401));
  const { id } = await invoke();
  await assert.rejects(
    orq.feedback.create({ field: 'rating', value: ['great'], traceId: id }),
    (error) => error.statusCode === 400 && /good/.test(error.message));
});
