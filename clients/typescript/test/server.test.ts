/** The client against a real server. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import OpenAI from 'openai';

import {
  APIStatusError,
  AuthenticationError,
  NotFoundError,
  StreamBrokenError,
  UnprocessableEntityError,
  Vouch,
  logIdOf,
  newLogId,
  publicFeedback,
  withLogging,
} from '../src/index.js';
import { Provider, TEXT } from './provider.js';
import { Server, skip } from './server.js';

const ask = (content: string) => [{ role: 'user' as const, content }];

describe('against a real server', { skip }, () => {
  let provider: Provider;
  let server: Server;
  let vouch: Vouch;

  before(async () => {
    provider = await Provider.start();
    server = await Server.start(provider);
    ({ vouch } = server);
  });
  after(async () => {
    await server?.stop();
    provider.stop();
  });

  test('invoke and addMetrics', async () => {
    const answer = await vouch.invoke('assistant', {
      inputs: { name: 'Ann' },
      messages: ask('hello'),
      metadata: { plan: 'pro' },
      chain_id: 'chain-1',
      conversation_id: 'conversation-1',
      user_id: 'ann',
      extra_params: { temperature: 0 },
    });
    assert.equal(answer.text, TEXT);
    assert.deepEqual(provider.calls.at(-1).messages[0], {
      role: 'system',
      content: 'You help Ann.',
    });
    await server.log(answer.log_id);
    const added = await answer.addMetrics({
      feedback: { score: 70 },
      metadata: { custom: 'custom_metadata' },
      performance: { latency: 9000, time_to_first_token: 250 },
    });
    assert.equal(added.attached, true);
    const log = await vouch.logs.get(answer.log_id);
    assert.deepEqual(
      [log.status, log.origin, log.deployment],
      ['completed', 'gateway', 'assistant'],
    );
    assert.deepEqual(
      [log.chain_id, log.conversation_id, log.user_id],
      ['chain-1', 'conversation-1', 'ann'],
    );
    assert.deepEqual(log.metadata, { plan: 'pro', custom: 'custom_metadata' });
    assert.deepEqual([log.usage?.total_tokens, log.tally.score], [13, 70]);
  });

  test('a stream', async () => {
    const stream = await vouch.invokeStream('assistant', { messages: ask('hello') });
    let text = '';
    for await (const chunk of stream) text += chunk.text;
    assert.equal(text, TEXT);
    const answer = await stream.collect();
    await answer.feedback({ thumbs: true });
    const log = await server.log(answer.log_id);
    assert.equal(log.tally.thumbs_up, 1);
  });

  test('a stream that one leaves is cancelled', async () => {
    const stream = await vouch.invokeStream('assistant', { messages: ask('go on') });
    for await (const _ of stream) break;
    assert.equal((await server.log(stream.log_id ?? '')).status, 'cancelled');
  });

  test('a stream that the provider breaks', async () => {
    const stream = await vouch.invokeStream('assistant', { messages: ask('break off') });
    await assert.rejects(stream.collect(), StreamBrokenError);
  });

  test('feedback of all kinds', async () => {
    const log_id = await vouch.logs.send({ messages: ask('hello') });
    const kept = await vouch.feedback({
      log_id,
      thumbs: false,
      score: 20,
      comment: 'No.',
      user_id: 'ann',
    });
    assert.deepEqual(kept.attached, [true, true]);
    await vouch.feedback({ log_id, name: 'defects', value: ['spelling', 'repetition'] });
    await vouch.feedback({ log_id, correction: 'Hello, Ann.' });
    const many = await vouch.feedbackMany([
      { chain_id: 'chain-2', score: 60 },
      { conversation_id: 'conversation-2', thumbs: true },
      { log_id: newLogId(), thumbs: true, source: 'judge' },
    ]);
    assert.deepEqual(many.attached, [true, true, false]);
    const found = new Map((await vouch.logs.get(log_id)).feedback.map((one) => [one.name, one]));
    assert.deepEqual(
      [found.get('thumbs')?.comment, found.get('thumbs')?.author],
      ['No.', 'end_user:ann'],
    );
    assert.deepEqual(found.get('defects')?.value, ['repetition', 'spelling']);
    assert.equal(found.get('correction')?.correction, 'Hello, Ann.');
    const taken = await vouch.retract(kept.ids[0] ?? '', { user_id: 'ann' });
    assert.ok(taken.retracted_at);
  });

  test('the same write again changes nothing', async () => {
    const log_id = await vouch.logs.send({ messages: ask('hello') });
    const options = { idempotencyKey: 'key-1' };
    const once = await vouch.feedback({ log_id, thumbs: true }, options);
    const again = await vouch.feedback({ log_id, thumbs: true }, options);
    assert.deepEqual(once.ids, again.ids);
    assert.equal((await vouch.logs.get(log_id)).feedback.length, 1);
  });

  test('logs are sent and listed', async () => {
    const user_id = 'lister';
    const logs = Array.from({ length: 5 }, () => ({
      id: newLogId(),
      messages: ask('hello'),
      user_id,
    }));
    const ids = await vouch.logs.sendMany(logs);
    await vouch.feedback({ log_id: ids[0] ?? '', thumbs: true });
    const listed: string[] = [];
    for await (const log of vouch.logs.list({ user_id }, { pageSize: 2 })) listed.push(log.id);
    assert.deepEqual(listed.sort(), [...ids].sort());
    const liked: string[] = [];
    for await (const log of vouch.logs.list({ user_id, thumbs: 'up', has_feedback: true }))
      liked.push(log.id);
    assert.deepEqual(liked, ids.slice(0, 1));
  });

  test('a token for the browser', async () => {
    const log_id = await vouch.logs.send({ messages: ask('hello') });
    const { token } = await vouch.feedbackToken(log_id, { ttl_s: 60, user_id: 'ann' });
    const ids = await publicFeedback(
      token,
      { thumbs: true, comment: 'Nice.' },
      { baseUrl: server.url },
    );
    const [feedback] = (await vouch.logs.get(log_id)).feedback;
    assert.deepEqual(
      [feedback?.id, feedback?.author, feedback?.comment],
      [ids[0], 'end_user:ann', 'Nice.'],
    );
  });

  test('what is wrong is named', async () => {
    const log_id = await vouch.logs.send({ messages: ask('hello') });
    const wrong = await vouch
      .addMetrics(log_id, { feedback: { score: 101 } })
      .catch((e: unknown) => e);
    assert.ok(wrong instanceof UnprocessableEntityError);
    assert.equal(wrong.errors[0]?.pointer, '/feedback/score');
    assert.ok(wrong.request_id);
    await assert.rejects(vouch.logs.get(newLogId()), NotFoundError);
    await assert.rejects(vouch.invoke('nobody'), NotFoundError);
    const hasty = new Vouch({ baseUrl: server.url, apiKey: server.key, maxRetries: 0 });
    const failing = hasty.invoke('assistant', { messages: ask('fail with 429') });
    await assert.rejects(
      failing,
      (error) => error instanceof APIStatusError && error.status === 429,
    );
    const stranger = new Vouch({ baseUrl: server.url, apiKey: 'vk_wrong' });
    await assert.rejects(stranger.logs.get(log_id), AuthenticationError);
  });

  test('calls around the gateway are logged', async () => {
    const plain = new OpenAI({ baseURL: provider.url, apiKey: 'x', maxRetries: 0 });
    const client = withLogging(plain, vouch, { metadata: { app: 'shop' }, provider: 'fake' });
    const model = 'fake-1';
    const asked = { model, messages: ask('hello'), logprobs: true, top_logprobs: 1, user: 'ann' };
    const completion = await client.chat.completions.create(asked);
    const stream = await client.chat.completions.create({
      model,
      messages: ask('hello'),
      stream: true,
    });
    for await (const _ of stream);
    const failing = { model, messages: ask('fail with 429') };
    const error = await client.chat.completions.create(failing).catch((e: unknown) => e);
    const first = await server.log(logIdOf(completion) ?? '');
    assert.deepEqual([first.origin, first.provider, first.user_id], ['ingest', 'fake', 'ann']);
    assert.ok(first.uncertainty);
    assert.deepEqual(first.metadata, { app: 'shop' });
    const second = await server.log(logIdOf(stream) ?? '');
    assert.deepEqual([second.choices[0]?.message.content, second.usage?.total_tokens], [TEXT, 13]);
    const third = await server.log(logIdOf(error) ?? '');
    assert.deepEqual([third.status, third.error?.status], ['failed', 429]);
  });
});
