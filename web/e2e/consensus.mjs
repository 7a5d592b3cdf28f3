// What reviewers say together, kind by kind, and how each of them works.
import { assert, equal, test } from "./harness.mjs";
import { THUMBS, addTasks, asPerson, makeQueue, signedIn } from "./reviewSeed.mjs";
import { violations } from "./axe.mjs";

const STARS = { key: "stars", title: "How many stars?", type: "rating", min: 1, max: 5, labels: {}, required: true };

/** Three people answer two tasks; they differ on the second. */
async function answered({ call, server }) {
  const queue = await makeQueue(call, "together", [THUMBS, STARS], { item: "record", overlap: { type: "fixed", reviews: 3 } });
  await addTasks(call, queue, [1, 2].map((n) => ({ type: "record", fields: { text: `Record ${n}` } })));
  for (const [name, all] of [["Ada", [[true, 5], [true, 4]]], ["Bea", [[true, 4], [true, 2]]], ["Cal", [[true, 3], [false, 3]]]]) {
    const { body } = await call("POST", "/api/v1/users", { email: `${name.toLowerCase()}-${Date.now()}@example.com`, name, role: "reviewer" });
    const own = await asPerson(server, body.signin_link.url);
    const { items } = (await own("POST", `/api/v1/queues/${queue.id}/next`, { count: 2, holding: [] })).body;
    for (const { task, item } of items) {
      const [helpful, stars] = all[item.fields.text === "Record 1" ? 0 : 1];
      const sent = await own("POST", `/api/v1/tasks/${task}/reviews`, { answers: { helpful, stars }, active_ms: 4000, submission_id: `${name}-${task}`, order: [] });
      equal(sent.status, 201, JSON.stringify(sent.body));
    }
  }
  return queue;
}

test("consensus: what reviewers say together, and who said what", async (world) => {
  const { page, server, kept } = world;
  await signedIn(world);
  const queue = (kept.together = await answered(world));
  await page.goto(`${server.address}/review/${queue.id}?tab=consensus`);
  const rows = page.getByRole("table", { name: "Consensus" }).locator("tbody tr");
  await rows.nth(1).waitFor();
  const told = (await rows.allTextContents()).sort();
  assert(told.some((text) => /up/.test(text) && /100/.test(text)), told.join(" | "));
  assert(told.some((text) => /67/.test(text) && /33/.test(text) && /Cal: down/.test(text)), told.join(" | "));
  await page.getByLabel("Method").selectOption("one_coin");
  await page.getByRole("heading", { name: "Whom it believes" }).waitFor();
  await rows.nth(1).waitFor();
  // A scale has a middle and no method.
  await page.getByLabel("Question").selectOption("stars");
  await page.getByText("The median of what was said").waitFor();
  equal(await page.getByLabel("Method").count(), 0);
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `no scrolling sideways at ${width}`);
    equal(await violations(page), []);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
});

test("consensus: a person's weeks, and whether they drift", async ({ page, server, kept }) => {
  await page.goto(`${server.address}/review/${kept.together.id}?tab=reviewers`);
  const row = page.getByRole("row", { name: /^Ada/ });
  await row.getByRole("button", { name: "Details" }).click();
  await page.getByText("Too little work to compare").waitFor();
  const week = page.getByRole("table", { name: "Weeks of Ada" }).locator("tbody tr");
  equal(await week.count(), 1);
  assert(/2/.test(await week.textContent()), "two reviews this week");
});
