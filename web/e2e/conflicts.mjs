// Three reviewers with different answers go through a queue by keyboard alone; an admin decides; a queue is made by hand.
import { assert, equal, test, until } from "./harness.mjs";
import { REASONED, addLogs, addTasks, makeQueue, person, shown, signedIn, work } from "./reviewSeed.mjs";
import { addLog } from "./seed.mjs";

const next = (page, task) => until(async () => (await page.getByText(/All done|Nothing waits/).count()) > 0 || ((await page.locator("[data-task]:visible").count()) === 1 && (await shown(page)) !== task), "the next item");

test("queues: a queue is made from a template, and logs are added to it", async ({ page, server, call, kept }) => {
  await signedIn({ page, server });
  for (let i = 0; i < 5; i++) await addLog(call);
  await page.goto(`${server.address}/review`);
  await page.getByRole("heading", { name: "Review", level: 1 }).waitFor();
  await page.keyboard.press("n");
  await page.getByLabel("Name").fill("Made by hand");
  await page.getByRole("button", { name: /Good or bad, and why/ }).click();
  // The form beside it is live: a condition shows its question.
  const preview = page.getByRole("complementary", { name: "Preview" });
  await preview.getByRole("radio", { name: "Thumbs down" }).click();
  await preview.getByText("What is wrong?").waitFor();
  await page.getByRole("textbox", { name: "Title of question 1" }).fill("Did it help?");
  await preview.getByText("Did it help?").waitFor();
  await page.getByRole("button", { name: "Add a rule" }).click();
  const rule = page.getByRole("combobox", { name: "Filter of rule 1" });
  await rule.fill("status:comp");
  await page.getByRole("option", { name: /completed/ }).waitFor();
  await rule.press("ArrowDown");
  await rule.press("Enter");
  await page.getByLabel("Reviews of each task").fill("2");
  await page.getByRole("button", { name: "Create the queue" }).click();
  await page.getByRole("heading", { name: "Made by hand", level: 1 }).waitFor();
  const queue = (await call("GET", "/api/v1/queues")).body.items.find(({ name }) => name === "Made by hand");
  equal([queue.key, queue.overlap, queue.rules.map(({ filter }) => filter.trim())], ["made_by_hand", { type: "fixed", reviews: 2 }, ["status:completed"]]);
  equal(queue.rubric.questions.map(({ key, title }) => [key, title])[0], ["helpful", "Did it help?"]);
  await page.getByLabel("At most").fill("5");
  await page.getByRole("button", { name: "How many?" }).click();
  await page.getByText(/of them would be taken/).waitFor();
  await page.getByRole("button", { name: "Add 5" }).click();
  await page.getByText("5 tasks made").waitFor();
  const { open, in_progress } = (await call("GET", `/api/v1/queues/${queue.id}/progress`)).body;
  equal(open + in_progress, 5);
  kept.byHand = queue;
});

test("queues: what is wrong with a queue is said at its place, and nothing is lost", async ({ page, server }) => {
  await page.goto(`${server.address}/review/new`);
  await page.getByLabel("Name").fill("Wrong one");
  await page.getByRole("button", { name: /Rate and correct/ }).click();
  await page.getByRole("group", { name: "Rule 1" }).waitFor({ state: "detached" });
  await page.getByLabel("Key", { exact: true }).nth(1).fill("Not a key!");
  await page.getByRole("button", { name: "Create the queue" }).click();
  await page.getByRole("alert").first().waitFor();
  await page.reload();
  equal(await page.getByLabel("Name").inputValue(), "Wrong one");
  await page.getByText("What you wrote here before is back").waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
});

test("queues: three reviewers differ, an admin decides, and the log has the outcome", async (world) => {
  const { page, server, call, kept } = world;
  const queue = await makeQueue(call, "three", REASONED, { overlap: { type: "fixed", reviews: 3 } });
  kept.three = queue;
  const [agreed, disputed] = await addLogs(call, queue, 2);
  const people = [];
  for (const name of ["Una", "Dos", "Tria"]) people.push(await person(world, name));
  kept.people = people.map(({ id, name }) => ({ id, name }));
  try {
    for (const [i, { page: own }] of people.entries()) {
      await work(own, server, queue);
      await own.locator(".rail .rail-badge").waitFor();
      for (let n = 0; n < 2; n++) {
        const task = await shown(own);
        const first = (await own.locator("[data-task]:visible").textContent()).includes("question 1?");
        if (first || i === 2) await own.keyboard.press("y");
        else {
          await own.keyboard.press("n");
          await own.keyboard.press(i === 0 ? "1" : "2");
        }
        await own.keyboard.press("Enter");
        await next(own, task);
      }
      await own.getByText("All done – 2 decisions in this sitting").waitFor();
    }
    const progress = await until(async () => {
      const { body } = await call("GET", `/api/v1/queues/${queue.id}/progress`);
      return body.complete === 1 && body.conflict === 1 && body;
    }, "one complete, one in conflict");
    equal(progress.reviews, 6);
    equal((await people[0].page.evaluate(async (id) => (await fetch(`/api/v1/queues/${id}/conflicts`)).status, queue.id)), 403, "reviewers do not decide");
  } finally {
    for (const { close } of people) await close();
  }
  await page.goto(`${server.address}/review/${queue.id}`);
  await page.getByRole("link", { name: /1 conflict/ }).waitFor();
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("c");
  await page.getByRole("table", { name: "Answers by reviewer" }).waitFor();
  equal(await page.locator(".conflict-differs").count(), 2, "thumbs and the kind differ");
  await page.keyboard.press("r");
  await page.keyboard.type("The city is wrong.");
  await page.keyboard.press("Escape");
  await page.keyboard.press("1");
  equal(await page.getByRole("radio", { name: /Adopt A/ }).getAttribute("aria-checked"), "true");
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("Enter");
  await page.getByText("Nobody disagrees").waitFor();
  const feedback = async (log) => (await call("GET", `/api/v1/logs/${log}`)).body.feedback.filter((f) => f.counts && f.source === "reviewers").map((f) => [f.name, f.value]);
  const outcome = await until(async () => {
    const all = await feedback(disputed);
    return all.length > 0 && all;
  }, "the outcome on the log");
  assert(JSON.stringify(outcome).includes('["helpful",false]'), JSON.stringify(outcome));
  equal(await feedback(agreed), [["helpful", true]]);
});

