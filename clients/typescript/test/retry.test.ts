/** What is tried again, when, and as the same write. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  APIConnectionError,
  APIStatusError,
  APITimeoutError,
  NotFoundError,
  VouchError,
  publicFeedback,
} from '../src/index.js';
import { retryAfterMs } from '../src/retry.js';
import { ADDED, ANSWER, BASE_URL, KEPT, Stub, ok, problem } from './stub.js';

const THUMBS = { log_id: 'log_1', thumbs: true };

test('the idempotency key stays the same over the retries of a write', async () => {
  const stub = new Stub(new TypeError('fetch failed'), problem(503), problem(408), ok(KEPT, 201));
  assert.deepEqual((await stub.client().feedback(THUMBS)).ids, ['fb_1']);
  const keys = stub.header('idempotency-key');
  assert.equal(keys.length, 4);
  assert.equal(new Set(keys).size, 1);
  assert.match(
    keys[0] ?? '',
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test('each write has its own key, or the one that is passed', async () => {
  const stub = new Stub(ok(KEPT), ok(KEPT), ok(KEPT));
  const vouch = stub.client();
  await vouch.feedback(THUMBS);
  await vouch.feedback(THUMBS);
  await vouch.feedback(THUMBS, { idempotencyKey: 'mine' });
  const [first, second, third] = stub.header('idempotency-key');
  assert.notEqual(first, second);
  assert.equal(third, 'mine');
});

test('pauses grow, and are not all alike', async () => {
  const stub = new Stub(...Array.from({ length: 7 }, () => problem(500)));
  await assert.rejects(stub.client({ maxRetries: 6 }).logs.get('log_1'), APIStatusError);
  const bounds = [250, 500, 1000, 2000, 4000, 4000];
  assert.equal(stub.pauses.length, bounds.length);
  for (const [i, low] of bounds.entries()) {
    const pause = stub.pauses[i] ?? 0;
    assert.ok(low <= pause && pause <= 2 * low, `${pause}`);
  }
});

test('Retry-After is honoured, but not for ever', async () => {
  const stub = new Stub(problem(429, {}, { 'retry-after': '7' }), ok(KEPT));
  await stub.client().feedback(THUMBS);
  assert.deepEqual(stub.pauses, [7000]);
  const long = new Stub(problem(429, {}, { 'retry-after': '3600' }));
  await assert.rejects(long.client().feedback(THUMBS), { status: 429 });
});

test('Retry-After may be a date', () => {
  const asked = retryAfterMs(new Date(Date.now() + 30_000).toUTCString()) ?? 0;
  assert.ok(28_000 <= asked && asked <= 31_000);
  assert.equal(retryAfterMs('soon'), undefined);
  assert.equal(retryAfterMs(null), undefined);
});

test('a refusal is final', async () => {
  const stub = new Stub(problem(404));
  await assert.rejects(stub.client().logs.get('log_1'), NotFoundError);
  assert.equal(stub.asked.length, 1);
});

test('no connection says why', async () => {
  const refused = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
  const stub = new Stub(refused, refused, refused);
  await assert.rejects(stub.client({ maxRetries: 2 }).logs.get('log_1'), (error) => {
    assert.ok(error instanceof APIConnectionError);
    assert.match(error.message, /ECONNREFUSED/);
    return true;
  });
  assert.equal(stub.asked.length, 3);
});

test('reads and writes are tried again after a time-out', async () => {
  const stub = new Stub('silence', ok(ADDED));
  const added = await stub
    .client({ timeoutMs: 10 })
    .addMetrics('log_1', { feedback: { score: 70 } });
  assert.equal(added.attached, true);
});

test('a model that may have been asked is not asked again', async () => {
  const stub = new Stub('silence');
  await assert.rejects(stub.client().invoke('assistant', {}, { timeoutMs: 10 }), APITimeoutError);
  assert.equal(stub.asked.length, 1);
  for (const answer of [() => new TypeError('terminated'), () => problem(502)]) {
    for (const call of ['invoke', 'invokeStream'] as const) {
      const stub = new Stub(answer());
      await assert.rejects(stub.client()[call]('assistant'), VouchError);
      assert.equal(stub.asked.length, 1);
    }
  }
});

test('a model that was not asked is asked again', async () => {
  const refused = new TypeError('fetch failed', {
    cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  });
  const stub = new Stub(refused, problem(429), problem(503), problem(408), ok(ANSWER));
  assert.equal((await stub.client({ maxRetries: 4 }).invoke('assistant')).text, 'Hi');
});

test('feedback from a page is sent once', async () => {
  const stub = new Stub(problem(500));
  const options = { baseUrl: BASE_URL, fetch: stub.fetch };
  await assert.rejects(publicFeedback('token', { thumbs: true }, options), { status: 500 });
  assert.equal(stub.asked.length, 1);
});

test('a signal ends the call', async () => {
  const stub = new Stub('silence');
  const controller = new AbortController();
  const call = stub.client().logs.get('log_1', { signal: controller.signal });
  controller.abort();
  await assert.rejects(call, { name: 'AbortError' });
  assert.equal(stub.asked.length, 1);
});
