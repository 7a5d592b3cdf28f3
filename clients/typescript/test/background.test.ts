/** Logs in the background: bounded, in batches, and never in the way. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { MOST_WAITING } from '../src/background.js';
import type { NewLog } from '../src/index.js';
import { Stub, ok, problem } from './stub.js';

const run = (program: string) =>
  promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
const log = (number: number): NewLog => ({ messages: [], metadata: { number } });
const numbers = (stub: Stub): number[][] =>
  stub.bodies.map((body) => body.logs.map((one: any) => one.metadata.number));

test('logs go out in batches and in order', async () => {
  const stub = new Stub(ok({ ids: [] }), ok({ ids: [] }));
  const vouch = stub.client();
  for (let i = 0; i < 150; i += 1) vouch.background.put(log(i));
  assert.equal(await vouch.flush(), true);
  assert.deepEqual(
    numbers(stub).map((batch) => batch.length),
    [100, 50],
  );
  assert.deepEqual(
    numbers(stub).flat(),
    Array.from({ length: 150 }, (_, i) => i),
  );
});

test('one bad log does not take others along', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const stub = new Stub(problem(422), ok({ ids: [] }), problem(422, { detail: 'no' }));
  const vouch = stub.client();
  vouch.background.put(log(0));
  vouch.background.put(log(1));
  await vouch.flush();
  assert.deepEqual(numbers(stub), [[0, 1], [0], [1]]);
  assert.equal(vouch.background.dropped, 1);
  assert.match(String(warn.mock.calls[0]?.arguments[0]), /1 logs are lost/);
});

test('a wrong key is not tried for each log', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const vouch = new Stub(problem(401, { detail: 'no such key' })).client();
  for (let i = 0; i < 3; i += 1) vouch.background.put(log(i));
  await vouch.flush();
  assert.equal(vouch.droppedLogs, 3);
  assert.match(String(warn.mock.calls[0]?.arguments[0]), /3 logs are lost: .*401/);
});

test('a program that ends by itself sends what is queued, and says what it could not', async () => {
  const program = (answer: string): string => `
    import { Vouch } from ${JSON.stringify(new URL('../src/index.js', import.meta.url))};
    const fetch = async (_, init) => { ${answer} };
    const vouch = new Vouch({ baseUrl: 'http://vouch.test', apiKey: 'vk', fetch, maxRetries: 0 });
    vouch.background.put({ messages: [] });
  `;
  const sends = `console.log(init.body); return Response.json({ ids: [] });`;
  assert.equal((await run(program(sends))).stdout, '{"logs":[{"messages":[]}]}\n');
  const leaves = await run(program(`process.exit();`));
  assert.match(leaves.stderr, /1 logs are lost: the program has ended/);
});

test('what cannot be written is dropped', async (t) => {
  t.mock.method(console, 'warn', () => {});
  const stub = new Stub(ok({ ids: [] }));
  const vouch = stub.client();
  vouch.background.put({ messages: [], parameters: { big: 1n } });
  vouch.background.put(log(1));
  await vouch.flush();
  assert.deepEqual(numbers(stub), [[1]]);
  assert.equal(vouch.background.dropped, 1);
});

test('it waits for a server that is away', async () => {
  const stub = new Stub(new TypeError('fetch failed'), problem(503), ok({ ids: [] }));
  const vouch = stub.client({ maxRetries: 0 });
  vouch.background.pauseMs = 1;
  vouch.background.put(log(1));
  const running = setInterval(() => {}, 1000);
  assert.equal(await vouch.flush(), true);
  clearInterval(running);
  assert.deepEqual(numbers(stub), [[1], [1], [1]]);
  assert.equal(vouch.background.dropped, 0);
});

test('it holds only so many, and none once it is closed', async (t) => {
  t.mock.method(console, 'warn', () => {});
  const stub = new Stub(...Array.from({ length: 20 }, () => ok({ ids: [] })));
  const vouch = stub.client();
  for (let i = 0; i < MOST_WAITING + 5; i += 1) vouch.background.put(log(i));
  assert.equal(vouch.background.dropped, 5);
  await vouch.close();
  assert.equal(numbers(stub).flat().length, MOST_WAITING);
  vouch.background.put(log(1));
  assert.equal(vouch.background.dropped, 6);
});
