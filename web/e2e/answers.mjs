// Every type of question, answered by keyboard, and what reaches the server; pairs, long conversations, blur, checks.
import { assert, equal, test, until } from "./harness.mjs";
import { THUMBS, addLogs, addTasks, makeQueue, reviewOf, shown, signedIn, work } from "./reviewSeed.mjs";

const options = (...titles) => titles.map((title) => ({ key: title.toLowerCase().replace(/\W+/g, "_"), title }));
const answersOf = (call, task) => until(async () => (await reviewOf(call, task))?.answers, "the review");
const blur = (page) => page.evaluate(() => document.activeElement?.blur());

test("answers: ratings, categories, checklists and numbers by their keys", async ({ page, server, call }) => {
  await signedIn({ page, server });
  const queue = await makeQueue(call, "many_kinds", [
    { key: "quality", title: "Quality", type: "rating", min: 1, max: 5, labels: { 1: "bad", 5: "good" }, required: true },
    { key: "kind", title: "Kind", type: "category", options: options("Fact", "Opinion", "Joke"), required: true },
    { key: "faults", title: "Faults", type: "multi_category", options: options("Long", "Vague", "Rude"), required: false },
    { key: "holds", title: "What holds", type: "checklist", options: options("Polite", "Complete"), required: true },
    { key: "minutes", title: "Minutes saved", type: "number", min: 0, max: 60, unit: "min", required: true },
    { key: "true_story", title: "Is it true?", type: "yes_no", required: true },
  ]);
  await addLogs(call, queue, 1);
  await work(page, server, queue);
  const task = await shown(page);
  const keyOf = (name) => page.getByRole("radio", { name, exact: true }).or(page.getByRole("checkbox", { name, exact: true })).first().getAttribute("aria-keyshortcuts");
  const press = async (...names) => {
    for (const name of names) await page.keyboard.press(await keyOf(name));
  };
  await page.keyboard.press("4");
  await press("Joke", "Rude", "Long", "Polite", "Yes");
  const field = await page.locator("#answer-minutes").evaluate((input) => (input.closest(".question").querySelector(".kbd").textContent));
  await page.keyboard.press(field);
  await page.keyboard.type("12");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  equal(await answersOf(call, task), { quality: 4, kind: "joke", faults: ["long", "rude"], holds: { polite: true, complete: false }, minutes: 12, true_story: true });
});

