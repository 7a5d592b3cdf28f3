// The focus view by keyboard alone: one key a task, undo across sending, a lost connection, drafts, skip and escalate.
import { assert, equal, test, until } from "./harness.mjs";
import { NOTE, REASONED, THUMBS, addLogs, makeQueue, reviewOf, shown, signedIn, work } from "./reviewSeed.mjs";

const blur = (page) => page.evaluate(() => document.activeElement?.blur());
const changed = (page, from) => until(async () => (await page.locator("[data-task]:visible").count()) === 1 && (await shown(page)) !== from, "the next item");

test("review: one question is sent by its key, and the next item is there at once", async ({ page, server, call, kept }) => {
  await signedIn({ page, server });
  const queue = await makeQueue(call, "quick", [THUMBS]);
  kept.quick = queue;
  await addLogs(call, queue, 14);
  await work(page, server, queue);
  const seen = new Set();
  // From the key to the frame after the item has changed.
  await page.evaluate(() => {
    globalThis.took = [];
    let at;
    window.addEventListener("keydown", (event) => event.key === "y" && (at = performance.now()), { capture: true });
    new MutationObserver(() => {
      if (at === undefined) return;
      const begun = at;
      at = undefined;
      requestAnimationFrame(() => setTimeout(() => globalThis.took.push(performance.now() - begun), 0));
    }).observe(document.querySelector(".focus-main"), { childList: true, subtree: true, attributes: true });
  });
  for (let i = 0; i < 10; i++) {
    const task = await shown(page);
    assert(!seen.has(task), `${task} came twice`);
    seen.add(task);
    await page.keyboard.press("y");
    await changed(page, task);
  }
  const [took, drawn] = await page.evaluate(() => [globalThis.took.sort((a, b) => a - b), performance.getEntriesByName("vouch:next").map((entry) => entry.duration).sort((a, b) => a - b)]);
  process.stdout.write(`      key to next frame: median ${took[Math.floor(took.length / 2)]?.toFixed(1)} ms, slowest ${took.at(-1)?.toFixed(1)} ms; drawn after ${drawn[Math.floor(drawn.length / 2)]?.toFixed(1)} ms (median of ${drawn.length})\n`);
  await until(async () => (await call("GET", `/api/v1/queues/${queue.id}/progress`)).body.mine.done === 10, "ten reviews at the server");
  equal((await reviewOf(call, [...seen][0])).answers, { helpful: true });
});

test("review: undo opens the last one again, and it is sent anew", async ({ page, call, kept }) => {
  const before = await shown(page);
  await page.keyboard.press("n");
  await changed(page, before);
  await until(async () => (await reviewOf(call, before))?.answers.helpful === false, "the review");
  await page.keyboard.press("Backspace");
  await until(async () => (await shown(page)) === before, "the item to come back");
  equal(await page.getByRole("radio", { name: "Thumbs down" }).getAttribute("aria-checked"), "true");
  await page.keyboard.press("y");
  await changed(page, before);
  await until(async () => (await reviewOf(call, before))?.answers.helpful === true, "the changed review");
  equal((await call("GET", `/api/v1/queues/${kept.quick.id}/progress`)).body.mine.done, 11);
});

test("review: the last decisions are one key away, and one of them is changed", async ({ page, call }) => {
  const now = await shown(page);
  await page.keyboard.press("k");
  await page.getByRole("complementary", { name: "Decision" }).getByText("Your answers").waitFor();
  await page.keyboard.press("k");
  equal(await page.locator('.history-one[aria-current="step"]').count(), 1);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  equal(await shown(page), now);
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await page.keyboard.press("u");
  await changed(page, now);
  const again = await shown(page);
  await page.keyboard.press("n");
  await until(async () => (await reviewOf(call, again))?.answers.helpful === false, "the changed decision");
});

test("review: a question appears in place after its answer, and Enter sends", async ({ page, server, call, kept }) => {
  const queue = await makeQueue(call, "reasons", REASONED);
  kept.reasons = queue;
  await addLogs(call, queue, 12);
  await work(page, server, queue);
  const task = await shown(page);
  equal(await page.getByText("What is wrong?").count(), 0);
  await page.keyboard.press("n");
  await page.getByText("What is wrong?").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".question-error").first().waitFor();
  equal(await shown(page), task, "what is not complete is not sent");
  await blur(page);
  await page.keyboard.press("2");
  await page.keyboard.press("t");
  await page.keyboard.type("Too short, and rude.");
  await page.keyboard.press("Control+Enter");
  await changed(page, task);
  await until(async () => (await reviewOf(call, task)) !== undefined, "the review");
  equal((await reviewOf(call, task)).answers, { helpful: false, flaw: "tone", note: "Too short, and rude." });
  // What is no longer asked is not sent.
  const next = await shown(page);
  await page.keyboard.press("n");
  await page.keyboard.press("1");
  await page.keyboard.press("y");
  await page.keyboard.press("Enter");
  await changed(page, next);
  await until(async () => (await reviewOf(call, next)) !== undefined, "the review");
  equal((await reviewOf(call, next)).answers, { helpful: true });
});

