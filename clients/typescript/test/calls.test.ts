/** What goes over the wire, and what comes of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Vouch, newLogId, publicFeedback, type NewFeedback } from '../src/index.js';
import { wireFeedback } from '../src/opinion.js';
import { ADDED, ANSWER, BASE_URL, KEPT, Stub, ok } from './stub.js';

test('addMetrics sends what was given', async () => {
  const stub = new Stub(ok(ADDED));
  await stub.client().addMetrics('log/1', { feedback: { score: 70 } });
  const [asked] = stub.asked;
  assert.equal(asked?.url.pathname, '/api/v1/logs/log%2F1/metrics');
  assert.equal(asked?.headers.get('authorization'), 'Bearer vk_test');
  assert.deepEqual(stub.bodies, [{ feedback: { score: 70 } }]);
});

test('an answer can be talked about', async () => {
  const stub = new Stub(ok(ANSWER), ok(ADDED), ok(KEPT));
  const answer = await stub
    .client()
    .invoke('assistant', { inputs: { name: 'Ann' }, chain_id: 'c1' });
  assert.deepEqual([answer.log_id, answer.text, answer.usage?.total_tokens], ['log_1', 'Hi', 3]);
  await answer.addMetrics({ feedback: { score: 70 } });
  await answer.feedback({ thumbs: false, comment: 'It made that up.' });
  assert.deepEqual(
    stub.asked.map(({ url }) => url.pathname),
    ['/v2/deployments/invoke', '/api/v1/logs/log_1/metrics', '/api/v1/feedback'],
  );
  assert.deepEqual(stub.bodies[0], { key: 'assistant', inputs: { name: 'Ann' }, chain_id: 'c1' });
  const thumbs = { log_id: 'log_1', name: 'thumbs', value: false, comment: 'It made that up.' };
  assert.deepEqual(stub.bodies[2], { feedback: [thumbs] });
});

test('opinions become feedback', () => {
  const check = (opinion: NewFeedback, wire: object[]): void =>
    assert.deepEqual(wireFeedback(opinion), wire);
  check({ chain_id: 'c', thumbs: true, score: 80, comment: 'good' }, [
    { chain_id: 'c', name: 'thumbs', value: true, comment: 'good' },
    { chain_id: 'c', name: 'score', value: 80 },
  ]);
  check({ name: 'defects', value: ['spelling'] }, [{ name: 'defects', value: ['spelling'] }]);
  check({ correction: 'Delft' }, [{ name: 'correction', value: 'Delft' }]);
  check({ correction: 'Delft', comment: 'a slip' }, [
    { name: 'correction', value: 'Delft', comment: 'a slip' },
  ]);
  check({ comment: 'hm', user_id: 'a' }, [{ name: 'comment', value: 'hm', user_id: 'a' }]);
  check({ thumbs: false, correction: 'Delft' }, [
    { name: 'thumbs', value: false, correction: 'Delft' },
  ]);
  check({ score: 0 }, [{ name: 'score', value: 0 }]);
  assert.throws(() => wireFeedback({ log_id: 'log_1', user_id: 'ann' }), /pass thumbs/);
  assert.throws(() => wireFeedback({ log_id: 'log_1', value: 3 }), /pass name/);
});

test('an opinion that says nothing is a rejected promise', async () => {
  await assert.rejects(new Stub().client().feedback({ log_id: 'log_1' }), TypeError);
});

test('filters become a query, and pages are fetched as they are needed', async () => {
  const pages = () => [
    ok({ items: [{ id: 'log_1' }, { id: 'log_2' }], next_cursor: 'c1' }),
    ok({ items: [{ id: 'log_3' }], next_cursor: null }),
  ];
  const stub = new Stub(...pages());
  const filters = {
    status: 'failed',
    has_feedback: true,
    from: '2026-01-02',
    user_id: null,
  } as const;
  const list = stub
    .client()
    .logs.list(filters, { pageSize: 2, extraQuery: { filter: 'score<50' } });
  const ids: string[] = [];
  for await (const log of list) {
    if (ids.length === 0) assert.equal(stub.asked.length, 1);
    ids.push(log.id);
  }
  assert.deepEqual(ids, ['log_1', 'log_2', 'log_3']);
  const query = (i: number) => Object.fromEntries(stub.asked[i]?.url.searchParams ?? []);
  const first = {
    status: 'failed',
    has_feedback: 'true',
    from: '2026-01-02',
    filter: 'score<50',
    limit: '2',
  };
  assert.deepEqual(query(0), first);
  assert.deepEqual(query(1), { ...first, cursor: 'c1' });
  const sizes: number[] = [];
  for await (const page of new Stub(...pages()).client().logs.list().pages())
    sizes.push(page.items.length);
  assert.deepEqual(sizes, [2, 1]);
});

test('a log is sent alone or with others', async () => {
  const stub = new Stub(ok({ ids: ['log_1'] }, 201));
  const created_at = new Date(Date.UTC(2026, 0, 2));
  const messages = [{ role: 'user', content: 'x' }];
  assert.equal(await stub.client().logs.send({ messages, created_at }), 'log_1');
  assert.deepEqual(stub.bodies, [{ logs: [{ messages, created_at: '2026-01-02T00:00:00.000Z' }] }]);
});

test('feedback from a page carries the token, and no header that a browser must ask for', async () => {
  const stub = new Stub(ok({ id: 'fb_1' }, 201), ok({ id: 'fb_2' }, 201));
  const opinion = { thumbs: true, score: 90 };
  const ids = await publicFeedback('t.k', opinion, { baseUrl: BASE_URL, fetch: stub.fetch });
  assert.deepEqual(ids, ['fb_1', 'fb_2']);
  assert.deepEqual(stub.bodies[0], { name: 'thumbs', value: true, token: 't.k' });
  assert.deepEqual([...(stub.asked[0]?.headers.keys() ?? [])], ['content-type']);
});

test('settings come from the environment', () => {
  process.env['VOUCH_API_KEY'] = 'vk_env';
  process.env['VOUCH_BASE_URL'] = `${BASE_URL}/`;
  const { apiKey, baseUrl } = new Vouch().transport.settings;
  delete process.env['VOUCH_API_KEY'];
  delete process.env['VOUCH_BASE_URL'];
  assert.deepEqual([apiKey, baseUrl], ['vk_env', BASE_URL]);
});

test('log ids sort by time', () => {
  const ids = Array.from({ length: 100 }, newLogId);
  for (const id of ids) assert.match(id, /^log_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
  assert.equal(new Set(ids).size, 100);
  // 48 bits of milliseconds are the first ten digits but some bits.
  const times = ids.map((id) => id.slice(0, 13));
  assert.deepEqual([...times].sort(), times);
});
