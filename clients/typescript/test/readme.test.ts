/** The examples of README and docs/clients.md, as they are written: checked by tsc, and run. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { Log } from '../src/index.js';
import { Provider, TEXT } from './provider.js';
import { Server, skip } from './server.js';

const PACKAGE = new URL('../../', import.meta.url);
const run = promisify(execFile);
const path = (name: string): string => fileURLToPath(new URL(name, PACKAGE));
const DOCS = path('../../docs/clients.md');

describe('examples', { skip }, () => {
  let provider: Provider;
  let server: Server;

  before(async () => {
    provider = await Provider.start();
    server = await Server.start(provider);
  });
  after(async () => {
    await server?.stop();
    provider.stop();
  });

  /** Runs the blocks of a page as one program; what it printed, and the log it made first. */
  async function examples(page: string, count: number): Promise<{ stdout: string; log: Log }> {
    const text = await readFile(page, 'utf8');
    const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
    assert.equal(blocks.length, count);
    // The one address that a page cannot take from the environment.
    const program = blocks.join('\n').replaceAll("'http://127.0.0.1:7700'", `'${server.url}'`);
    await mkdir(path('build/readme'), { recursive: true });
    await writeFile(path('build/readme/readme.mts'), program);
    const options = '--strict --module nodenext --target es2022 --types node --skipLibCheck';
    const tsc = ['node_modules/typescript/bin/tsc', 'build/readme/readme.mts'];
    await run(process.execPath, [...tsc, ...options.split(' ')], { cwd: path('.') }).catch(
      (error: { stdout?: string }) => assert.fail(error.stdout),
    );
    const env = {
      ...process.env,
      VOUCH_BASE_URL: server.url,
      VOUCH_API_KEY: server.key,
      OPENAI_BASE_URL: provider.url,
      OPENAI_API_KEY: 'sk-x',
    };
    const began = new Date().toISOString();
    const { stdout } = await run(process.execPath, [path('build/readme/readme.mjs')], { env });
    const chain_id = 'c4a75b53-62fa-401b-8e97-493f3d299316';
    const query = { chain_id, q: `time>=${began} origin:gateway` };
    const { items } = (await server.vouch.logs.list(query).pages().next()).value ?? {};
    return { stdout, log: await server.vouch.logs.get(items?.at(-1)?.id ?? '') };
  }

  test('of the README', async () => {
    const { stdout, log } = await examples(path('README.md'), 10);
    assert.ok(stdout.startsWith(`${TEXT}\n${TEXT}`), stdout);
    assert.match(stdout, /422 The input is not valid/);
    assert.match(stdout, /\/feedback\/0\/value expected a number/);
    assert.equal(log.tally.score, 65);
    assert.deepEqual(log.metadata, { custom: 'custom_metadata', chain_id: 'ad1231xsdaABw' });
  });

  const absent = existsSync(DOCS) ? false : 'only in a checkout of Vouch';
  test('of the docs', { skip: absent }, async () => {
    const { log } = await examples(DOCS, 3);
    assert.deepEqual([log.tally.score, log.tally.thumbs_up], [70, 1]);
    assert.deepEqual(log.metadata, { custom: 'custom_metadata', chain_id: 'ad1231xsdaABw' });
  });
});