test("review: what was typed comes back from the server", async ({ page, server, call, kept }) => {
  const task = await shown(page);
  const drafted = page.waitForResponse((response) => response.url().endsWith(`/tasks/${task}/draft`) && response.ok());
  await page.keyboard.press("n");
  await page.keyboard.press("t");
  await page.keyboard.type("Half a thought");
  await drafted;
  await until(() => page.evaluate(() => Object.keys(localStorage).every((key) => !key.startsWith("vouch:task:"))), "the browser to have nothing left to keep");
  await work(page, server, kept.reasons);
  equal(await shown(page), task, "the same item goes on");
  equal(await page.locator("#answer-note").inputValue(), "Half a thought");
  equal(await page.getByRole("radio", { name: "Thumbs down" }).getAttribute("aria-checked"), "true");
  // And to the last letter, though the server has not got it yet.
  await page.route("**/api/v1/tasks/*/draft", (route) => route.abort("connectionrefused"));
  await page.keyboard.press("t");
  await page.keyboard.type(", now whole");
  await page.reload();
  await page.locator("[data-task]:visible").waitFor();
  equal(await page.locator("#answer-note").inputValue(), "Half a thought, now whole");
  await page.unroute("**/api/v1/tasks/*/draft");
  equal((await call("GET", `/api/v1/queues/${kept.reasons.id}/progress`)).body.mine.done, 2);
});

test("review: decisions without a connection are kept over a reload, and sent once when it is back", async ({ page, server, call, kept }) => {
  await work(page, server, kept.reasons);
  await blur(page);
  await page.keyboard.press("Control+a");
  const sent = [];
  let lost = true;
  await page.route("**/api/v1/tasks/*/reviews", (route) => {
    sent.push(JSON.parse(route.request().postData()).submission_id);
    return lost ? route.abort("connectionrefused") : route.continue();
  });
  const first = await shown(page);
  // The draft of the test before was thumbs down: up takes its place.
  await page.keyboard.press("y");
  await page.keyboard.press("Enter");
  await changed(page, first);
  const second = await shown(page);
  await page.keyboard.press("y");
  await page.keyboard.press("Enter");
  await changed(page, second);
  await page.getByText("2 not sent yet").waitFor();
  await page.reload();
  await page.locator("[data-task]:visible").waitFor();
  await page.getByText("2 not sent yet").waitFor();
  equal([first, second].includes(await shown(page)), false, "what is decided does not come again");
  equal(await reviewOf(call, first), undefined);
  lost = false;
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await until(async () => (await reviewOf(call, second)) !== undefined, "both at the server");
  equal((await reviewOf(call, first)).answers, { helpful: true, note: "Half a thought, now whole" });
  await page.getByText("not sent yet").waitFor({ state: "detached" });
  equal(new Set(sent).size, 2, "a second try is the same submission");
  await page.unroute("**/api/v1/tasks/*/reviews");
  equal((await call("GET", `/api/v1/queues/${kept.reasons.id}/progress`)).body.mine.done, 4);
});

test("review: an undo without a connection takes back what never left", async ({ page, call }) => {
  await page.route("**/api/v1/tasks/*/reviews", (route) => route.abort("connectionrefused"));
  const first = await shown(page);
  await page.keyboard.press("y");
  await page.keyboard.press("Enter");
  await changed(page, first);
  const second = await shown(page);
  await page.keyboard.press("y");
  await page.keyboard.press("Enter");
  await changed(page, second);
  await page.getByText("2 not sent yet").waitFor();
  await page.keyboard.press("u");
  await until(async () => (await shown(page)) === second, "the item to come back");
  await page.unroute("**/api/v1/tasks/*/reviews");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await until(async () => (await reviewOf(call, first)) !== undefined, "the first");
  equal(await reviewOf(call, second), undefined, "the one that was taken back");
  equal(await shown(page), second);
});

test("review: skip with a digit, escalate with words", async ({ page, call, kept }) => {
  await blur(page);
  const first = await shown(page);
  await page.keyboard.press("s");
  await page.getByRole("dialog").getByText("I cannot judge this").waitFor();
  await page.keyboard.press("1");
  await changed(page, first);
  const second = await shown(page);
  await page.keyboard.press("e");
  await page.getByRole("dialog").getByLabel("Another reason").waitFor();
  await page.keyboard.type("A lawyer should read this.");
  await page.keyboard.press("Enter");
  await changed(page, second);
  const found = await until(async () => (await call("GET", `/api/v1/queues/${kept.reasons.id}/conflicts`)).body.items.find(({ task }) => task.id === second), "the escalation");
  equal(found.task.escalated.reason, "A lawyer should read this.");
  await work(page, { address: new URL(page.url()).origin }, kept.reasons);
  assert(![first, second].includes(await shown(page)), "neither comes again");
});

test("review: ? shows every key, and Esc leaves it", async ({ page }) => {
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog");
  for (const text of ["Was it helpful?", "Send and next", "Skip, with a reason", "Escalate", "Look at the decision before"]) await dialog.getByText(text, { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
});

test("review: the queue with what is late first goes on with Enter, and an empty one says so", async ({ page, server, call, kept }) => {
  const queue = await makeQueue(call, "small", [THUMBS, NOTE], { due_after_s: 1 });
  await addLogs(call, queue, 1);
  await until(async () => (await call("GET", `/api/v1/queues/${queue.id}/progress`)).body.overdue === 1, "it to be late");
  await page.goto(`${server.address}/review`);
  await page.getByRole("link", { name: "Continue" }).waitFor();
  await until(async () => (await page.locator(".queue-card", { hasText: "small" }).getByText("1 task late").count()) === 1, "the late one");
  await page.locator(".rail .rail-badge").waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`/review/${queue.id}/work`));
  await page.locator("[data-task]:visible").waitFor();
  await page.keyboard.press("y");
  await page.keyboard.press("Enter");
  await page.getByText("All done – 1 decision in this sitting").waitFor();
  assert(kept.quick, "the first queue");
});