test("queues: one's own decision, and work that goes back to its author with the reason", async (world) => {
  const { page, server, call } = world;
  const queue = await makeQueue(call, "two", REASONED, { item: "record", overlap: { type: "fixed", reviews: 2 } });
  await addTasks(call, queue, [1, 2].map((n) => ({ type: "record", fields: { text: `Record ${n}` } })));
  const people = [await person(world, "Ina"), await person(world, "Ott")];
  try {
    for (const [i, { page: own }] of people.entries()) {
      await work(own, server, queue);
      for (let n = 0; n < 2; n++) {
        const task = await shown(own);
        await own.keyboard.press(i === 0 ? "y" : "n");
        if (i === 1) await own.keyboard.press("3");
        await own.keyboard.press("Enter");
        await next(own, task);
      }
      await own.getByText("All done").waitFor();
    }
    await page.goto(`${server.address}/review/${queue.id}/conflicts`);
    await page.locator(".conflict-link").nth(1).waitFor();
    await page.keyboard.press("3");
    await page.getByRole("radio", { name: "Thumbs down" }).waitFor();
    await page.keyboard.press("n");
    await page.keyboard.press("1");
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press("Enter");
    await until(async () => (await page.locator(".conflict-link").count()) === 1, "the next conflict");
    await until(async () => (await call("GET", `/api/v1/queues/${queue.id}/progress`)).body.complete === 1, "the decision");
    await page.getByLabel("Reason").fill("Please read the guidelines on dates.");
    await page.getByRole("button", { name: "B, Ott" }).click();
    await page.getByRole("button", { name: "Send back" }).click();
    await page.getByText("Nobody disagrees").waitFor();
    const [, { page: own }] = people;
    await own.reload();
    await own.locator("[data-task]:visible").waitFor();
    await own.getByText("Please read the guidelines on dates.").waitFor();
    equal(await own.getByRole("radio", { name: "Thumbs down" }).getAttribute("aria-checked"), "true", "what was said is there to change");
  } finally {
    for (const { close } of people) await close();
  }
});

test("queues: numbers about reviewers and agreement, with what they mean", async ({ page, server, call, kept }) => {
  await page.goto(`${server.address}/review/${kept.three.id}?tab=reviewers`);
  const row = page.getByRole("row", { name: /^Una/ });
  await row.waitFor();
  assert(/2/.test(await row.textContent()), "two reviews");
  await row.getByRole("button", { name: "Pause Una" }).click();
  await page.getByRole("button", { name: "Pause", exact: true }).last().click();
  await row.getByText("paused").waitFor();
  await row.getByRole("button", { name: "Let Una go on" }).click();
  await row.getByText("paused").waitFor({ state: "detached" });
  await row.getByRole("button", { name: "Details" }).click();
  await page.getByRole("table", { name: /what Una said and what it came to/ }).first().waitFor();
  await page.getByRole("link", { name: "Agreement" }).click();
  await page.getByText("Krippendorff's alpha").first().waitFor();
  await page.getByRole("table", { name: "Pair by pair" }).or(page.locator(".matrix")).first().waitFor();
  await page.goto(`${server.address}/review/${kept.three.id}?tab=tasks`);
  await page.getByRole("row", { name: /question 2/ }).waitFor();
  await page.getByLabel("Search in this queue").fill("question 1");
  await until(async () => (await page.locator("tbody tr").count()) === 1, "one task");
  equal((await call("GET", `/api/v1/queues/${kept.three.id}/tasks?state=complete`)).body.items.length, 2);
});

test("queues: who is away gets nothing, and begins again where they come back", async (world) => {
  const { server, call } = world;
  const queue = await makeQueue(call, "leave", REASONED, { item: "record" });
  await addTasks(call, queue, [1, 2].map((n) => ({ type: "record", fields: { text: `Record ${n}` } })));
  const { page, close } = await person(world, "Wim");
  try {
    await page.goto(`${server.address}/review/${queue.id}?tab=reviewers`);
    await page.getByRole("button", { name: "I am away" }).click();
    await page.getByRole("button", { name: "I am back" }).waitFor();
    await page.goto(`${server.address}/review/${queue.id}/work`);
    await page.getByText("Your work here rests").waitFor();
    await page.getByRole("button", { name: "I am back" }).click();
    await page.locator("[data-task]:visible").waitFor();
  } finally {
    await close();
  }
});
