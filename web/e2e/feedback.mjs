// The charts: a date under its day, counts that say what they count, a table that stays small.
import { assert, equal, test } from "./harness.mjs";
import { addLog, give } from "./seed.mjs";

test("each date stands under its column, whatever the range and the window", async ({ page, server, call }) => {
  await give(call, await addLog(call), "thumbs", true);
  const off = [];
  const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  for (const [width, days] of [[1280, 1], [1280, 7], [1280, 30], [1280, 90], [1280, 365], [390, 7], [390, 62]]) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(`${server.address}/feedback?from=${day(days - 1)}&to=${day(0)}`);
    await page.locator(".chart-column").first().waitFor();
    const found = await page.evaluate(() => {
      const middle = (element) => (element.getBoundingClientRect().left + element.getBoundingClientRect().right) / 2;
      const columns = [...document.querySelectorAll(".chart-column")];
      const dates = [...document.querySelectorAll(".chart-dates span")].filter((date) => /^\d+ \w+$/.test(date.textContent));
      return dates.map((date) => {
        const column = columns.find((c) => new RegExp(`^${date.textContent}(:| to )`).test(c.getAttribute("aria-label")));
        return [date.textContent, column ? Math.abs(middle(column) - middle(date)) : "no column"];
      });
    });
    assert(found.length > 0, `dates for ${days} days`);
    off.push(...found.filter(([, by]) => !(by <= 2)).map(([date, by]) => `${days} days at ${width}: ${date} by ${by}`));
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) off.push(`${days} days at ${width}: too wide by ${over}`);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
  equal(off, []);
  await page.locator(".chart-dates").getByText("UTC").waitFor();
});

test("votes are called votes, and what has no user has a row", async ({ page, server, call }) => {
  await give(call, await addLog(call, { user_id: "ann" }), "thumbs", true);
  await give(call, await addLog(call), "thumbs", true);
  await page.goto(`${server.address}/feedback?by=user`);
  await page.locator(".dimension-rest").waitFor();
  equal(await page.locator(".dimension-rest td").first().textContent(), "no user");
  const counts = await page.locator(".dimension tbody tr").evaluateAll((rows) => rows.map((row) => Number(row.cells[1].textContent.replace(",", ""))));
  const card = page.locator(".overview-card").first();
  const all = Number(/of ([\d,]+) votes/.exec(await card.textContent())?.[1].replace(",", ""));
  equal(counts.reduce((sum, n) => sum + n, 0), all, "the rows add up");
  equal(await page.getByText(/\d answers?\b/).count(), 0, "feedback is not called answers");
});

test("free text is counted, not drawn by what it says", async ({ page, server, call }) => {
  await give(call, await addLog(call), "comment", "Too long.");
  await page.goto(`${server.address}/feedback?metric=comment`);
  await page.locator(".chart-column").first().waitFor();
  equal(await page.locator(".chart-legend").count(), 0);
  await page.locator(".chart-part").first().waitFor();
});

test("a dimension with many values begins with fifty", async ({ page, server }) => {
  const points = Array.from({ length: 120 }, (_, i) => [{ label: "", count: 2, sum: 1 }, { label: "true", count: 1, sum: 1 }].map((p) => ({ date: new Date().toISOString().slice(0, 10), value: `user-${i}`, ...p }))).flat();
  await page.route("**/api/v1/feedback/summary?*by=user*", async (route) => {
    const answer = await (await route.fetch()).json();
    await route.fulfill({ json: { ...answer, points } });
  });
  await page.goto(`${server.address}/feedback?by=user`);
  const all = page.getByRole("button", { name: "Show all 120" });
  await all.waitFor();
  equal(await page.locator(".dimension-link").count(), 50);
  await all.click();
  equal(await page.locator(".dimension-link").count(), 120);
  await page.unroute("**/api/v1/feedback/summary?*by=user*");
});
