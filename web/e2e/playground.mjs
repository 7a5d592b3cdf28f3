// The Playground keeps what is typed, says what is missing, and follows what happens elsewhere.
import { assert, equal, test, until } from "./harness.mjs";

const ask = async ({ page, server }, text = "Say hello in one short sentence.") => {
  await page.goto(server.address);
  await until(async () => (await page.getByRole("combobox", { name: "Deployment or model" }).inputValue()) !== "", "something to talk to");
  const anew = page.getByRole("button", { name: /^New/ });
  if (await anew.isEnabled()) await anew.click();
  await page.getByLabel("Message").fill(text);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Thumbs down" }).waitFor({ timeout: 120_000 });
};
const panel = (page) => page.getByRole("region", { name: "What is wrong with the answer" });

test("what is typed about an answer survives a look at its log, Not now and a thumb up", async (world) => {
  const { page } = world;
  await ask(world);
  await page.getByRole("button", { name: "Thumbs down" }).click();
  await panel(page).getByText("spelling", { exact: true }).click();
  await panel(page).getByLabel("Comment").fill("Half a thou");
  await page.getByRole("link", { name: "Open log" }).click();
  await page.getByRole("complementary", { name: "Review" }).waitFor();
  await page.goBack();
  equal(await panel(page).getByLabel("Comment").inputValue(), "Half a thou");
  assert(await panel(page).getByRole("checkbox", { name: "spelling" }).isChecked(), "the defect is kept");
  await panel(page).getByRole("button", { name: "Not now" }).click();
  await page.getByRole("button", { name: "Go on writing, not sent yet" }).click();
  equal(await panel(page).getByLabel("Comment").inputValue(), "Half a thou");
  await page.getByRole("button", { name: "Thumbs up" }).click();
  await page.getByText("Thumbs up recorded").waitFor();
  await page.getByRole("button", { name: "Thumbs down" }).click();
  equal(await panel(page).getByLabel("Comment").inputValue(), "Half a thou");
});

test("a thumb that was taken back in the log is gone here too", async (world) => {
  const { page } = world;
  await ask(world);
  await page.getByRole("button", { name: "Thumbs down" }).click();
  await page.getByText("Thumbs down recorded").waitFor();
  await page.getByRole("link", { name: "Open log" }).click();
  const history = page.getByRole("region", { name: "Feedback" });
  await history.getByRole("button", { name: "Take back thumbs" }).click();
  await history.getByText("Nothing counts any more").waitFor();
  await page.goBack();
  await until(async () => (await page.getByRole("button", { name: "Thumbs down" }).getAttribute("aria-pressed")) === "false", "the thumb to be gone");
  equal(await page.getByText("Thumbs down recorded").count(), 0);
});

test("the thumbs are the web component of applications, and all keyboard", async (world) => {
  const { page, call } = world;
  await ask(world);
  const widget = page.locator("vouch-feedback").last();
  const up = widget.getByRole("button", { name: "Thumbs up" });
  const pressed = (thumb) => thumb.getAttribute("aria-pressed");
  await up.focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("Thumbs down recorded").waitFor();
  equal(await pressed(widget.getByRole("button", { name: "Thumbs down" })), "true");
  // The focus stays where it was, so that the other thumb is one step away.
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Space");
  await page.getByText("Thumbs up recorded").waitFor();
  equal(await pressed(up), "true");
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => (await pressed(up)) === "false", "the thumb to be gone");
  // A thumb that did not arrive is not shown as given, and the page says why once.
  await page.route("**/api/v1/feedback", (route) => route.fulfill({ status: 503, json: { title: "Unavailable", detail: "Not just now." } }));
  await up.click();
  await page.locator(".answer-feedback .problem").getByText("Not just now.").waitFor();
  equal([await pressed(up), await page.getByText("Not just now.").filter({ visible: true }).count()], ["false", 1]);
  await page.unroute("**/api/v1/feedback");
  await up.click();
  await page.getByText("Thumbs up recorded").waitFor();
  const log = (await page.getByRole("link", { name: "Open log" }).last().getAttribute("href")).split("/").at(-1);
  const { body } = await call("GET", `/api/v1/logs/${log}`);
  equal(body.feedback.filter((f) => f.counts).map((f) => [f.name, f.value, f.source]), [["thumbs", true, "reviewer"]]);
});

