// The mock's review engine: leases, drafts, undo, gold, conflicts, as docs/review.md tells them; in memory.
import { createHash } from "node:crypto";
import { id } from "./data.mjs";

const PRIORITIES = ["low", "normal", "high", "urgent"];
const now = () => new Date().toISOString();
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export const makeReview = () => ({ queues: [], tasks: [], reviews: [], reviewers: new Map(), turn: 0, submitted: new Map() });

/** What a new queue has where nothing was said. */
export const QUEUE = {
  state: "open", item: "log", rubric: { questions: [] }, guidelines: "", overlap: { type: "fixed", reviews: 1 }, consensus: { method: "majority", tie: "conflict" }, accept: "unanimous",
  second_review: 0, rules: [], due_after_s: null, lease_s: 900, people: [], escalate_to: "admin", gold: { rate: 0, onboarding: 0, pause_below: null, window: 20, tolerance: {} },
  suggestions: "shown", blur: false, remind_after_min: null,
};

export function addTask(review, queue, { type, key, priority = "normal", assignee = null, gold = null, suggestion = null, due_at = null, ...item }, origin) {
  const stored = { type, ...item };
  const known = key ?? item.log_id ?? item.conversation_id ?? createHash("sha256").update(JSON.stringify(stored)).digest("hex");
  const old = review.tasks.find((task) => task.queue_id === queue.id && task.key === known);
  if (old) return { old };
  const wanted = queue.overlap.type === "fixed" ? queue.overlap.reviews : queue.overlap.min;
  const task = {
    id: id("task", Date.now()), queue_id: queue.id, key: known, state: "open", item: stored, priority, due_at: due_at ?? (queue.due_after_s ? new Date(Date.now() + queue.due_after_s * 1000).toISOString() : null),
    origin, suggestion, gold: gold ? { answers: gold.answers ?? gold, why: gold.why ?? null } : null, wanted: gold ? 1e9 : wanted, assignee, created_at: now(), leases: new Map(), drafts: new Map(), seats: new Map(), returned: new Map(),
    escalated: null, complete: null, band: 1, turn: (review.turn += 1),
  };
  review.tasks.push(task);
  return { task };
}

const counted = (review, task) => review.reviews.filter((r) => r.task === task.id && r.state === "counts");
const again = (review, task) => Object.assign(task, { band: 0, turn: (review.turn += 1) });

/** Puts back what lapsed. */
function lapse(review, queue) {
  for (const task of review.tasks) {
    if (task.queue_id !== queue.id) continue;
    for (const [user, until] of task.leases) if (until < Date.now()) (task.leases.delete(user), again(review, task));
  }
}

const free = (review, task) => counted(review, task).length + task.leases.size < task.wanted;
export const mayWork = (queue, user) => queue.people.length === 0 || queue.people.includes(user.id);
export const row = (review, queue, user) => {
  const key = `${queue.id} ${user}`;
  if (!review.reviewers.has(key)) review.reviewers.set(key, { state: "active", reason: null, until: null, skips: 0, escalations: 0, gold: [], followed: 0, overturned: 0 });
  return review.reviewers.get(key);
};

/** The tasks that this person holds, then more in the order of the line, up to `count` new ones. */
export function next(review, queue, user, { count = 5, holding = [] }) {
  lapse(review, queue);
  const mine = row(review, queue, user.id);
  const none = { items: [], paused: null, left: false };
  if (mine.state === "paused") return { ...none, paused: { reason: mine.reason } };
  if (mine.state === "away") return { ...none, paused: { reason: "You are away." } };
  if (queue.state === "paused" || queue.archived_at !== null) return none;
  const of = review.tasks.filter((task) => task.queue_id === queue.id && task.state === "open");
  const held = of.filter((task) => task.leases.has(user.id) && !holding.includes(task.id));
  const fits = (task) => !task.leases.has(user.id) && !task.seats.has(user.id) && free(review, task) && (task.assignee === null || task.assignee === user.id);
  const done = review.reviews.filter((r) => r.queue === queue.id && r.user === user.id && r.state === "counts").length;
  const line = of.filter((task) => fits(task) && !task.gold);
  const gold = of.filter((task) => fits(task) && task.gold);
  const rank = (task) => [task.assignee === user.id ? 0 : 1, 9 - PRIORITIES.indexOf(task.priority), task.band, task.turn];
  line.sort((a, b) => rank(a).reduce((order, part, i) => order || part - rank(b)[i], 0));
  const taken = [];
  const every = queue.gold.rate > 0 ? Math.round(1 / queue.gold.rate) : 0;
  for (let n = done + holding.length + held.length; held.length + taken.length < count && line.length + gold.length > 0; n++) {
    const due = gold.length > 0 && (n < queue.gold.onboarding || (every > 0 && n % every === every - 1));
    const task = due ? gold.shift() : line.shift();
    if (!task) break;
    task.leases.set(user.id, Date.now() + queue.lease_s * 1000);
    taken.push(task);
  }
  return { items: [...held, ...taken].slice(0, count), paused: null, left: line.length > 0 };
}

