// The newcomer's path in a real browser, against the binary named by VOUCH_BIN (else the mock).
//   VOUCH_BIN=../target/debug/vouch npm run e2e
import { launch } from "./browser.mjs";
import { runAll } from "./harness.mjs";
import { startServer } from "./server.mjs";
import "./newcomer.mjs";
import "./playground.mjs";
import "./review.mjs";
import "./work.mjs";
import "./answers.mjs";
import "./conflicts.mjs";
import "./consensus.mjs";
import "./assignment.mjs";
import "./files.mjs";
import "./watching.mjs";
import "./doneWhen.mjs";
import "./hard.mjs";
import "./log.mjs";
import "./logs.mjs";
import "./filter.mjs";
import "./views.mjs";
import "./threads.mjs";
import "./feedback.mjs";
import "./settings.mjs";
import "./webhooks.mjs";
import "./errors.mjs";
import "./roles.mjs";
import "./accessibility.mjs";

const server = await startServer();
process.stdout.write(`against ${server.kind === "vouch" ? process.env.VOUCH_BIN : "the mock; set VOUCH_BIN for the real server"} on ${server.address}\n`);
const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: "reduce" });
await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.address });
const page = await context.newPage();
const said = [];
page.on("console", (message) => {
  // A refused call is what some tests are about; what the CSP refuses never is.
  if (message.type() === "error" && !/Failed to load resource/.test(message.text())) said.push(message.text());
});
page.on("pageerror", (error) => said.push(String(error)));
page.setDefaultTimeout(15_000);

/** Calls the API as the page would. */
const call = (method, path, body, headers = {}) =>
  page.evaluate(
    async ([m, p, b, h]) => {
      const answer = await fetch(p, { method: m, headers: { "x-vouch-csrf": "1", "content-type": "application/json", ...h }, ...(b === undefined ? {} : { body: JSON.stringify(b) }) });
      const text = await answer.text();
      return { status: answer.status, body: text ? JSON.parse(text) : null };
    },
    [method, path, body, headers],
  );

const good = await runAll({ server, browser, context, page, call, said, kept: {} });
await browser.close();
if (!good && server.log) process.stdout.write(`\nserver said:\n${server.log()}\n`);
await server.stop();
process.exitCode = good ? 0 : 1;
