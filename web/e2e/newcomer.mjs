// The first ten minutes: sign in by the link, chat, thumbs down, the log, connect.
import { freshPage } from "./browser.mjs";
import { assert, equal, test, until } from "./harness.mjs";

test("the printed link signs in, and its token leaves the address", async ({ page, server }) => {
  await page.goto(server.link);
  await page.getByLabel("Message").waitFor();
  equal(new URL(page.url()).pathname + new URL(page.url()).hash, "/");
});

test("a second use of the link says what to do", async ({ browser, server }) => {
  if (server.kind === "mock") return;
  const { page: other, close } = await freshPage(browser);
  await other.goto(server.link);
  await other.getByText("A sign-in link works once").waitFor();
  await close();
});

test("a deep link asks to sign in, and comes back", async ({ browser, server }) => {
  const { page: other, close } = await freshPage(browser);
  await other.goto(`${server.address}/logs?thumbs=down`);
  await other.waitForURL(/\/signin\?next=/);
  equal(new URL(other.url()).searchParams.get("next"), "/logs?thumbs=down");
  await close();
});

test("chat is streamed, and its log is linked", async ({ page, kept }) => {
  // The first answer waits until the local model is loaded.
  await until(async () => !(await page.getByText("The model is not ready yet").isVisible()), "the model", 120_000);
  await page.getByLabel("Message").fill("Say hello in one short sentence.");
  const pieces = [];
  await page.exposeFunction("pieceSeen", (length) => pieces.push(length));
  await page.evaluate(() => {
    new MutationObserver(() => {
      const answer = document.querySelector(".turn-answer .md");
      if (answer) globalThis.pieceSeen(answer.textContent.length);
    }).observe(document.querySelector(".play-body"), { subtree: true, childList: true, characterData: true });
  });
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Thumbs down" }).waitFor({ timeout: 120_000 });
  assert(new Set(pieces).size >= 2, `the answer came in one piece: ${pieces.join()}`);
  const href = await page.getByRole("link", { name: "Open log" }).getAttribute("href");
  kept.log = href.split("/").at(-1);
  assert(/^log_[0-9a-z]{26}$/.test(kept.log), href);
});

test("thumbs down takes defects and a comment, and can be undone", async ({ page, call, kept }) => {
  const thumb = page.getByRole("button", { name: "Thumbs down" });
  await thumb.click();
  await page.getByText("Thumbs down recorded").waitFor();
  await page.getByText("off topic", { exact: true }).click();
  await page.getByLabel("Comment").fill("Not what I asked.");
  await page.getByRole("button", { name: "Send", exact: true }).first().click();
  await page.getByText("Thumbs down recorded: off topic, with a comment").waitFor();
  const said = await until(async () => {
    const { body } = await call("GET", `/api/v1/logs/${kept.log}`);
    return body.feedback?.length >= 3 && body.feedback;
  }, "three feedbacks");
  equal(said.filter((f) => f.counts).map((f) => [f.name, f.value, f.source]).sort(), [["comment", "Not what I asked.", "reviewer"], ["defects", ["off_topic"], "reviewer"], ["thumbs", false, "reviewer"]]);
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => (await call("GET", `/api/v1/logs/${kept.log}`)).body.feedback.every((f) => !f.counts), "nothing to count");
  await thumb.click();
  await until(async () => (await call("GET", `/api/v1/logs/${kept.log}`)).body.tally.thumbs_down === 1, "the thumb again");
});

test("the conversation survives a reload", async ({ page }) => {
  await page.getByLabel("Message").fill("half a sentence");
  await page.reload();
  await page.getByText("Say hello in one short sentence.").waitFor();
  equal(await page.getByLabel("Message").inputValue(), "half a sentence");
  equal(await page.getByRole("button", { name: "Thumbs down" }).getAttribute("aria-pressed"), "true");
  await page.getByLabel("Message").fill("");
});

test("stop ends an answer and keeps what came", async ({ page }) => {
  await page.getByRole("button", { name: /^New/ }).click();
  await page.getByLabel("Message").fill("Write a very long story about a fox and a lighthouse, with ten chapters.");
  await page.keyboard.press("Enter");
  await page.locator(".turn-answer .md").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Stop the answer" }).click();
  await page.getByText("Stopped.").waitFor();
});

test("logs show the calls newest first, and new ones live", async ({ page, call, kept }) => {
  await page.getByRole("link", { name: "Logs", exact: true }).first().click();
  await page.locator(".log-row").first().waitFor();
  await page.getByText("Live", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Say hello in one short sentence." }).waitFor();
  const model = (await call("GET", "/v1/models")).body?.data?.[0]?.id ?? "assistant";
  await page.evaluate(async (m) => {
    const body = { model: m, messages: [{ role: "user", content: "A live one." }], max_tokens: 8, metadata: { plan: "pro" } };
    const answer = await fetch("/v1/chat/completions", { method: "POST", headers: { "x-vouch-csrf": "1", "content-type": "application/json" }, body: JSON.stringify(body) });
    await answer.text();
  }, model);
  await page.getByRole("link", { name: "A live one." }).waitFor();
  equal(await page.locator(".log-row").first().getByRole("link", { name: "A live one." }).count(), 1, "the newest is first");
  assert(kept.log, "needs the log of the chat");
});

test("filters live in the address, as chips, and by keyboard", async ({ page }) => {
  await page.getByRole("button", { name: "Thumbs down", exact: true }).click();
  await page.waitForURL(/thumbs=down/);
  await page.getByRole("link", { name: "Say hello in one short sentence." }).waitFor();
  await until(async () => (await page.getByRole("link", { name: "A live one." }).count()) === 0, "only thumbs down");
  await page.reload();
  await page.getByRole("button", { name: "Remove filter: Thumbs down" }).waitFor();
  await page.locator(".log-row").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/logs\/log_.*thumbs=down/);
  await page.getByRole("complementary", { name: "Review" }).waitFor();
  await page.keyboard.press("l");
  await page.waitForURL(/\/logs\?thumbs=down/);
  await page.keyboard.press("x");
  await page.waitForURL(/\/logs$/);
  await page.keyboard.press("f");
  await page.getByLabel("Filter by").selectOption("metadata");
  await page.getByLabel("Value").fill("plan:pro");
  await page.keyboard.press("Enter");
  await page.waitForURL(/metadata=plan%3Apro/);
  await page.getByRole("link", { name: "A live one." }).first().waitFor();
});

test("connect makes a key, and the first call with it shows up", async ({ page, server }) => {
  await page.getByRole("link", { name: "Connect", exact: true }).first().click();
  await page.getByRole("button", { name: "Make a key" }).click();
  const secret = await page.locator(".secret code").textContent();
  assert(secret.startsWith("vk_"), secret);
  await page.getByText("Waiting for your first call").waitFor();
  assert((await page.locator(".code").first().textContent()).includes(secret), "the key is in the snippet");
  assert((await page.locator(".code").first().textContent()).includes(server.address), "the address is in the snippet");
  const model = /"model": "([^"]+)"/.exec(await page.locator(".code").first().textContent())[1];
  const answer = await fetch(`${server.address}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "From my application." }], max_tokens: 8 }),
  });
  equal(answer.status, 200, await answer.clone().text());
  await answer.text();
  await page.getByText("Your first call is here.").waitFor();
  await page.getByRole("link", { name: "Open its log" }).click();
  await page.locator(".messages").getByText("From my application.").waitFor();
});