/** `{conflict}` where the task has no place for this review. */
export function submit(review, queue, task, user, { answers, active_ms, submission_id, order, followed_suggestion }) {
  const known = review.submitted.get(submission_id);
  if (known) return { made: known };
  if (task.state !== "open" || task.seats.get(user.id) === "reviewed") return { conflict: "The task needs no more reviews. Your answers are kept as a draft." };
  if (!task.leases.has(user.id) && !free(review, task)) return { conflict: "Your turn on this task is over and others took the place. Your answers are kept as a draft." };
  const made = { id: id("review", Date.now()), task: task.id, queue: queue.id, user: user.id, user_name: user.name, answers, active_ms, order: order ?? null, followed_suggestion: followed_suggestion ?? null, rubric_version: queue.rubric_version, created_at: now(), state: "counts" };
  review.reviews.push(made);
  task.leases.delete(user.id);
  task.drafts.delete(user.id);
  task.returned.delete(user.id);
  task.seats.set(user.id, "reviewed");
  const mine = row(review, queue, user.id);
  if (followed_suggestion !== undefined) mine[followed_suggestion ? "followed" : "overturned"] += 1;
  let gold = null;
  if (task.gold) {
    gold = { right: within(queue, answers, task.gold.answers), answers: task.gold.answers, why: task.gold.why };
    mine.gold.push(gold.right);
    const recent = mine.gold.slice(-queue.gold.window);
    const share = recent.filter(Boolean).length / recent.length;
    if (queue.gold.pause_below !== null && recent.length >= 3 && share < queue.gold.pause_below) {
      Object.assign(mine, { state: "paused", reason: `${recent.filter(Boolean).length} of your last ${recent.length} check tasks were right. Please read the guidelines once more, and talk to an admin, who lets you go on.` });
    }
  }
  const result = { made, gold };
  review.submitted.set(submission_id, made);
  return result;
}

function within(queue, answers, right) {
  return Object.entries(right).every(([key, value]) => (typeof value === "number" ? Math.abs(answers[key] - value) <= (queue.gold.tolerance[key] ?? 0) : same(answers[key], value)));
}

/** Settles a task that has all its reviews: complete where they agree, else a conflict. Answers the consensus. */
export function settle(review, queue, task) {
  const all = counted(review, task);
  if (task.gold || task.escalated || all.length < task.wanted || task.state !== "open") return undefined;
  const keys = [...new Set(all.flatMap((r) => Object.keys(r.answers)))];
  const unanimous = keys.filter((key) => all.every((r) => same(r.answers[key], all[0].answers[key])));
  if (unanimous.length < keys.length && queue.accept === "unanimous") {
    task.state = "conflict";
    return undefined;
  }
  return complete(task, "consensus", Object.fromEntries(keys.map((key) => [key, majority(all.map((r) => r.answers[key]))])));
}

function majority(values) {
  const counts = new Map();
  for (const value of values) counts.set(JSON.stringify(value), (counts.get(JSON.stringify(value)) ?? 0) + 1);
  const [best] = [...counts].sort((a, b) => b[1] - a[1])[0];
  return best === undefined ? undefined : JSON.parse(best);
}

export function complete(task, by, answers) {
  Object.assign(task, { state: "complete", complete: { at: now(), by, answers }, escalated: null });
  return answers;
}

/** Withdraws a review and gives its author the task again, with the answers as draft. */
export function undo(review, queue, task, user, made) {
  made.state = "withdrawn";
  if (task.state !== "open") Object.assign(task, { state: "open", complete: null });
  task.seats.delete(user.id);
  task.leases.set(user.id, Date.now() + queue.lease_s * 1000);
  task.drafts.set(user.id, { answers: made.answers, active_ms: made.active_ms });
}

export function reject(review, task, made, reason, by) {
  made.state = "rejected";
  Object.assign(task, { state: "open", assignee: made.user });
  task.seats.delete(made.user);
  task.drafts.set(made.user, { answers: made.answers, active_ms: 0 });
  task.returned.set(made.user, { reason, by });
  again(review, task);
}

export function leave(review, task, user, seat) {
  task.leases.delete(user.id);
  if (seat) task.seats.set(user.id, seat);
  again(review, task);
}

export function progress(review, queue, user) {
  lapse(review, queue);
  const of = review.tasks.filter((task) => task.queue_id === queue.id && !task.gold);
  const reviews = review.reviews.filter((r) => r.queue === queue.id && r.state === "counts");
  const mine = reviews.filter((r) => r.user === user.id);
  const open = of.filter((task) => task.state === "open");
  const begun = (task) => task.leases.size > 0 || counted(review, task).length > 0;
  const today = now().slice(0, 10);
  const times = mine.map((r) => r.active_ms / 1000).sort((a, b) => a - b);
  return {
    open: open.filter((task) => !begun(task)).length, in_progress: open.filter(begun).length, gold: 0, ...Object.fromEntries(["conflict", "complete", "cancelled"].map((state) => [state, of.filter((task) => task.state === state).length])),
    reviews: reviews.length, due_at: open.map((task) => task.due_at).filter(Boolean).sort()[0] ?? null, overdue: open.filter((task) => task.due_at && task.due_at < now()).length,
    per_day: [...Array(29).fill(0), reviews.filter((r) => r.created_at.startsWith(today)).length], reviews_saved: 0,
    mine: {
      done: mine.length, today: mine.filter((r) => r.created_at.startsWith(today)).length, pace_s: times.length ? times[Math.floor(times.length / 2)] : null,
      state: row(review, queue, user.id).state, reason: row(review, queue, user.id).reason,
      left: mayWork(queue, user) && queue.state !== "paused" ? open.filter((task) => task.leases.has(user.id) || (!task.seats.has(user.id) && free(review, task))).length : 0,
    },
  };
}

export { counted };
