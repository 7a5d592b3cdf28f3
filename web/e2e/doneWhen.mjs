// The whole of review in one piece: three people with different answers go through a queue at the same
// time, with a check, an undo, a skip, an escalation and a lost connection; an admin fills the gap and
// decides. All of them by keyboard alone; consensus, agreement and the feedback on the logs are checked.
import { assert, equal, test, until } from "./harness.mjs";
import { REASONED, addTasks, makeQueue, person, shown, signedIn } from "./reviewSeed.mjs";
import { addLog } from "./seed.mjs";

const NAME = "A day with three reviewers";
/** What a person says of an item: the keys of its answers. */
const UP = ["y"];
const WRONG_FACT = ["n", "1"];
const WRONG_TONE = ["n", "2"];
const OTHER = ["n", "3"];
const said = ([thumb, flaw]) => (thumb === "y" ? { helpful: true } : { helpful: false, flaw: ["fact", "tone", "other"][flaw - 1] });

const item = (page) => page.locator("[data-task]:visible");
const idle = (page) => page.getByText(/All done|Nothing waits for you here/);
const moved = (page, task) =>
  until(async () => (await idle(page).count()) > 0 || ((await item(page).count()) === 1 && (await shown(page)) !== task), "the next item");
/** Which item is shown: its number, "check", or undefined where all is done. */
const numberOf = async (page) => ((await item(page).count()) === 0 ? undefined : /item (\w+)\./.exec(await item(page).textContent())?.[1]);
const press = async (page, keys) => {
  for (const key of keys) await page.keyboard.press(key);
};

// --- what people do with an item ---

const says = (answer) => async ({ page, record }, number) => {
  const task = await shown(page);
  await press(page, [...answer, "Enter"]);
  await moved(page, task);
  record(number, said(answer));
};

const thinksTwice = (first, then) => async (who, number) => {
  const { page, record } = who;
  const task = await shown(page);
  await press(page, [...first, "Enter"]);
  await moved(page, task);
  await page.keyboard.press("Backspace");
  await until(async () => (await item(page).count()) === 1 && (await shown(page)) === task, "the item to come back");
  await press(page, [...then, "Enter"]);
  await moved(page, task);
  record(number, said(then));
};

const skips = async ({ page }) => {
  const task = await shown(page);
  await page.keyboard.press("s");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("1");
  await moved(page, task);
};

const escalates = (reason) => async ({ page }) => {
  const task = await shown(page);
  await page.keyboard.press("e");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type(reason);
  await page.keyboard.press("Enter");
  await moved(page, task);
};

const saysOffline = (answer) => async ({ page, context, record }, number) => {
  const task = await shown(page);
  await context.route("**/*", (route) => route.abort("internetdisconnected"));
  await press(page, [...answer, "Enter"]);
  await page.getByText("1 not sent yet").waitFor();
  assert((await item(page).count()) === 0 || (await shown(page)) !== task, "work goes on without a connection");
  await context.unroute("**/*");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await page.getByText("not sent yet").waitFor({ state: "detached" });
  await moved(page, task);
  record(number, said(answer));
};

/** Person by person, what they do with each item, in whatever order they come. */
const PLAN = {
  Una: { check: says(UP), 1: says(UP), 2: thinksTwice(UP, WRONG_TONE), 3: skips, 4: escalates("A lawyer should read this."), 5: says(UP) },
  Dos: { check: says(WRONG_FACT), 1: says(UP), 2: says(WRONG_FACT), 3: says(UP), 4: says(UP), 5: saysOffline(UP) },
  Tria: { check: says(WRONG_FACT), 1: says(UP), 2: says(WRONG_FACT), 3: says(UP), 4: says(UP), 5: says(WRONG_TONE) },
  Ada: { check: says(WRONG_FACT), 3: says(UP), 4: says(UP) },
};

