// Starts the server under test and reads back what it kept.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

import { startFake } from './fake.mjs';

export const KEY = 'vk_test_0123456789abcdefghijklmnopqrstuv';
export const INPUTS = { name: 'Ann' };
export const HELLO = [{ role: 'user', content: 'hello' }];
const STARTING_MS = 60_000;
const SETTLING_MS = 10_000;

/** A `vouch serve` with a fake provider and two deployments on it. */
export async function startServer() {
  const binary = process.env.VOUCH_BIN;
  if (!binary) throw new Error('VOUCH_BIN is not set: run `cargo xtask test --only clients`');
  const folder = await mkdtemp(join(tmpdir(), 'vouch-clients-'));
  const fake = await startFake();
  const child = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--data', join(folder, 'data')], {
    env: { ...process.env, VOUCH_ADMIN_KEY: KEY, VOUCH_WEBHOOK_ALLOW_PRIVATE: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const server = new Server(child, fake, folder);
  try {
    server.url = await address(child);
    await server.setUp();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

class Server {
  constructor(child, fake, folder) {
    Object.assign(this, { child, fake, folder, key: KEY });
  }

  async setUp() {
    const base_url = this.fake.url;
    await this.post('/api/v1/providers', {
      name: 'fake', kind: 'openai', base_url, key: { from: 'none' },
    });
    const variant = {
      name: 'default',
      provider: 'fake',
      model: 'fake-1',
      prompt: [{ role: 'system', content: 'You are {{ name }}.' }],
      parameters: { temperature: 0.5, max_tokens: 64 },
    };
    await this.post('/api/v1/deployments', {
      key: 'assistant', description: '', version: { variants: [variant] },
    });
  }

  async call(method, path, body) {
    const answer = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  get(path) {
    return this.call('GET', path);
  }

  post(path, body) {
    return this.call('POST', path, body);
  }

  /** The log, once it is committed and as the test wants it: a live call's is queued. */
  async log(id, until = () => true) {
    const deadline = Date.now() + SETTLING_MS;
    for (;;) {
      let last;
      try {
        const log = await this.get(`/api/v1/logs/${id}`);
        if (until(log)) return log;
        last = JSON.stringify(log, null, 1);
      } catch (error) {
        last = String(error);
      }
      if (Date.now() > deadline) throw new Error(`log ${id} did not get there:\n${last}`);
      await pause(20);
    }
  }

  async stop() {
    const ended = new Promise((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) resolve();
      else this.child.once('exit', resolve);
    });
    this.child.kill('SIGTERM');
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(patience);
    await this.fake.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The address that the server prints once it listens. */
function address(child) {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { said = (said + text).slice(-20_000); });
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`the server did not say where it listens: ${why}\n${said}`));
    const patience = setTimeout(() => fail('it took too long'), STARTING_MS);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`it ended with ${code}`));
    createInterface({ input: child.stdout }).on('line', (line) => {
      said += `${line}\n`;
      const found = /listening on (http\S+)/.exec(line);
      if (!found) return;
      clearTimeout(patience);
      resolve(found[1]);
    });
  });
}
