// Groups, shares, a skip that is taken up again, and checks made of what all agree on. Against the real server.
import { equal, test, until } from "./harness.mjs";
import { THUMBS, addTasks, makeQueue, person, shown, signedIn, work } from "./reviewSeed.mjs";

const records = (n) => Array.from({ length: n }, (_, i) => ({ type: "record", fields: { text: `Record number ${i + 1}` } }));

test("assignment: an admin puts people into groups, and a queue is for one", async ({ browser, page, server, call }) => {
  if (server.kind === "mock") return;
  await signedIn({ page, server });
  const gil = await person({ browser, call }, "Gil");
  await page.goto(`${server.address}/settings/people`);
  const field = page.getByLabel("Groups of Gil");
  await field.fill("legal leads");
  await field.press("Enter");
  const groupsOf = async () => (await call("GET", "/api/v1/users")).body.items.find(({ id }) => id === gil.id).groups;
  await until(async () => (await groupsOf()).length === 2, "the groups are kept");
  equal(await groupsOf(), ["leads", "legal"]);
  const queue = await makeQueue(call, "for_a_group", [THUMBS]);
  await page.goto(`${server.address}/review/${queue.id}/edit`);
  await page.getByRole("group", { name: "Who reviews" }).getByLabel("group legal").check();
  await page.getByRole("group", { name: "Who decides" }).getByLabel("group leads").check();
  await page.getByLabel("New tasks").selectOption("even");
  await page.getByRole("button", { name: /Save|Keep/ }).first().click();
  const kept = async () => (await call("GET", `/api/v1/queues/${queue.id}`)).body;
  await until(async () => (await kept()).assignment === "even", "the settings are kept");
  const { groups, escalate_to } = await kept();
  equal([groups, escalate_to], [["legal"], { group: "leads" }]);
  await gil.context.close();
});

test("assignment: shared out, skipped, taken up again, and made a check", async ({ browser, page, server, call }) => {
  if (server.kind === "mock") return;
  await signedIn({ page, server });
  const hal = await person({ browser, call }, "Hal");
  const queue = await makeQueue(call, "shared_out", [THUMBS], { item: "record", gold: { rate: 0.2, onboarding: 0, pause_below: null, window: 20, tolerance: {} } });
  const tasks = await addTasks(call, queue, records(3));
  await page.goto(`${server.address}/review/${queue.id}?tab=tasks`);
  await page.getByRole("button", { name: "Share out" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Hal").check();
  await dialog.getByRole("button", { name: "Share out" }).click();
  await dialog.getByText("3 tasks shared out: Hal 3.").waitFor();
  await page.reload();
  await page.getByLabel("Kept for: Record number 3").selectOption({ label: "anybody" });
  const assignee = async (task) => (await call("GET", `/api/v1/tasks/${task}`)).body.assignee;
  await until(async () => (await assignee(tasks[2])) === null, "anybody may have the third");
  equal(await assignee(tasks[1]), hal.id);

  await work(hal.page, server, queue);
  const first = await shown(hal.page);
  await hal.page.keyboard.press("s");
  await hal.page.getByRole("dialog").getByRole("textbox").fill("Later.");
  await hal.page.keyboard.press("Enter");
  for (let before = first, n = 0; n < 2; n++) {
    await until(async () => (await hal.page.locator("[data-task]:visible").count()) === 1 && (await shown(hal.page)) !== before, "the next item");
    before = await shown(hal.page);
    await hal.page.keyboard.press("y");
  }
  await hal.page.getByRole("button", { name: /Take up again: .*Record number/ }).click();
  await until(async () => (await hal.page.locator("[data-task]:visible").count()) === 1 && (await shown(hal.page)) === first, "what was skipped");
  await hal.page.keyboard.press("y");
  const complete = async () => (await call("GET", `/api/v1/queues/${queue.id}/progress`)).body.complete;
  await until(async () => (await complete()) === 3, "all are decided");

  await page.getByRole("button", { name: "Make checks" }).click();
  await dialog.getByLabel("Of the same mind, at least").fill("1");
  await dialog.getByRole("button", { name: "How many?" }).click();
  await dialog.getByText("3 tasks would become checks.").waitFor();
  await dialog.getByRole("button", { name: "Make 3 checks" }).click();
  await dialog.getByText("3 checks made.").waitFor();
  await page.goto(`${server.address}/review/${queue.id}?tab=tasks&state=gold`);
  await page.getByRole("button", { name: "Take back: Record number 1" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
  const golds = async () => (await call("GET", `/api/v1/queues/${queue.id}/tasks?state=gold`)).body.items.length;
  await until(async () => (await golds()) === 2, "one was taken back");
  await hal.context.close();
});

test("assignment: a check cannot be undone, and the screen says so before", async ({ browser, page, server, call }) => {
  await signedIn({ page, server });
  const ida = await person({ browser, call }, "Ida");
  const queue = await makeQueue(call, "checked_once", [THUMBS], { item: "record", gold: { rate: 0, onboarding: 1, pause_below: null, window: 20, tolerance: {} } });
  await addTasks(call, queue, [{ ...records(1)[0], gold: { answers: { helpful: true } } }]);
  await addTasks(call, queue, [{ type: "record", fields: { text: "Another record" } }]);
  await work(ida.page, server, queue);
  const sent = ida.page.waitForResponse((answer) => answer.url().endsWith("/reviews") && answer.request().method() === "POST");
  await ida.page.getByRole("radio", { name: "Thumbs up" }).click();
  equal((await (await sent).json()).gold?.right, true);
  const undone = [];
  ida.page.on("request", (request) => request.url().endsWith("/undo") && undone.push(request.url()));
  await ida.page.getByText("Another record").first().waitFor();
  await ida.page.keyboard.press("u");
  await ida.page.getByText("This one was a check").first().waitFor();
  await ida.page.keyboard.press("k");
  const decision = ida.page.getByRole("complementary", { name: "Decision" });
  await decision.getByText("This one was a check").waitFor();
  equal([await decision.getByRole("button", { name: /Change it/ }).count(), undone], [0, []]);
  await ida.context.close();
});
