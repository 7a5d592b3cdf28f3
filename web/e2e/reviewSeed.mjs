// Queues, tasks and people for the tests of review, made through the API: the same on the mock and the real server.
import { freshPage } from "./browser.mjs";
import { equal } from "./harness.mjs";
import { addLog } from "./seed.mjs";

export const THUMBS = { key: "helpful", title: "Was it helpful?", type: "thumbs", required: true };
const DEFECT = {
  key: "flaw", title: "What is wrong?", type: "category", required: true, when: { question: "helpful", is: [false] },
  options: [{ key: "fact", title: "A fact is wrong" }, { key: "tone", title: "The tone" }, { key: "other", title: "Something else" }],
};
export const NOTE = { key: "note", title: "Anything to add?", type: "text", required: false };
export const REASONED = [THUMBS, DEFECT, NOTE];

const REST = {
  item: "log", guidelines: "", overlap: { type: "fixed", reviews: 1 }, consensus: { method: "majority", tie: "conflict" }, accept: "unanimous", second_review: 0, rules: [], due_after_s: null, lease_s: 900, people: [],
  escalate_to: "admin", gold: { rate: 0, onboarding: 0, pause_below: null, window: 20, tolerance: {} }, suggestions: "shown", blur: false, remind_after_min: null,
};

export async function makeQueue(call, key, questions, more = {}) {
  const { status, body } = await call("POST", "/api/v1/queues", { ...REST, name: key.replaceAll("_", " "), key, rubric: { questions }, ...more });
  equal(status, 201, JSON.stringify(body));
  return body;
}

export async function addTasks(call, queue, items) {
  const { status, body } = await call("POST", `/api/v1/queues/${queue.id}/tasks`, { items });
  equal(status, 201, JSON.stringify(body));
  return body.ids;
}

/** `n` logs, each a task of the queue; answers the logs' ids. */
export async function addLogs(call, queue, n, more = () => ({})) {
  const logs = [];
  for (let i = 0; i < n; i++) logs.push(await addLog(call, { question: `${queue.key}: question ${i + 1}?`, answer: `The answer to number **${i + 1}** is Sydney.`, metadata: { plan: "pro" }, ...more(i) }));
  await addTasks(call, queue, logs.map((log_id) => ({ type: "log", log_id })));
  return logs;
}

/** A person of the role reviewer, in a window of their own, signed in. */
export async function person({ browser, call }, name, options = {}) {
  const { status, body } = await call("POST", "/api/v1/users", { email: `${name.toLowerCase()}-${Date.now()}@example.com`, name, role: "reviewer" });
  equal(status, 201, JSON.stringify(body));
  const own = await freshPage(browser, { viewport: { width: 1280, height: 860 }, reducedMotion: "reduce", ...options });
  await own.page.goto(body.signin_link.url);
  await own.page.getByLabel("Message").waitFor();
  return { ...own, id: body.user.id, name };
}

/** Opens the focus view and waits for its first item. */
export async function work(page, server, queue) {
  await page.goto(`${server.address}/review/${queue.id}/work`);
  await page.locator("[data-task]:visible").waitFor();
}

export const shown = (page) => page.locator("[data-task]:visible").getAttribute("data-task");

/** What someone said of a task, as the server has it. */
export async function reviewOf(call, task) {
  const { body } = await call("GET", "/api/v1/me/reviews?limit=100");
  return body.items.find(({ review }) => review.task === task)?.review;
}

/** Signs in where no test before this one has: for runs of some tests only. */
export async function signedIn({ page, server }) {
  if (page.url() !== "about:blank") return;
  await page.goto(server.link);
  await page.getByLabel("Message").waitFor();
}

