// The receiver of docs/webhooks.md, as it is written, with the published `standardwebhooks`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { startServer } from './server.mjs';

const DOCS = new URL('../../../docs/webhooks.md', import.meta.url);
// Beside the packages that it imports.
const PROGRAM = new URL(`receiver-${process.pid}.mjs`, import.meta.url);

let server;
let receiver;

before(async () => { server = await startServer(); });
after(async () => {
  receiver?.kill();
  await rm(PROGRAM, { force: true });
  await server?.stop();
});

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => probe.once('listening', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

test('the receiver of the docs takes what the server signs', async () => {
  const port = await freePort();
  const hook = await server.post('/api/v1/webhooks', {
    name: 'tests', url: `http://127.0.0.1:${port}/`, events: ['queue.drained'],
  });
  const [, code] = /^```ts\n(.*?)^```$/ms.exec(await readFile(DOCS, 'utf8'));
  await writeFile(PROGRAM, code);
  receiver = spawn(process.execPath, [PROGRAM.pathname], {
    env: { ...process.env, WEBHOOK_SECRET: hook.secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]();
  for (;;) {
    const there = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' }).catch(() => undefined);
    // Unsigned, it is refused.
    if (there) {
      assert.equal(there.status, 401);
      break;
    }
    await pause(50);
  }
  const sent = await server.post(`/api/v1/webhooks/${hook.id}/test`, {});
  assert.equal((await lines.next()).value, `webhook.test {"webhook_id":"${hook.id}"}`);
  for (;;) {
    const { items } = await server.call('GET', `/api/v1/webhooks/${hook.id}/deliveries`);
    const delivery = items.find(({ id }) => id === sent.id);
    if (delivery.state === 'delivered') {
      assert.equal(delivery.attempts[0].status, 204);
      break;
    }
    await pause(50);
  }
});
