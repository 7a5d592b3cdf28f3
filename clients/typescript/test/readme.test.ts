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
    await mkdir(path('build/readme'), { recursive: true });
    const programs = [await program('readme', path('README.md'), 10)];
    if (existsSync(DOCS)) programs.push(await program('docs', DOCS, 3));
    const options = '--strict --module nodenext --target es2022 --types node --skipLibCheck';
    const tsc = [path('node_modules/typescript/bin/tsc'), ...programs, ...options.split(' ')];
    await run(process.execPath, tsc, { cwd: path('.') }).catch((error: { stdout?: string }) =>
      assert.fail(error.stdout),
    );
  });
  after(async () => {
    await server?.stop();
    provider.stop();
  });

  /** Writes the blocks of a page as one program, which is a module of its own; its path. */
  async function program(name: string, page: string, count: number): Promise<string> {
    const text = await readFile(page, 'utf8');
    const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
    assert.equal(blocks.length, count);
    // The one address that a page cannot take from the environment.
    const code = blocks.join('\n').replaceAll("'http://127.0.0.1:7700'", `'${server.url}'`);
    await writeFile(path(`build/readme/${name}.mts`), code);
    return path(`build/readme/${name}.mts`);
  }

  /** Runs a program; what it printed, and the log it made first. */
  async function examples(name: string): Promise<{ stdout: string; log: Log }> {
    const env = {
      ...process.env,
      VOUCH_BASE_URL: server.url,
      VOUCH_API_KEY: server.key,
      OPENAI_BASE_URL: provider.url,
      OPENAI_API_KEY: 'sk-x',
    };
    const began = new Date().toISOString();
    const { stdout } = await run(process.execPath, [path(`build/readme/${name}.mjs`)], { env });
    const chain_id = 'c4a75b53-62fa-401b-8e97-493f3d299316';
    const query = { chain_id, q: `time>=${began} origin:gateway` };
    const { items } = (await server.vouch.logs.list(query).pages().next()).value ?? {};
    return { stdout, log: await server.vouch.logs.get(items?.at(-1)?.id ?? '') };
  }

  test('of the README', async () => {
    const { stdout, log } = await examples('readme');
    assert.ok(stdout.startsWith(`${TEXT}\n${TEXT}`), stdout);
    assert.match(stdout, /422 The input is not valid/);
    assert.match(stdout, /\/feedback\/0\/value expected a number/);
    assert.equal(log.tally.score, 65);
    assert.deepEqual(log.metadata, { custom: 'custom_metadata', chain_id: 'ad1231xsdaABw' });
  });

  const absent = existsSync(DOCS) ? false : 'only in a checkout of Vouch';
  test('of the docs', { skip: absent }, async () => {
    const { log } = await examples('docs');
    assert.deepEqual([log.tally.score, log.tally.thumbs_up], [70, 1]);
    assert.deepEqual(log.metadata, { custom: 'custom_metadata', chain_id: 'ad1231xsdaABw' });
  });
});
