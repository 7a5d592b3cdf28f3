// The list of logs: the way back, room for what was said, and why a call failed.
import { assert, equal, test, until } from "./harness.mjs";
import { addLog } from "./seed.mjs";

test("Back undoes a change of the filter", async ({ page, server }) => {
  await page.goto(`${server.address}/logs`);
  await page.locator(".log-row").first().waitFor();
  await page.getByRole("button", { name: "Thumbs down", exact: true }).click();
  await page.waitForURL(/thumbs=down/);
  await page.getByRole("button", { name: "Without feedback" }).click();
  await page.waitForURL(/has_feedback=false/);
  await page.goBack();
  await page.waitForURL((url) => url.search === "?thumbs=down");
  await page.goBack();
  await page.waitForURL((url) => url.pathname === "/logs" && url.search === "");
});

test("the way back from a log leads to the same place in the list", async ({ page, server, call }) => {
  for (let i = 0; i < 40; i++) await addLog(call, { question: `Row ${i}?`, user_id: "scroller" });
  await page.goto(`${server.address}/logs?user_id=scroller`);
  await page.locator(".log-row").nth(39).waitFor();
  const [row, next] = [page.locator(".log-row .log-link").nth(30), page.locator(".log-row .log-link").nth(31)];
  await row.scrollIntoViewIfNeeded();
  const [before, following] = [await page.evaluate(() => window.scrollY), await next.textContent()];
  assert(before > 400, `the list is scrolled: ${before}`);
  await row.click();
  await page.getByRole("complementary", { name: "Review" }).waitFor();
  // One log further; the list is still where it was.
  await page.keyboard.press("j");
  await page.locator(".messages").getByText(following).waitFor();
  await page.getByRole("link", { name: "Logs", exact: true }).last().click();
  await page.waitForURL(/\/logs\?user_id=scroller$/);
  await page.locator(".log-row").nth(39).waitFor();
  await until(async () => Math.abs((await page.evaluate(() => window.scrollY)) - before) < 60, `the list at ${before} px again`);
});

test("a failed row says why", async ({ page, server, call, kept }) => {
  const raw = JSON.stringify({ error: { message: "Rate limit reached for gpt-4o. Try again in 20s.", type: "tokens", code: "rate_limit_exceeded" } });
  kept.failed = await addLog(call, { status: "failed", error: { kind: "upstream", status: 429, message: raw }, question: "Too fast?" });
  await page.goto(`${server.address}/logs?status=failed`);
  const row = page.locator(".log-row", { hasText: "Too fast?" });
  await row.getByText("Rate limit reached for gpt-4o. Try again in 20s.").waitFor();
  assert(!(await row.textContent()).includes("{"), "no JSON in the row");
});

test("a failed log tells the reason in words, and all that came on demand", async ({ page, server, kept }) => {
  await page.goto(`${server.address}/logs/${kept.failed}`);
  const failure = page.getByRole("region", { name: "Error" });
  await failure.getByText("Rate limit reached for gpt-4o. Try again in 20s.", { exact: true }).waitFor();
  equal(await failure.locator("pre").isVisible(), false);
  await failure.getByText("As it came").click();
  assert((await failure.locator("pre").textContent()).startsWith('{"error"'), "the raw answer");
});

test("at 1024 px what was said has the most room", async ({ page, server }) => {
  await page.setViewportSize({ width: 1024, height: 800 });
  await page.goto(`${server.address}/logs`);
  await page.locator(".log-row").first().waitFor();
  const widths = await page.locator(".log-row").first().locator("td").evaluateAll((cells) => cells.map((cell) => [cell.className.split(" ").find((name) => name.startsWith("log-")), cell.getBoundingClientRect().width]));
  await page.setViewportSize({ width: 1280, height: 860 });
  const text = widths.find(([name]) => name === "log-text")[1];
  assert(text >= 300, `the input has ${text} px of ${JSON.stringify(widths)}`);
});

test("on a phone the pills of a card stand at its edge", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.address}/logs?has_feedback=true`);
  await page.locator(".log-row .log-tally .pill").first().waitFor();
  const gaps = await page.locator(".log-row").evaluateAll((rows) =>
    rows.map((row) => row.getBoundingClientRect().right - [...row.querySelectorAll(".log-tally .pill")].at(-1)?.getBoundingClientRect().right).filter((gap) => !Number.isNaN(gap)),
  );
  await page.setViewportSize({ width: 1280, height: 860 });
  equal(new Set(gaps.map(Math.round)).size, 1, gaps.join());
});