/** From wherever they are to the queue and through it, until nothing is left for them. */
async function worksThrough(who) {
  const { page, name } = who;
  await press(page, ["Escape", "g", "r"]);
  const card = page.locator(".queue-card", { hasText: NAME });
  await card.getByText(/for you/).waitFor();
  await page.keyboard.press(await card.locator(".kbd").textContent());
  await item(page).waitFor();
  const done = [];
  for (let number = await numberOf(page); number !== undefined; number = await numberOf(page)) {
    assert(PLAN[name][number] && !done.includes(number), `${name} gets item ${number} after ${done}`);
    await PLAN[name][number](who, number);
    done.push(number);
  }
  await idle(page).waitFor();
  return done;
}

// --- what the admin decides ---

/** Tab by Tab to a link, and through it. */
async function follow(page, name) {
  for (let i = 0; i < 60; i++) {
    if (await page.evaluate((text) => document.activeElement?.textContent?.includes(text) && document.activeElement.tagName === "A", name)) return page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
  }
  throw new Error(`no link “${name}” can be reached by Tab`);
}

async function decides(page) {
  await follow(page, "This queue");
  await page.getByRole("navigation", { name: "Parts of the queue" }).waitFor();
  await page.keyboard.press("c");
  await page.locator(".conflict").waitFor();
  const decided = [];
  while ((await page.locator(".conflict").count()) > 0) {
    const number = /item (\w+)\./.exec(await page.locator(".focus-main").textContent())[1];
    const columns = await page.getByRole("columnheader").allTextContents();
    const adopt = (name) => String(columns.findIndex((text) => text.includes(name)));
    await page.keyboard.press("r");
    await page.keyboard.type(`Decided: ${number}.`);
    await page.keyboard.press("Escape");
    if (number === "2") await page.keyboard.press(adopt("Dos"));
    else if (number === "5") await page.keyboard.press(adopt("Una"));
    else await press(page, [String(columns.length), ...OTHER]);
    await page.keyboard.press("Enter");
    decided.push(number);
    await until(() => page.evaluate((text) => document.querySelector("main").textContent.includes("Nobody disagrees") || document.querySelector(".focus-main")?.textContent.includes(text) === false, `item ${number}.`), "the next conflict");
  }
  return decided.sort();
}

// --- what it came to ---

/** Krippendorff's alpha for names: by hand, beside what the server says. */
function alpha(units) {
  const pairable = units.filter((unit) => unit.length > 1);
  const all = pairable.flat();
  const n = all.length;
  const differ = (values) => values.reduce((sum, a, i) => sum + values.filter((b, j) => i !== j && a !== b).length, 0);
  const seen = pairable.reduce((sum, unit) => sum + differ(unit) / (unit.length - 1), 0) / n;
  return 1 - seen / (differ(all) / (n * (n - 1)));
}

