// Queues, tasks and people for the tests of review, made through the API: the same on the mock and the real server.
import { freshPage } from "./browser.mjs";
import { equal } from "./harness.mjs";
import { addLog } from "./seed.mjs";

export const THUMBS = { key: "helpful", title: "Was it helpful?", type: "thumbs", required: true };
const DEFECT = {
  key: "defect", title: "What is wrong?", type: "category", required: true, when: { question: "helpful", is: [false] },
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
  return body.items.find(({ review }) => review.task_id === task)?.review;
}

/** Signs in where no test before this one has: for runs of some tests only. */
export async function signedIn({ page, server }) {
  if (page.url() !== "about:blank") return;
  await page.goto(server.link);
  await page.getByLabel("Message").waitFor();
}
