// `@orq-ai/node` 4.9, the last with `deployments.metrics.create`: the addMetrics of our mission.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Orq } from 'orq-node-4-9';

import { TEXT } from './fake.mjs';
import { HELLO, INPUTS, startServer } from './server.mjs';

let server;
let orq;

before(async () => {
  server = await startServer();
  orq = new Orq({ apiKey: server.key, serverURL: server.url });
});
after(() => server?.stop());

const metrics = (id, requestBody) => orq.deployments.metrics.create({ id, requestBody });

test('metrics complete the log of getConfig', async () => {
  const { id } = await orq.deployments.getConfig({ key: 'assistant', inputs: INPUTS });
  const { success } = await metrics(id, {
    usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
    performance: { latency: 9000, timeToFirstToken: 250 },
    metadata: { custom: 'custom_metadata', round: 1 },
  });
  assert.equal(success, true);
  assert.equal((await server.log(id)).status, 'configured');
  await metrics(id, {
    messages: HELLO,
    choices: [{ role: 'assistant', content: 'I answered this myself.' }],
    feedback: { score: 70 },
    metadata: { round: 2 },
  });
  const log = await server.log(id);
  assert.equal(log.status, 'completed');
  assert.equal(log.choices[0].message.content, 'I answered this myself.');
  assert.deepEqual(log.usage, { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 });
  assert.deepEqual(log.performance, { latency: 9000, time_to_first_token: 250 });
  assert.deepEqual(log.metadata, { custom: 'custom_metadata', round: 2 });
  assert.equal(log.tally.score, 70);
});

test('metrics join the log of an invocation', async () => {
  const answer = await orq.deployments.invoke({ key: 'assistant', inputs: INPUTS, messages: HELLO });
  assert.equal(answer.choices[0].message.content, TEXT);
  await metrics(answer.id, { feedback: { score: 30 } });
  assert.equal((await server.log(answer.id)).tally.score, 30);
});

test('feedback of this version is kept', async () => {
  const { id } = await orq.deployments.invoke({ key: 'assistant', inputs: INPUTS, messages: HELLO });
  const kept = await orq.feedback.postV2Feedback({ field: 'rating', value: ['bad'], traceId: id });
  assert.ok(kept.id);
  assert.equal((await server.log(id)).feedback[0].value, 'bad');
});

test('wrong metrics are refused', async () => {
  const { id } = await orq.deployments.getConfig({ key: 'assistant', inputs: INPUTS });
  await assert.rejects(metrics(id, { feedback: { score: 101 } }), (error) => error.statusCode === 400);
});