test("Esc leaves the message box, so that keys work", async ({ page }) => {
  await page.getByLabel("Message").fill("half");
  await page.keyboard.press("Escape");
  await page.keyboard.press("o");
  await page.getByRole("region", { name: "Settings of the call" }).waitFor();
  equal(await page.getByLabel("Message").inputValue(), "half");
  await page.keyboard.press("o");
  await page.getByLabel("Message").fill("");
});

test("an input that the prompt needs is asked for before anything is sent", async ({ page, server, call }) => {
  const { body } = await call("GET", "/api/v1/models");
  const { provider, model } = body.items[0];
  const prompt = [{ role: "system", content: 'Answer in a {{ tone }} tone, {{ name | default("friend") }}.' }];
  const variant = { name: "main", weight: 1, context: {}, provider, model, prompt, parameters: { max_tokens: 8 }, tools: [] };
  await call("POST", "/api/v1/deployments", { key: "toned", description: "", version: { note: "", capture_logprobs: true, variants: [variant] } });
  await call("PATCH", "/api/v1/deployments/toned", { active_version: 1 });
  await page.goto(`${server.address}/?model=toned`);
  const inputs = page.getByRole("region", { name: "Inputs of the prompt" });
  await inputs.getByLabel("tone").waitFor();
  await page.getByLabel("Message").fill("Hello?");
  await page.keyboard.press("Enter");
  await inputs.getByText("This prompt needs tone.").waitFor();
  equal(await page.getByLabel("Message").inputValue(), "Hello?", "nothing was sent");
  await page.keyboard.type("warm");
  equal(await inputs.getByLabel("tone").inputValue(), "warm", "the keyboard is where something is missing");
  await page.locator(".composer").getByRole("button", { name: "Send" }).click();
  await page.getByText("Hello?", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Stop the answer" }).waitFor({ state: "hidden", timeout: 60_000 });
  await inputs.getByLabel("tone").fill("");
  await call("PATCH", "/api/v1/deployments/toned", { archived: true });
});

test("a slow answer shows how long it has taken", async ({ page, server }) => {
  await page.goto(server.address);
  await page.getByLabel("Message").waitFor();
  let release;
  const held = new Promise((done) => (release = done));
  await page.route("**/v1/chat/completions", async (route) => {
    await held;
    await route.abort("connectionreset").catch(() => undefined);
  });
  await page.getByLabel("Message").fill("Are you there?");
  await page.keyboard.press("Enter");
  await page.locator(".elapsed").last().waitFor();
  assert(/^\d+ s$/.test(await page.locator(".elapsed").last().textContent()), "seconds are shown");
  await page.getByRole("button", { name: "Stop the answer" }).click();
  release();
  await page.unroute("**/v1/chat/completions");
});

test("a message sent before the models are known goes out once they are", async ({ browser, server, page }) => {
  const context = await browser.newContext({ storageState: await page.context().storageState() });
  const other = await context.newPage();
  let release;
  const held = new Promise((done) => (release = done));
  await other.route("**/api/v1/models", async (route) => {
    await held;
    await route.continue();
  });
  await other.goto(server.address);
  await other.getByLabel("Message").fill("Are the models known?");
  await other.keyboard.press("Enter");
  // It can be taken back while it waits.
  await other.getByRole("button", { name: "Stop the answer" }).click();
  equal(await other.getByLabel("Message").inputValue(), "Are the models known?");
  await other.getByLabel("Message").press("Enter");
  await other.getByRole("button", { name: "Stop the answer" }).waitFor();
  release();
  await other.getByRole("article", { name: "You" }).getByText("Are the models known?").waitFor();
  equal(await other.getByLabel("Message").inputValue(), "");
  await context.close();
});

test("pages work where the browser gives no crypto.randomUUID", async ({ browser, server, page, kept }) => {
  // As on plain http from another machine.
  const context = await browser.newContext({ storageState: await page.context().storageState() });
  await context.addInitScript(() => delete Crypto.prototype.randomUUID);
  const other = await context.newPage();
  const errors = [];
  other.on("pageerror", (error) => errors.push(String(error)));
  await other.goto(server.address);
  await other.getByLabel("Message").fill("Hi.");
  await other.keyboard.press("Enter");
  await other.getByRole("button", { name: "Thumbs up" }).waitFor({ timeout: 60_000 });
  await other.goto(`${server.address}/logs/${kept.log}`);
  await other.locator(".thumb-up").click();
  await other.getByText("Draft kept here").waitFor();
  await context.close();
  equal(errors, []);
});
