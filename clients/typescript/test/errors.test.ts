/** Refusals as errors with the problem's fields. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as vouch from '../src/index.js';
import { Stub, problem } from './stub.js';

async function thrown(response: Response): Promise<vouch.APIStatusError> {
  const error = await new Stub(response)
    .client({ maxRetries: 0 })
    .logs.get('log_1')
    .catch((e: unknown) => e);
  assert.ok(error instanceof vouch.APIStatusError);
  return error;
}

test('a problem keeps its fields', async () => {
  const wrong = { pointer: '/feedback/score', detail: 'expected a number from 0 to 100, got 101' };
  const fields = {
    type: 'https://vouch.dev/problems/invalid-input',
    title: 'The input is not valid',
    detail: '/feedback/score: expected a number from 0 to 100, got 101',
    instance: '/api/v1/logs/log_1/metrics',
    errors: [wrong],
  };
  const error = await thrown(problem(422, fields, { 'x-request-id': 'req_1' }));
  assert.ok(error instanceof vouch.UnprocessableEntityError);
  assert.equal(error.name, 'UnprocessableEntityError');
  const { status, type, title, detail, instance, errors, request_id } = error;
  const seen = { type, title, detail, instance, errors };
  assert.deepEqual(seen, fields);
  assert.deepEqual([status, request_id], [422, 'req_1']);
  const said = 'expected a number from 0 to 100, got 101 (request req_1)';
  assert.equal(error.message, `422 The input is not valid: /feedback/score: ${said}`);
});

test('each status has its error', async () => {
  const kinds: [number, typeof vouch.APIStatusError][] = [
    [400, vouch.BadRequestError],
    [401, vouch.AuthenticationError],
    [403, vouch.PermissionDeniedError],
    [404, vouch.NotFoundError],
    [409, vouch.ConflictError],
    [413, vouch.APIStatusError],
    [429, vouch.RateLimitError],
    [500, vouch.InternalServerError],
    [503, vouch.InternalServerError],
  ];
  for (const [status, kind] of kinds)
    assert.equal((await thrown(problem(status))).constructor, kind);
});

test("Orq's shape is read as well", async () => {
  const error = await thrown(
    problem(404, { code: 404, error: 'No such model', message: 'there is no model x' }),
  );
  assert.deepEqual([error.title, error.detail], ['No such model', 'there is no model x']);
});

test('what is no problem is shown as it came', async () => {
  const error = await thrown(
    new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' }),
  );
  assert.deepEqual([error.title, error.detail], ['Bad Gateway', '<h1>Bad gateway</h1>']);
  assert.deepEqual((await thrown(new Response('[1]', { status: 500 }))).errors, []);
});

test('an answer that is not JSON is an error', async () => {
  const call = new Stub(new Response('hello')).client().logs.get('log_1');
  await assert.rejects(call, vouch.VouchError);
});

test('there must be a key', () => {
  delete process.env['VOUCH_API_KEY'];
  assert.throws(() => new vouch.Vouch(), /VOUCH_API_KEY/);
});
