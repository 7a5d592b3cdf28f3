// The filter box: in the address, by keyboard, completed, explained, and searching further.
import { violations } from "./axe.mjs";
import { assert, equal, test, until } from "./harness.mjs";
import { addLog, give } from "./seed.mjs";

const box = (page) => page.getByRole("combobox", { name: "Search and filter logs" });
const q = (page) => new URL(page.url()).searchParams.get("q");
const inserts = (page) => page.getByRole("option").locator("code").allTextContents();

test("a filter is typed by keyboard, completed, and stands in the address", async ({ page, server, call }) => {
  const bad = await addLog(call, { question: "Filtered one?", model: "filter-model-a", user_id: "Ann (sales)" });
  await addLog(call, { question: "Filtered two?", model: "filter-model-b" });
  await give(call, bad, "thumbs", false);
  await page.goto(`${server.address}/logs`);
  await page.locator(".log-row").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("mod");
  await until(async () => (await inserts(page))[0] === "model:", "the field");
  // Tab takes the first, and the values come.
  await page.keyboard.press("Tab");
  equal(await box(page).inputValue(), "model:");
  await page.keyboard.type("filter-m");
  await until(async () => (await inserts(page)).join() === "filter-model-a,filter-model-b" || (await inserts(page)).join() === "filter-model-b,filter-model-a", "the models");
  await page.keyboard.press("ArrowDown");
  const option = page.getByRole("option", { selected: true });
  equal(await box(page).getAttribute("aria-activedescendant"), await option.getAttribute("id"));
  await page.keyboard.press("Enter");
  assert(/^model:filter-model-[ab] $/.test(await box(page).inputValue()), await box(page).inputValue());
  await box(page).fill("model:filter-model-* thumbs:down");
  await until(async () => (await page.getByRole("option").count()) > 0, "values of thumbs");
  await page.keyboard.press("Escape");
  equal(await page.getByRole("option").count(), 0);
  await page.keyboard.press("Enter");
  await until(() => q(page) === "model:filter-model-* thumbs:down", "the address");
  await until(async () => (await page.locator(".log-row").count()) === 1, "one row");
  await page.getByText("Filtered one?").waitFor();
  // A link shows the same.
  await page.reload();
  await page.getByText("Filtered one?").waitFor();
  equal(await box(page).inputValue(), "model:filter-model-* thumbs:down");
});

test("text and chips work together, and Back undoes either", async ({ page, server }) => {
  await page.goto(`${server.address}/logs?q=model%3Afilter-model-*`);
  await until(async () => (await page.locator(".log-row").count()) === 2, "two rows");
  await page.getByRole("button", { name: "Thumbs down", exact: true }).click();
  await until(async () => (await page.locator(".log-row").count()) === 1, "one row");
  equal(new URL(page.url()).search, "?q=model%3Afilter-model-*&thumbs=down");
  await page.goBack();
  await until(async () => (await page.locator(".log-row").count()) === 2, "two rows again");
  await box(page).fill("model:filter-model-b");
  await page.keyboard.press("Enter");
  await until(() => q(page) === "model:filter-model-b", "the new text");
  await page.goBack();
  await until(async () => (await box(page).inputValue()) === "model:filter-model-*", "the old text in the field");
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await until(() => page.url().endsWith("/logs"), "no filter");
  equal(await box(page).inputValue(), "");
});

test("what cannot be read is marked at its place, and what was typed stays", async ({ page, server }) => {
  await page.goto(`${server.address}/logs`);
  await box(page).fill("model:a score:high thumbs:up");
  await page.keyboard.press("Enter");
  const wrong = page.locator(".filter-wrong");
  await wrong.getByText("Score takes a number or a range such as 40..60, not high").waitFor();
  equal(await wrong.locator("mark").textContent(), "high");
  equal(await box(page).inputValue(), "model:a score:high thumbs:up");
  equal(await box(page).getAttribute("aria-invalid"), "true");
  equal(await page.getByRole("alert").count(), 1);
  equal(await violations(page), []);
  await box(page).fill("thumbs:down");
  await page.keyboard.press("Enter");
  await wrong.waitFor({ state: "detached" });
  await page.locator(".log-row").first().waitFor();
});

test("words find what was said, and a value with a space is quoted", async ({ page, server, call }) => {
  await addLog(call, { question: "How does a xylophone sound?", answer: "Like wooden rain.", user_id: "Ann (sales)" });
  await page.goto(`${server.address}/logs`);
  await box(page).fill("user:A");
  await until(async () => (await inserts(page)).includes('"Ann (sales)"'), "the user");
  await page.getByRole("option").filter({ hasText: "Ann (sales)" }).click();
  await until(async () => (await box(page).inputValue()) === 'user:"Ann (sales)" ', "the quoted user");
  await page.keyboard.type('"wooden rain"');
  await page.keyboard.press("Enter");
  // Words are indexed a moment after their log.
  await until(async () => (await page.reload(), await page.getByText("How does a xylophone sound?").isVisible().catch(() => false)) || page.getByText("How does a xylophone sound?").waitFor({ timeout: 800 }).then(() => true, () => false), "the xylophone", 15_000);
  equal(await page.locator(".log-row").count(), 1);
});

test("Tab waits for the server once, and never holds the focus", async ({ page, server }) => {
  await page.goto(`${server.address}/logs`);
  await page.locator(".log-row").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("thu");
  await page.keyboard.press("Tab");
  await until(async () => (await box(page).inputValue()) === "thumbs:", "the field");
  await page.keyboard.type("up ");
  await until(async () => (await page.getByRole("option").count()) > 3, "the fields");
  await page.keyboard.press("Tab");
  equal(await box(page).evaluate((field) => field === document.activeElement), false);
});

test("the card of examples tries one", async ({ page, server }) => {
  await page.goto(`${server.address}/logs`);
  await page.getByRole("button", { name: "How to filter" }).click();
  await page.getByRole("button", { name: /^thumbs:down or score<50/ }).click();
  await until(() => q(page) === "thumbs:down or score<50", "the example");
});

test("a rare search says how far it came, and goes on", async ({ page, server, call }) => {
  const at = (days, i = 0) => new Date(Date.now() - days * 86_400_000 - i).toISOString();
  const one = (created_at, variant) => ({ messages: [{ role: "user", content: variant === "needle" ? "The needle?" : "Hay" }], choices: [], created_at, variant });
  await call("POST", "/api/v1/logs", { logs: [one(at(50), "needle")] });
  for (let part = 0; part < 5; part++) {
    const { status } = await call("POST", "/api/v1/logs", { logs: Array.from({ length: 900 }, (_, i) => one(at(45 + part / 10, i), "hay")) });
    equal(status, 201);
  }
  await page.goto(`${server.address}/logs?q=variant%3Aneedle`);
  await page.getByText(/^Looked at 2,000 logs, back to .*, and found none yet\.$/).waitFor();
  equal(await page.getByText("No log fits this filter").count(), 0);
  await page.getByRole("button", { name: "Search further" }).click();
  await page.getByText("The needle?").waitFor();
  await until(async () => (await page.getByRole("button", { name: "Search further" }).count()) === 0, "the end of the search");
});
