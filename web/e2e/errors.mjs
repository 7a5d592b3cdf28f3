// What goes wrong is said in words, once, and in one place for every page.
import { violations } from "./axe.mjs";
import { freshPage } from "./browser.mjs";
import { assert, equal, test, until } from "./harness.mjs";

const BANNER = "The server cannot be reached.";

test("while the server is away every page says so the same way, and catches up", async ({ browser, server, page }) => {
  const context = await browser.newContext({ storageState: await page.context().storageState() });
  const here = await context.newPage();
  here.setDefaultTimeout(15_000);
  await here.goto(`${server.address}/logs`);
  await here.locator(".log-row").first().waitFor();
  await here.route("**/*", (route) => route.abort("connectionrefused"));
  const wrong = [];
  for (const name of ["Feedback", "Deployments", "Connect", "Settings", "Playground", "Logs"]) {
    await here.getByRole("link", { name, exact: true }).first().click();
    await here.getByText(BANNER).waitFor();
    const text = await here.locator("body").innerText();
    if (/preload|fetch|module/i.test(text)) wrong.push(`${name}: ${text}`);
    if (text.split("cannot be reached").length !== 2) wrong.push(`${name} says it ${text.split("cannot be reached").length - 1} times`);
  }
  equal(wrong, []);
  equal(await violations(here), [], "violations");
  await here.getByRole("link", { name: "Deployments", exact: true }).first().click();
  await here.unroute("**/*");
  // It may have come back by itself already.
  await here.getByRole("button", { name: "Try again" }).click({ timeout: 3000 }).catch(() => undefined);
  await here.locator(".deployment-card").first().waitFor();
  equal(await here.getByText(BANNER).count(), 0);
  await context.close();
});

test("a used sign-in link says plainly what it is", async ({ browser, server }) => {
  const { page, close } = await freshPage(browser);
  await page.route("**/api/v1/session/link", (route) =>
    route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify({ type: "https://vouch.dev/problems/unauthenticated", title: "Sign in or send an API key", status: 401, detail: "This link was used." }) }),
  );
  await page.goto(`${server.address}/signin#used`);
  await page.getByText("This link no longer works").waitFor();
  equal(await page.getByText("API key").count(), 0);
  await close();
});

test("a form says what is wrong once, at the field, without pointers", async ({ page, server }) => {
  await page.goto(`${server.address}/settings/metrics`);
  await page.getByRole("button", { name: "Define a metric" }).click();
  const dialog = page.getByRole("dialog");
  const detail = 'expected 1 to 64 characters of a-z, 0-9, _, - and ., got "Not So"';
  await page.route("**/api/v1/metrics-definitions/*", (route) =>
    route.fulfill({ status: 422, contentType: "application/problem+json", body: JSON.stringify({ type: "https://vouch.dev/problems/invalid-input", title: "The input is not valid", status: 422, detail: `/name: ${detail}`, errors: [{ pointer: "/name", detail }] }) }),
  );
  await dialog.getByLabel("Name").fill("Not So");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("Should be 1 to 64 characters").waitFor();
  const text = await dialog.innerText();
  equal([text.split("1 to 64 characters").length - 1, text.includes("/name")], [1, false], text);
  await page.unroute("**/api/v1/metrics-definitions/*");
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "Close it" }).click();
});

test("a dialog in which something was typed does not close by a click beside it", async ({ page, server }) => {
  await page.goto(`${server.address}/settings/providers`);
  await page.getByRole("button", { name: "Add a provider" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("mine");
  await page.mouse.click(5, 5);
  await dialog.getByText("Close this?").waitFor();
  equal(await violations(page), [], "violations");
  await dialog.getByRole("button", { name: "Stay" }).click();
  equal(await dialog.getByLabel("Name").inputValue(), "mine");
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "Close it" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Add a provider" }).click();
  await page.mouse.click(5, 5);
  await dialog.waitFor({ state: "hidden" });
});

test("a rewritten prompt survives a look elsewhere, until it is saved or thrown away", async ({ page, server }) => {
  await page.goto(`${server.address}/deployments/assistant/edit`);
  const prompt = page.getByLabel("Text of message 1").first();
  await prompt.fill("A prompt that took an hour to write.");
  await page.getByRole("link", { name: "Logs", exact: true }).first().click();
  await page.locator(".log-row").first().waitFor();
  await page.goBack();
  equal(await prompt.inputValue(), "A prompt that took an hour to write.");
  await page.reload();
  await page.getByText("What you wrote here before is back").waitFor();
  equal(await prompt.inputValue(), "A prompt that took an hour to write.");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Throw away" }).click();
  await page.waitForURL(/\/deployments\/assistant\?version=/);
  await page.goto(`${server.address}/deployments/assistant/edit`);
  assert((await prompt.inputValue()) !== "A prompt that took an hour to write.", "it is thrown away");
});

test("the form of a new version says what it will do", async ({ page }) => {
  await page.getByText("It serves every new call as soon as it is created").waitFor();
  await page.getByRole("button", { name: "Create and activate" }).waitFor();
  await page.getByRole("switch", { name: "Activate it at once" }).uncheck();
  await page.getByText("goes on serving until you activate this one").waitFor();
  await page.getByRole("button", { name: "Create version" }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.waitForURL(/\/deployments\/assistant\?version=/);
});

test("on a phone the chosen part of the settings is in sight", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.address}/settings/account`);
  const tab = page.getByRole("link", { name: "Own account" });
  await tab.waitFor();
  const seen = await until(() => tab.evaluate((link) => link.getBoundingClientRect().right <= window.innerWidth), "the tab", 3000).catch(() => false);
  await page.setViewportSize({ width: 1280, height: 860 });
  assert(seen, "the tab is in sight");
});
