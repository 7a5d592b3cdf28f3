// An expert reviews by keyboard alone; drafts, failures and the charts that lead back to the logs.
import { assert, equal, test, until } from "./harness.mjs";

const open = async ({ page, server, kept }) => {
  await page.goto(`${server.address}/logs/${kept.log}`);
  await page.getByRole("complementary", { name: "Review" }).waitFor();
  await page.getByRole("button", { name: /^safe/ }).waitFor();
};
const counting = async ({ call, kept }) => {
  const { body } = await call("GET", `/api/v1/logs/${kept.log}`);
  return Object.fromEntries(body.feedback.filter((f) => f.counts && f.source === "reviewer").map((f) => [f.name, f.value]));
};

test("? lists the keys", async (world) => {
  await open(world);
  const { page } = world;
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("Write a correction").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
});

test("a whole review by keyboard alone", async (world) => {
  const { page } = world;
  await page.keyboard.press("n");
  // It was a thumb down already: the same key takes it away, once more gives it.
  if ((await page.locator(".thumb-down").getAttribute("aria-pressed")) !== "true") await page.keyboard.press("n");
  await page.keyboard.press("p");
  await page.keyboard.type("35");
  await page.keyboard.press("Enter");
  await page.keyboard.press("3");
  await page.keyboard.press("7");
  await page.keyboard.press("q");
  await page.keyboard.press("s");
  await page.keyboard.press("m");
  await page.keyboard.type("Needs a greeting.");
  await page.keyboard.press("Escape");
  await page.keyboard.press("c");
  await until(() => page.evaluate(() => document.activeElement?.id === "correction-text"), "the correction to have the keyboard");
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" Good day to you!");
  await page.locator(".correction ins").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByText("Saved", { exact: true }).waitFor();
  const said = await until(async () => {
    const now = await counting(world);
    return now.correction && now;
  }, "the review");
  assert(said.correction.endsWith(" Good day to you!"), said.correction);
  equal([said.thumbs, said.score, said.defects, said.safety, said.factuality, said.comment], [false, 35, ["hallucination", "incompleteness"], "safe", "partly_accurate", "Needs a greeting."]);
});

test("a reload keeps the draft to the last letter", async (world) => {
  const { page } = world;
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("m");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("A second thought");
  await page.reload();
  await page.getByText("Draft kept here").waitFor();
  equal(await page.locator("#metric-comment").inputValue(), "A second thought");
});

test("a failed save loses nothing, names the field, and can be tried again", async (world) => {
  const { page } = world;
  let asked = [];
  await page.route("**/api/v1/feedback", async (route) => {
    asked.push(route.request().headers()["idempotency-key"]);
    if (asked.length === 1) return route.abort("connectionrefused");
    return route.continue();
  });
  await page.keyboard.press("Control+Enter");
  await page.locator(".review-foot").getByText("The server cannot be reached").waitFor();
  equal(await page.locator("#metric-comment").inputValue(), "A second thought");
  await page.getByRole("button", { name: "Save again" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  assert(asked[0] && asked[0] === asked[1], `one idempotency key for one save: ${asked.join()}`);
  await page.unroute("**/api/v1/feedback");
  equal((await counting(world)).comment, "A second thought");
});

test("an answer taken away is taken back", async (world) => {
  const { page } = world;
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("q");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Saved", { exact: true }).waitFor();
  await until(async () => (await counting(world)).safety === undefined, "safety to be gone");
});

test("the history says who, what and what no longer counts", async ({ page }) => {
  const history = page.getByRole("region", { name: "Feedback" });
  await history.getByText("reviewer").first().waitFor();
  await history.getByRole("button", { name: /no longer/ }).click();
  await history.getByText("taken back").first().waitFor();
  await history.getByText("replaced by a newer one").first().waitFor();
});

test("tokens are shaded by probability", async ({ page }) => {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("t");
  await page.locator(".tokens-text .token").first().waitFor();
  await page.locator(".tokens-text").focus();
  await page.keyboard.press("ArrowRight");
  assert(/%/.test(await page.locator(".tokens-detail").textContent()), "a probability is told");
  await page.getByRole("heading", { name: "Uncertainty" }).waitFor();
});

test("a bar of the chart leads to its logs", async ({ page, server, call, kept }) => {
  await page.goto(`${server.address}/feedback?by=deployment`);
  await page.locator(".overview-number").first().waitFor();
  const part = page.locator('.chart-part[data-label="false"]').last();
  await part.click();
  await page.waitForURL(/\/logs\?.*feedback=thumbs%3Afalse/);
  await page.locator(".log-row").first().waitFor();
  const shown = await page.locator(".log-link").evaluateAll((links) => links.map((a) => a.getAttribute("href")));
  assert(shown.some((href) => href.includes(kept.log)), shown.join("\n"));
  await page.goBack();
  await page.locator(".dimension-link").first().click();
  await page.waitForURL(/\/logs\?.*deployment=/);
  await page.locator(".log-row").first().waitFor();
  assert((await call("GET", "/api/v1/feedback/dimensions?from=2020-01-01&to=2099-01-01")).status === 200, "dimensions");
});
