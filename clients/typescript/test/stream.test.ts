/** Streamed answers, cut anywhere. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { APITimeoutError, NotFoundError, StreamBrokenError } from '../src/index.js';
import { Fold } from '../src/fold.js';
import { SseDecoder } from '../src/sse.js';
import { Stub, problem, streamed } from './stub.js';

test('chunks come one by one and make a whole', async () => {
  const stub = new Stub(streamed(['Hel', 'lo', '']));
  const stream = await stub.client().invokeStream('assistant', { inputs: { a: 1 } });
  const texts: string[] = [];
  for await (const chunk of stream) texts.push(chunk.text);
  assert.deepEqual(texts, ['Hel', 'lo', '']);
  const answer = await stream.collect();
  assert.deepEqual([answer.text, answer.log_id, stream.log_id], ['Hello', 'log_1', 'log_1']);
  assert.equal(answer.choices[0]?.finish_reason, 'stop');
  assert.equal(answer.usage?.completion_tokens, 2);
  assert.equal(stub.asked[0]?.url.pathname, '/v2/deployments/stream');
});

test('collect reads what is left', async () => {
  const stream = await new Stub(streamed(['Hel', 'lo'])).client().invokeStream('assistant');
  assert.equal((await stream.collect()).text, 'Hello');
});

test('leaving the loop drops the connection', async () => {
  const stub = new Stub(streamed(['Hel', 'lo']));
  const stream = await stub.client().invokeStream('assistant');
  for await (const chunk of stream) {
    assert.equal(chunk.text, 'Hel');
    break;
  }
  assert.equal(stub.asked[0]?.signal.aborted, true);
});

test('a stream that breaks says so', async () => {
  const stream = await new Stub(streamed(['Hel'], { end: false }))
    .client()
    .invokeStream('assistant');
  await assert.rejects(stream.collect(), (error) => {
    assert.ok(error instanceof StreamBrokenError);
    assert.equal(error.log_id, 'log_1');
    return true;
  });
});

test('a stream that falls silent says so', async () => {
  const stub = new Stub();
  stub.fetch = async (_, init) => {
    const signal = init?.signal as AbortSignal;
    const body = new ReadableStream({
      start: (controller) =>
        signal.addEventListener('abort', () => controller.error(signal.reason)),
    });
    return new Response(body);
  };
  const stream = await stub.client().invokeStream('assistant', {}, { timeoutMs: 10 });
  await assert.rejects(stream.collect(), APITimeoutError);
});

test('a refused stream is an ordinary error', async () => {
  const stub = new Stub(problem(404, { message: 'there is no model x' }));
  await assert.rejects(stub.client().invokeStream('x'), NotFoundError);
});

test('events survive any cut', () => {
  for (const ending of ['\n', '\r\n', '\r']) {
    for (const size of [1, 2, 3, 1000]) {
      const lines = [': comment', 'event: x', 'data: é1', 'data:2', '', 'id: 7', 'data: 3', '', ''];
      const bytes = new TextEncoder().encode(lines.join(ending));
      const decoder = new SseDecoder();
      const seen: string[] = [];
      for (let at = 0; at < bytes.length; at += size)
        seen.push(...decoder.push(bytes.slice(at, at + size)));
      // A lone carriage return at the very end waits for its line feed.
      assert.deepEqual(seen, ending === '\r' ? ['é1\n2'] : ['é1\n2', '3']);
    }
  }
});

test('tool calls are put together', () => {
  const delta = (index: number, call: object) => ({
    choices: [{ index: 0, delta: { tool_calls: [{ index, ...call }] } }],
  });
  const fold = new Fold();
  fold.push({ choices: [{ index: 0, delta: { role: 'assistant', content: null } }] });
  fold.push(delta(0, { id: 'a', type: 'function', function: { name: 'f', arguments: '' } }));
  fold.push(delta(0, { function: { arguments: '{"x"' } }));
  fold.push(delta(1, { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } }));
  fold.push(delta(0, { function: { arguments: ':1}' } }));
  fold.push({ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] });
  assert.deepEqual(fold.choices[0]?.message, {
    role: 'assistant',
    content: null,
    tool_calls: [
      { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
      { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
    ],
  });
  assert.equal(fold.ended, true);
});
