// What others do shows by itself: by the stream of events, and without it after a while; and the stream starts no rush of questions.
import { freshPage } from "./browser.mjs";
import { assert, equal, test, until } from "./harness.mjs";
import { THUMBS, addTasks, makeQueue, shown, signedIn } from "./reviewSeed.mjs";
import { addLog } from "./seed.mjs";

const records = (call, queue, ...texts) => addTasks(call, queue, texts.map((text) => ({ type: "record", fields: { text } })));

/** The calls of a page whose address ends so, as they leave. */
function asked(page, end) {
  const seen = [];
  page.on("request", (request) => request.url().endsWith(end) && seen.push(request.url()));
  return seen;
}

/** The signed-in person in a second window, so that `call` is someone else's doing. */
async function second({ page, browser }) {
  const { cookies, origins } = await page.context().storageState();
  return freshPage(browser, { viewport: { width: 1280, height: 860 }, reducedMotion: "reduce", storageState: { cookies, origins } });
}

test("watching: new work shows on the list of queues and in the queue, without a question every while", async (world) => {
  const { page, server, call } = world;
  await signedIn(world);
  const queue = await makeQueue(call, "watched", [THUMBS], { item: "record" });
  const { page: own, close } = await second(world);
  try {
    await own.goto(`${server.address}/review`);
    const card = own.locator(".queue-card", { hasText: "watched" });
    await card.getByText("Nothing in it yet").waitFor();
    await own.waitForLoadState("networkidle").catch(() => undefined);
    const progress = asked(own, `/queues/${queue.id}/progress`);
    for (let n = 0; n < 8; n++) await records(call, queue, `Record ${n}`);
    await card.getByText("8 for you").waitFor({ timeout: 6_000 });
    assert(progress.length <= 4, `eight changes in a moment are read at once, not by ${progress.length} questions`);

    const empty = await makeQueue(call, "comes_later", [THUMBS], { item: "record" });
    await own.goto(`${server.address}/review/${empty.id}/work`);
    await own.getByText("Nothing waits for you here").waitFor();
    const turns = asked(own, `/queues/${empty.id}/next`);
    await addLog(call);
    await new Promise((done) => setTimeout(done, 5_000));
    equal(turns.length, 0, "a page that waits asks nothing, and answers no event of its own with a question");
    const [task] = await records(call, empty, "It came by itself");
    await until(async () => (await own.locator("[data-task]:visible").count()) === 1, "the new item", 6_000);
    equal(await shown(own), task);
    await own.keyboard.press("y");
    await own.getByText("All done").waitFor();
    assert(turns.length <= 4, `one item took ${turns.length} questions`);
  } finally {
    await close();
  }
});

test("watching: conflicts come in while one is decided, and the one in hand stays", async (world) => {
  const { page, server, call } = world;
  await signedIn(world);
  const queue = await makeQueue(call, "stays", [THUMBS, { key: "note", title: "Note", type: "text", required: false }], { item: "record" });
  const ids = await records(call, queue, "The first", "The second");
  const escalate = async (task) => {
    await until(async () => (await call("POST", `/api/v1/queues/${queue.id}/next`, { count: 5, holding: [] })).status === 200, "turns");
    equal((await call("POST", `/api/v1/tasks/${task}/escalate`, { reason: "Look at this" })).status, 204);
  };
  await escalate(ids[1]);
  const { page: own, close } = await second(world);
  try {
    await own.goto(`${server.address}/review/${queue.id}/conflicts`);
    await own.locator(".conflict").waitFor();
    await own.keyboard.press("1");
    await own.keyboard.press("y");
    await escalate(ids[0]);
    await until(async () => (await own.locator(".conflict-link").count()) === 2, "the other conflict", 6_000);
    assert((await own.locator(".conflict-link[aria-current]").textContent()).includes("The second"), "the one in hand stays");
    equal(await own.getByRole("radio", { name: "Thumbs up" }).getAttribute("aria-checked"), "true", "and so does what was said");
    equal((await call("POST", `/api/v1/tasks/${ids[1]}/adjudicate`, { answers: { helpful: false }, adopted: null, reason: "" })).status, 200);
    await own.getByText("What you had open is decided").waitFor({ timeout: 6_000 });
  } finally {
    await close();
  }
});

test("watching: without the stream of events it is asked now and then", async (world) => {
  const { server, call } = world;
  await signedIn(world);
  const queue = await makeQueue(call, "polled", [THUMBS], { item: "record" });
  const { page: own, close } = await second(world);
  try {
    await own.route("**/api/v1/events", (route) => route.abort("connectionrefused"));
    await own.clock.install();
    await own.goto(`${server.address}/review`);
    const card = own.locator(".queue-card", { hasText: "polled" });
    await card.getByText("Nothing in it yet").waitFor();
    await records(call, queue, "One");
    await new Promise((done) => setTimeout(done, 2_500));
    equal(await card.getByText("1 for you").count(), 0, "nobody told it");
    await own.clock.fastForward(31_000);
    await own.clock.fastForward(2_000);
    await card.getByText("1 for you").waitFor({ timeout: 6_000 });
  } finally {
    await close();
  }
});