/** Calls as the person of a sign-in link, without a window. */
export async function asPerson(server, link) {
  const json = { "content-type": "application/json", "x-vouch-csrf": "1" };
  const signed = await fetch(`${server.address}/api/v1/session/link`, { method: "POST", headers: json, body: JSON.stringify({ token: new URL(link).hash.slice(1) }) });
  equal(signed.status, 200, "signed in");
  const cookie = signed.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  return async (method, path, body) => {
    const answer = await fetch(server.address + path, { method, headers: { ...json, cookie }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  };
}

const GUIDE = "## When is an answer helpful?\n\nA customer can act on it **without asking again**, and nothing in it is wrong.\n\n| Answer | Verdict |\n|---|---|\n| “Canberra.” | up |\n| “Sydney.” | down, a fact is wrong |";

/** A project with review in it, for pictures and for axe: queues with work, conflicts, pairs, people who differ. Once. */
export async function prepareReview(page, server, kept) {
  if (kept.reviewing) return kept.reviewing;
  const call = (method, path, body) =>
    page.evaluate(
      async ([m, p, b]) => {
        const answer = await fetch(p, { method: m, headers: { "x-vouch-csrf": "1", "content-type": "application/json" }, ...(b === undefined ? {} : { body: JSON.stringify(b) }) });
        const text = await answer.text();
        return { status: answer.status, body: text ? JSON.parse(text) : null };
      },
      [method, path, body],
    );
  const queue = await makeQueue(call, "wrong_answers", [...REASONED.slice(0, 2), { key: "quality", title: "How good is it as a whole?", type: "rating", min: 1, max: 5, labels: { 1: "useless", 5: "nothing to change" }, required: true }, NOTE], {
    name: "Answers with a thumb down", guidelines: GUIDE, overlap: { type: "fixed", reviews: 2 }, due_after_s: 90_000, rules: [{ key: "down", filter: "thumbs:down", sample: 0.5, per_day: 200, priority: "high", enabled: true }],
  });
  const asked = ["What is the capital of Australia?", "Explain why the sky is blue.", "My parcel is late. What can I do?", "Is it safe to mix bleach and vinegar?", "How do I reset my password?", "Which plan has single sign-on?", "Can I pay by invoice?", "Translate ‘good morning’ into Dutch."];
  const logs = [];
  for (let i = 0; i < 12; i++) logs.push(await addLog(call, { question: asked[i % asked.length], answer: i === 0 ? "The capital of Australia is **Sydney**. It became the capital in 1927." : "You can do this in *three* steps:\n\n1. open the settings\n2. choose **Account**\n3. save" }));
  await addTasks(call, queue, logs.map((log_id) => ({ type: "log", log_id })));
  const callers = [];
  for (const name of ["Mira", "Jonas"]) {
    const { body } = await call("POST", "/api/v1/users", { email: `${name.toLowerCase()}-${Date.now()}@example.com`, name, role: "reviewer" });
    callers.push(await asPerson(server, body.signin_link.url));
  }
  for (const [i, caller] of callers.entries()) {
    const turns = (await caller("POST", `/api/v1/queues/${queue.id}/next`, { count: 5, holding: [] })).body.items;
    for (const [n, { task }] of turns.entries()) {
      const answers = n < 2 && i === 0 ? { helpful: false, flaw: "fact", quality: 2 } : n === 4 ? { helpful: false, flaw: "tone", quality: 3 } : { helpful: true, quality: 4 };
      equal((await caller("POST", `/api/v1/tasks/${task}/reviews`, { answers, active_ms: 9000 + 1000 * n, submission_id: `seed-${i}-${task}` })).status, 201);
    }
  }
  const pairs = await makeQueue(call, "which_is_better", [{ key: "better", title: "Which one is better?", type: "preference", strength: 2, tie: true, required: true }], { name: "Old prompt against new", item: "responses" });
  const text = (city) => `The capital of Australia is ${city}. Parliament moved there in 1927, and it has been the seat of government ever since.`;
  await addTasks(call, pairs, [1, 2, 3].map((n) => ({ type: "responses", prompt: [{ role: "user", content: `What is the capital of Australia? (${n})` }], responses: [{ text: text("Sydney") }, { text: text("Canberra").replace("ever since", "since then") }] })));
  const marks = await makeQueue(call, "mark_errors", [{ key: "errors", title: "Where are errors?", type: "spans", of: "response", labels: [{ key: "wrong", title: "Wrong fact" }, { key: "vague", title: "Unclear" }], required: false }, { key: "fix", title: "How should it read?", type: "correction", required: false }], { name: "Mark the errors" });
  await addTasks(call, marks, [{ type: "log", log_id: logs[0] }]);
  kept.reviewing = { queue: queue.id, pairs: pairs.id, marks: marks.id };
  return kept.reviewing;
}
