/** The examples of the README, as they are written: checked by tsc, and run on a real server. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Provider, TEXT } from './provider.js';
import { Server, skip } from './server.js';

const PACKAGE = new URL('../../', import.meta.url);
const run = promisify(execFile);
const path = (name: string): string => fileURLToPath(new URL(name, PACKAGE));

test('the examples of the README run', { skip }, async (t) => {
  const readme = await readFile(path('README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  assert.equal(blocks.length, 10);
  const provider = await Provider.start();
  t.after(() => provider.stop());
  const server = await Server.start(provider);
  t.after(() => server.stop());
  // The one address that a page cannot take from the environment.
  const program = blocks.join('\n').replaceAll("'http://127.0.0.1:7700'", `'${server.url}'`);
  await mkdir(path('build/readme'), { recursive: true });
  await writeFile(path('build/readme/readme.mts'), program);
  const options = '--strict --module nodenext --target es2022 --types node --skipLibCheck';
  const tsc = ['node_modules/typescript/bin/tsc', 'build/readme/readme.mts', ...options.split(' ')];
  await run(process.execPath, tsc, { cwd: path('.') }).catch((error: { stdout?: string }) =>
    assert.fail(error.stdout),
  );
  const env = {
    ...process.env,
    VOUCH_BASE_URL: server.url,
    VOUCH_API_KEY: server.key,
    OPENAI_BASE_URL: provider.url,
    OPENAI_API_KEY: 'sk-x',
  };
  const { stdout } = await run(process.execPath, [path('build/readme/readme.mjs')], { env });
  assert.ok(stdout.startsWith(`${TEXT}\n${TEXT}`), stdout);
  assert.match(stdout, /422 The input is not valid/);
  assert.match(stdout, /\/feedback\/0\/value expected a number/);
  const chain_id = 'c4a75b53-62fa-401b-8e97-493f3d299316';
  const { items } = (await server.vouch.logs.list({ chain_id }).pages().next()).value ?? {};
  const log = await server.vouch.logs.get(items?.at(-1)?.id ?? '');
  assert.equal(log.tally.score, 65);
  assert.deepEqual(log.metadata, { custom: 'custom_metadata', chain_id: 'ad1231xsdaABw' });
});