test("done when: three reviewers, a check, undo, skip, escalation, a lost connection and decisions, by keyboard alone", async (world) => {
  const { page, server, call } = world;
  await signedIn(world);
  await page.goto(`${server.address}/`);
  const log = (name) => addLog(call, { question: `What of item ${name}.`, answer: "The capital of Australia is **Sydney**." });
  const queue = await makeQueue(call, "done_when", REASONED, { name: NAME, overlap: { type: "fixed", reviews: 3 }, gold: { rate: 0, onboarding: 1, pause_below: null, window: 20, tolerance: {} } });
  const logs = {};
  for (const name of ["check", 1, 2, 3, 4, 5]) logs[name] = await log(name);
  await addTasks(call, queue, [{ type: "log", log_id: logs.check, gold: { answers: { helpful: false, flaw: "fact" }, why: "It is Canberra." } }]);
  const ids = await addTasks(call, queue, [1, 2, 3, 4, 5].map((name) => ({ type: "log", log_id: logs[name] })));

  const reviews = [];
  const people = [];
  for (const name of ["Una", "Dos", "Tria"]) people.push(await person(world, name));
  const who = [...people, { page, context: world.context, name: "Ada" }].map((one) => ({ ...one, record: (number, answers) => reviews.push({ by: one.name, number, answers }) }));
  // From here on nobody touches the mouse.
  for (const { page: own } of who) {
    await own.evaluate(() => {
      globalThis.pointed = 0;
      window.addEventListener("pointerdown", () => (globalThis.pointed += 1), { capture: true });
    });
  }
  try {
    const [una, dos, tria, ada] = who;
    const through = await Promise.all([worksThrough(una), worksThrough(dos), worksThrough(tria)]);
    for (const done of through) equal(done[0], "check", "the check comes first");
    equal([...through[0]].sort(), ["1", "2", "3", "4", "5", "check"], "Una had everything");
    await una.page.getByText("It is Canberra.").waitFor();
    equal(await dos.page.getByText("It is Canberra.").count(), 0, "who was right is not told");
    // Una's skip left a place: Ada takes it, and then decides what they could not agree on.
    await worksThrough(ada);
    equal(await decides(page), ["2", "4", "5"]);
    for (const { page: own } of who) equal(await own.evaluate(() => globalThis.pointed), 0, "by keyboard alone");
  } catch (thrown) {
    for (const { page: own, name } of who) await own.screenshot({ path: `${process.env.OUT ?? "e2e-failures"}/done-when-${name}.png` }).catch(() => undefined);
    throw thrown;
  } finally {
    for (const { close } of people) await close();
  }

  const get = async (path) => (await call("GET", `/api/v1/queues/${queue.id}/${path}`)).body;
  const progress = await get("progress");
  equal([progress.complete, progress.conflict, progress.open + progress.in_progress], [5, 0, 0], "every task is decided");

  // Each review reached the server once, as it was said last.
  const reviewers = Object.fromEntries((await get("reviewers")).items.map((row) => [row.name, row]));
  for (const name of ["Una", "Dos", "Tria"]) equal([name, reviewers[name].done, reviewers[name].skips, reviewers[name].escalations], [name, reviews.filter(({ by, number }) => by === name && number !== "check").length, ...(name === "Una" ? [1, 1] : [0, 0])]);
  equal(["Una", "Dos", "Tria"].map((name) => [reviewers[name].gold_done, reviewers[name].gold_right]), [[1, 0], [1, 1], [1, 1]], "the check");

  // Consensus of what they said, and agreement on it; what they said of the check tells of them too.
  const of = (key) => ["check", "1", "2", "3", "4", "5"].map((name) => reviews.filter(({ number }) => number === name).map(({ answers }) => answers[key]).filter((value) => value !== undefined));
  if (server.kind === "vouch") {
    const consensus = (await get("consensus?question=helpful")).items;
    for (const n of [1, 2, 3, 5]) {
      const found = consensus.find(({ task }) => task === ids[n - 1]);
      equal([n, found.answer, found.contributions.length], [n, n === 2 ? "false" : "true", 3]);
    }
    const { questions } = await get("agreement");
    for (const key of ["helpful", "flaw"]) {
      const question = questions.find(({ question: name }) => name === key);
      const value = question.coefficients.find(({ name }) => name === "krippendorff_alpha").value;
      equal([key, question.tasks], [key, of(key).filter((unit) => unit.length > 1).length]);
      assert(Math.abs(value - alpha(of(key))) < 1e-9, `${key}: the server says ${value}, by hand it is ${alpha(of(key))}`);
    }
  }

  // And the log has the outcome, also for who looks at it.
  const outcome = async (name) => Object.fromEntries((await call("GET", `/api/v1/logs/${logs[name]}`)).body.feedback.filter((f) => f.counts && f.source === "reviewers").map((f) => [f.name.replace(`${queue.key}.`, ""), f.value]));
  const wanted = { check: {}, 1: { helpful: true }, 2: { helpful: false, flaw: "fact" }, 3: { helpful: true }, 4: { helpful: false, flaw: "other" }, 5: { helpful: true } };
  for (const [name, answers] of Object.entries(wanted)) {
    const settled = await until(async () => (Object.keys(await outcome(name)).length === Object.keys(answers).length ? outcome(name) : undefined), `the outcome of ${name}`);
    equal([name, Object.fromEntries(Object.keys(answers).map((key) => [key, settled[key]]))], [name, answers]);
  }
  await page.goto(`${server.address}/logs/${logs[2]}`);
  await page.getByRole("region", { name: "Feedback" }).getByText("reviewers").first().waitFor();
});
