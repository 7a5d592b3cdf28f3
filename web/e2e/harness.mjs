// A small runner: tests in order against one server, a picture of what failed, one line that counts.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const tests = [];
export const test = (name, run) => tests.push({ name, run });

export function assert(truth, message) {
  if (!truth) throw new Error(message);
}

export function equal(got, wanted, message = "") {
  const [g, w] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (g !== w) throw new Error(`${message}\n  wanted ${w}\n  got    ${g}`);
}

/** Asks again until `ask` answers something true; there is no other way to wait for what another process does. */
export async function until(ask, what, ms = 10_000) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

export async function runAll(world) {
  const only = process.env.ONLY;
  let passed = 0;
  let failed = 0;
  for (const { name, run } of tests) {
    if (only && !name.includes(only)) continue;
    const begun = Date.now();
    try {
      await within(run(world), 240_000);
      passed += 1;
      process.stdout.write(`ok    ${name} (${Date.now() - begun} ms)\n`);
    } catch (thrown) {
      failed += 1;
      process.stdout.write(`FAIL  ${name}\n${String(thrown.stack ?? thrown).replace(/^/gm, "      ")}\n`);
      await picture(world, name);
    }
  }
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0;
}

/** A test that hangs fails, instead of the whole run. */
function within(work, ms) {
  let timer;
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`not done in ${ms} ms`)), ms)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function picture({ page }, name) {
  const folder = process.env.OUT ?? "e2e-failures";
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name.replace(/\W+/g, "-")}.png`);
  await page.screenshot({ path, fullPage: true }).then(() => process.stdout.write(`      picture: ${path}\n`), () => undefined);
}
