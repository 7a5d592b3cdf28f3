// The server under test: the real binary named by VOUCH_BIN, else the mock.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMock } from "./mock/serve.mjs";

/** `{address, link, kind, stop}`; `link` signs in once. */
export async function startServer(options = {}) {
  const binary = process.env.VOUCH_BIN;
  return binary ? startBinary(binary) : { ...(await startMock(options)), kind: "mock" };
}

async function startBinary(binary) {
  const data = mkdtempSync(join(tmpdir(), "vouch-e2e-"));
  const child = spawn(binary, ["demo", "--listen", "127.0.0.1:0", "--data", data], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, VOUCH_WEBHOOK_ALLOW_PRIVATE: "true" } });
  let out = "";
  let err = "";
  child.stderr.on("data", (piece) => (err = (err + piece).slice(-8000)));
  const ended = new Promise((_, fail) => child.once("exit", (code) => fail(new Error(`vouch ended with ${code}:\n${err}${out}`))));
  ended.catch(() => undefined);
  const ready = new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`vouch printed no sign-in link in 120 s:\n${out}${err}`)), 120_000);
    child.stdout.on("data", (piece) => {
      out += piece;
      const address = /listening on (http:\/\/\S+)/.exec(out)?.[1];
      const link = /open (http:\/\/\S+)/.exec(out)?.[1];
      if (!address || !link) return;
      clearTimeout(timer);
      done({ address, link });
    });
  });
  const { address, link } = await Promise.race([ready, ended]);
  const stop = async () => {
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await Promise.race([gone, new Promise((done) => setTimeout(done, 5000))]);
    child.kill("SIGKILL");
    rmSync(data, { recursive: true, force: true });
  };
  return { address, link, kind: "vouch", stop, log: () => err };
}