test("answers: a correction with its difference by words", async ({ page, server, call }) => {
  const queue = await makeQueue(call, "corrections", [{ key: "fix", title: "How should it read?", type: "correction", required: true }]);
  await addLogs(call, queue, 1, () => ({ answer: "The capital of Australia is Sydney." }));
  await work(page, server, queue);
  const task = await shown(page);
  await page.keyboard.press("c");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("The capital of Australia is Canberra.");
  await page.locator(".wide-question ins", { hasText: "Canberra" }).waitFor();
  await page.locator(".wide-question del", { hasText: "Sydney" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  equal(await answersOf(call, task), { fix: "The capital of Australia is Canberra." });
});

test("answers: spans by keyboard and by mouse, overlapping, in code points", async ({ page, server, call }) => {
  const queue = await makeQueue(call, "spans", [{ key: "errors", title: "Where are errors?", type: "spans", of: "response", labels: options("Wrong", "Vague"), required: true }]);
  await addLogs(call, queue, 1, () => ({ answer: "😀 The capital is Sydney, naturally." }));
  await work(page, server, queue);
  const task = await shown(page);
  const [wrong, vague] = await page.locator(".span-label").evaluateAll((all) => all.map((one) => one.getAttribute("aria-keyshortcuts")));
  await page.keyboard.press("m");
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press(wrong);
  // "is Sydney" is marked; now "Sydney, naturally" by mouse.
  const ends = await page.evaluate(() => {
    const box = document.querySelector(".span-text");
    const nodes = [];
    const walk = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) nodes.push(walk.currentNode);
    const at = (text, end) => {
      let from = box.textContent.indexOf(text) + (end ? text.length : 0);
      for (const node of nodes) {
        if (from <= node.length - (end ? 0 : 1)) {
          const range = document.createRange();
          range.setStart(node, end ? from - 1 : from);
          range.setEnd(node, end ? from : from + 1);
          const { left, right, top, height } = range.getBoundingClientRect();
          return [end ? right - 1 : left + 1, top + height / 2];
        }
        from -= node.length;
      }
    };
    return [at("Sydney", false), at("naturally", true)];
  });
  await page.mouse.move(...ends[0]);
  await page.mouse.down();
  await page.mouse.move(...ends[1], { steps: 5 });
  await page.mouse.up();
  await page.keyboard.press(vague);
  await page.locator(".span-list li").nth(1).waitFor();
  await blur(page);
  await page.keyboard.press("Enter");
  const { errors } = await answersOf(call, task);
  const points = [..."😀 The capital is Sydney, naturally."];
  equal(errors.map(({ start, end, label }) => [points.slice(start, end).join(""), label]), [["is Sydney", "wrong"], ["Sydney, naturally", "vague"]]);
});

test("answers: a preference is stored as the responses are, whichever side they stood on", async ({ page, server, call }) => {
  const queue = await makeQueue(call, "pairs", [{ key: "better", title: "Which is better?", type: "preference", strength: 2, tie: true, required: true }], { item: "responses" });
  const pair = (n) => ({ type: "responses", prompt: [{ role: "user", content: `Pair ${n}: the capital?` }], responses: [{ text: "It is alpha, the first city of the land." }, { text: "It is beta, the second city of the land." }] });
  await addTasks(call, queue, Array.from({ length: 6 }, (_, i) => pair(i)));
  await work(page, server, queue);
  const sides = new Set();
  for (let i = 0; i < 4; i++) {
    const task = await shown(page);
    const left = await page.locator("[data-task]:visible .pane-body").first().textContent();
    const first = left.includes("alpha") ? "a" : "b";
    sides.add(first);
    await page.keyboard.press("1");
    await until(async () => (await page.locator("[data-task]:visible").count()) === 1 && (await shown(page)) !== task, "the next pair");
    equal(await answersOf(call, task), { better: { choice: first, strength: 2 } });
    const review = await reviewOf(call, task);
    if (review.order) equal(review.order[0], first === "a" ? 0 : 1, "the order is recorded");
  }
  const task = await shown(page);
  const before = await page.locator("[data-task]:visible .pane-body").first().textContent();
  await page.keyboard.press("x");
  await until(async () => (await page.locator("[data-task]:visible .pane-body").first().textContent()) !== before, "left and right to be swapped");
  await page.keyboard.press("d");
  await page.locator(".diff-left").first().waitFor();
  equal((await page.locator("[data-task]:visible .diff-left").allTextContents()).length, 2, "alpha and first, or beta and second");
  const first = (await page.locator("[data-task]:visible .pane-body").first().textContent()).includes("alpha") ? "a" : "b";
  await page.keyboard.press("2");
  equal(await answersOf(call, task), { better: { choice: first, strength: 1 } });
});

test("answers: a ranking with a tie", async ({ page, server, call }) => {
  const queue = await makeQueue(call, "rankings", [{ key: "order", title: "Rank them", type: "ranking", required: true }], { item: "responses" });
  await addTasks(call, queue, [{ type: "responses", prompt: [{ role: "user", content: "Say a colour" }], responses: ["red", "green", "blue"].map((text) => ({ text })) }]);
  await work(page, server, queue);
  const task = await shown(page);
  const stand = (await page.locator("[data-task]:visible .pane-body").allTextContents()).map((text) => ["red", "green", "blue"].indexOf(text.trim()));
  await page.keyboard.press("2");
  await page.keyboard.press("Enter");
  await page.getByText("2 responses have no rank yet.").waitFor();
  await blur(page);
  await page.keyboard.press("3");
  await page.keyboard.press("1");
  await page.keyboard.press("=");
  await page.keyboard.press("Enter");
  equal((await answersOf(call, task)).order.map((group) => [...group].sort()), [[stand[1]], [stand[2], stand[0]].sort()]);
});

test("answers: a suggestion is taken by one key, and a checklist of records stays plain text", async ({ page, server, call }) => {
  const queue = await makeQueue(call, "records", [THUMBS, { key: "kind", title: "Kind", type: "category", options: options("Fact", "Joke"), required: true }], { item: "record" });
  const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  await addTasks(call, queue, [{ type: "record", fields: { question: "Why?", text: `Because **so**. ${hostile}`, meta: { a: [1, 2] } }, suggestion: { source: "judge", answers: { helpful: true, kind: "joke" }, score: 0.8 } }]);
  await work(page, server, queue);
  const task = await shown(page);
  await page.getByText("<script>document.title=2</script>").first().waitFor();
  equal(await page.evaluate(() => document.querySelectorAll('img[src="x"]').length), 0);
  await page.getByText("judge suggests (80 % sure)").waitFor();
  await page.keyboard.press(".");
  await page.keyboard.press("Enter");
  equal(await answersOf(call, task), { helpful: true, kind: "joke" });
});

test("answers: a conversation of 500 messages is there at once and scrolls", async ({ page, server, call }) => {
  const logs = await makeQueue(call, "long_log", [THUMBS]);
  const messages = Array.from({ length: 500 }, (_, i) => ({ role: i % 2 ? "assistant" : "user", content: `Message **${i + 1}** of many.\n\n- one\n- two\n\n\`code ${i}\`` }));
  await addLogs(call, logs, 2, () => ({ messages }));
  const begun = Date.now();
  await work(page, server, logs);
  const first = Date.now() - begun;
  await until(async () => (await page.locator("[data-task]:visible .message").count()) === 500, "all messages");
  await page.locator("[data-task]:visible .message").nth(499).scrollIntoViewIfNeeded();
  const frames = await page.evaluate(async () => {
    const took = [];
    let last = performance.now();
    for (let i = 0; i < 40; i++) {
      window.scrollBy(0, -900);
      await new Promise(requestAnimationFrame);
      took.push(performance.now() - last);
      last = performance.now();
    }
    return took.sort((a, b) => a - b);
  });
  process.stdout.write(`      500 messages: first after ${first} ms with the page; scrolling 36,000 px: median frame ${frames[20].toFixed(1)} ms, slowest ${frames.at(-1).toFixed(1)} ms\n`);
  const task = await shown(page);
  await page.evaluate(() => performance.clearMeasures());
  await page.keyboard.press("y");
  await until(async () => (await page.locator("[data-task]:visible").count()) === 1 && (await shown(page)) !== task, "the next of 500");
  const drawn = await page.evaluate(() => performance.getEntriesByName("vouch:next")[0]?.duration);
  process.stdout.write(`      from 500 messages to the next 500: drawn after ${drawn?.toFixed(1)} ms\n`);
  equal(await page.evaluate(() => window.scrollY), 0, "the next one begins at its top");
  await page.keyboard.press("y");
  await page.getByText(/All done/).waitFor();
});

test("answers: blurred until a key, when the queue says so", async ({ page, server, call }) => {
  const queue = await makeQueue(call, "hard", [THUMBS, { key: "note", title: "Note", type: "text", required: false }], { blur: true });
  await addLogs(call, queue, 2);
  await work(page, server, queue);
  await page.mouse.move(5, 5);
  const filter = () => page.locator("[data-task]:visible").evaluate((item) => getComputedStyle(item).filter);
  await until(async () => (await filter()).includes("blur"), "it to be blurred");
  await page.keyboard.press("Space");
  await until(async () => (await filter()) === "none", "it to be shown");
  const task = await shown(page);
  await page.keyboard.press("y");
  await page.keyboard.press("Enter");
  await until(async () => (await page.locator("[data-task]:visible").count()) === 1 && (await shown(page)) !== task, "the next");
  await until(async () => (await filter()).includes("blur"), "the next one to be blurred again");
});

test("answers: a check that was missed is told, after the next item is there", async ({ page, server, call }) => {
  const queue = await makeQueue(call, "checked", [THUMBS], { item: "record", gold: { rate: 0.5, onboarding: 1, pause_below: null, window: 20, tolerance: {} } });
  await addTasks(call, queue, [{ type: "record", fields: { text: "A known one" }, gold: { answers: { helpful: false } } }, ...[1, 2].map((n) => ({ type: "record", fields: { text: `Unknown ${n}` } }))]);
  await work(page, server, queue);
  await page.locator("[data-task]:visible").getByText("A known one").waitFor();
  await page.keyboard.press("y");
  await page.getByText("That one was a check.").waitFor();
  assert((await page.locator(".notice").textContent()).includes("A known one"), "it says which");
  await page.getByRole("button", { name: "Close" }).click();
});

test("answers: many at once, by keys, for those that are marked", async ({ page, server, call }) => {
  const queue = await makeQueue(call, "bulk", [THUMBS]);
  await addLogs(call, queue, 6);
  await page.goto(`${server.address}/review/${queue.id}/bulk`);
  await page.locator(".bulk-card").nth(5).waitFor();
  await page.keyboard.press("y");
  await page.keyboard.press("n");
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+ArrowRight");
  await page.getByText("2 cards marked").waitFor();
  await page.keyboard.press("n");
  await page.getByText("6 items, 4 ready").waitFor();
  await blur(page);
  await page.keyboard.press("Enter");
  await until(async () => (await page.locator(".bulk-card").count()) === 2, "the rest");
  await until(async () => (await call("GET", `/api/v1/queues/${queue.id}/progress`)).body.complete === 4, "four at the server");
  const { body } = await call("GET", "/api/v1/me/reviews?limit=10");
  equal(body.items.slice(0, 4).map(({ review }) => review.answers.helpful).reverse(), [true, false, false, false]);
});

test("answers: who misses too many checks rests, and sees which they were", async ({ page, server, call }) => {
  await signedIn({ page, server });
  // What was said reaches the server after the question for more: it is told of the pause later.
  await page.route("**/api/v1/tasks/*/reviews", (route) => setTimeout(() => void route.continue(), 400));
  const queue = await makeQueue(call, "resting", [THUMBS], { item: "record", guidelines: "Down when it is **wrong**.", gold: { rate: 0, onboarding: 3, pause_below: 0.5, window: 3, tolerance: {} } });
  await addTasks(call, queue, [...[1, 2, 3].map((n) => ({ type: "record", fields: { text: `Known ${n}` }, gold: { answers: { helpful: false } } })), { type: "record", fields: { text: "Real work" } }]);
  await work(page, server, queue);
  for (let n = 0; n < 3; n++) {
    const task = await shown(page);
    await page.keyboard.press("y");
    await until(async () => (await page.locator("[data-task]:visible").count()) === 0 || (await shown(page)) !== task, "what comes next");
  }
  // What was leased ahead of the pause may still be finished.
  if ((await page.locator("[data-task]:visible").count()) > 0) await page.keyboard.press("n");
  await page.getByText("Time for another look at the guidelines").waitFor();
  await page.locator(".missed").nth(2).waitFor();
  assert((await page.locator(".missed").first().textContent()).includes("Known"), "it says which");
  await page.unroute("**/api/v1/tasks/*/reviews");
});

test("answers: on a phone by touch, in one column", async ({ page, server, call }) => {
  const queue = await makeQueue(call, "phone", [THUMBS, { key: "note", title: "Note", type: "text", required: false }]);
  await addLogs(call, queue, 2);
  await page.setViewportSize({ width: 390, height: 844 });
  try {
    await work(page, server, queue);
    const task = await shown(page);
    const [item, rubric] = [await page.locator("[data-task]:visible").boundingBox(), await page.locator(".rubric").boundingBox()];
    assert(rubric.y > item.y + item.height - 1, "the questions stand under the item");
    await page.getByRole("radio", { name: "Thumbs up" }).click();
    await page.getByRole("button", { name: /Send and next/ }).click();
    equal(await answersOf(call, task), { helpful: true });
    equal(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0);
  } finally {
    await page.setViewportSize({ width: 1280, height: 860 });
  }
});
