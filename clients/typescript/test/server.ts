/** A real server on the provider: the binary that `VOUCH_BIN` names. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

import { type Log, NotFoundError, Vouch } from '../src/index.js';
import type { Provider } from './provider.js';

const KEY = 'vk_test_admin_key_0123456789';
const STARTING_MS = 60_000;

/** Why tests against a server are skipped, or `false`. */
export const skip = process.env['VOUCH_BIN']
  ? false
  : 'set VOUCH_BIN to a vouch binary to run the tests against a real server';

export class Server {
  readonly key = KEY;
  readonly vouch: Vouch;

  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    this.vouch = new Vouch({ baseUrl: url, apiKey: KEY });
  }

  /** Starts it with the deployment `assistant`. */
  static async start(provider: Provider): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), 'vouch-ts-'));
    const child = spawn(
      process.env['VOUCH_BIN'] ?? '',
      ['serve', '--listen', '127.0.0.1:0', '--data', join(folder, 'data')],
      { env: { ...process.env, VOUCH_ADMIN_KEY: KEY }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const server = new Server(await address(child), child, folder);
    await server.call('PUT', '/api/v1/providers/fake', {
      kind: 'openai',
      base_url: provider.url,
      key: { from: 'none' },
    });
    const prompt = [{ role: 'system', content: "You help {{ name | default('us') }}." }];
    const variants = [{ name: 'default', provider: 'fake', model: 'fake-1', prompt }];
    await server.call('POST', '/api/v1/deployments', { key: 'assistant', version: { variants } });
    return server;
  }

  async call(method: string, path: string, body: unknown): Promise<any> {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const response = await fetch(this.url + path, { method, headers, body: JSON.stringify(body) });
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** The log, once it is there: the gateway's own are queued for a moment. */
  async log(id: string): Promise<Log> {
    for (const deadline = Date.now() + 10_000; ; await pause(20)) {
      try {
        return await this.vouch.logs.get(id);
      } catch (error) {
        if (!(error instanceof NotFoundError) || Date.now() > deadline) throw error;
      }
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The address that the server prints. */
async function address(child: ChildProcess): Promise<string> {
  const overdue = setTimeout(() => child.kill('SIGKILL'), STARTING_MS);
  try {
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const [, url] = line.split('listening on ');
      if (url) return url.trim();
    }
  } finally {
    clearTimeout(overdue);
  }
  throw new Error('the server did not start');
}
