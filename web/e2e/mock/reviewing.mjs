// The mock's routes for review: queues, turns, drafts, reviews, conflicts and what is known of the reviewers.
import { give, id } from "./data.mjs";
import { QUEUE, addTask, complete, counted, leave, mayWork, next, progress, reject, row, settle, submit, undo } from "./engine.mjs";
import { agreementOf, consensusOf, reportOf, reviewersOf, workOf } from "./reviewed.mjs";
import { checkRubric, wrongIn } from "./rubric.mjs";
import { parse } from "./filter.mjs";

const words = (value) => (typeof value === "string" ? value : JSON.stringify(value ?? ""));

/** The item as a reviewer sees it. */
function resolve(state, item) {
  const shown = ({ id: logId, created_at, status, messages, choices, error, deployment, version, model, metadata }) => ({ id: logId, created_at, status, messages, choices, error, deployment, version, model, metadata });
  if (item.type === "log") {
    const log = state.logs.find((l) => l.id === item.log_id);
    return { ...item, log: log ? shown(log) : null };
  }
  if (item.type !== "conversation") return item;
  const logs = state.logs.filter((l) => l.conversation_id === item.conversation_id).reverse();
  const fresh = (log, i) => (i > 0 && log.messages.length > logs[i - 1].messages.length ? log.messages.slice(logs[i - 1].messages.length + 1) : log.messages);
  return { ...item, partial: false, turns: logs.length ? logs.map((log, i) => ({ ...shown(log), messages: fresh(log, i) })) : null };
}

function preview(state, { item }) {
  const seen = resolve(state, item);
  const text = item.type === "log" ? seen.log?.messages.findLast((m) => m.role === "user")?.content : item.type === "conversation" ? seen.turns?.[0]?.messages.at(-1)?.content : item.type === "responses" ? item.prompt.at(-1)?.content : Object.values(item.fields)[0];
  return words(text ?? "").slice(0, 160);
}

const shown = (state, task) => ({
  id: task.id, queue: task.queue_id, key: task.key, item: { type: task.item.type, log_id: task.item.log_id ?? null, conversation_id: task.item.conversation_id ?? null }, gold: task.gold, assignee: task.assignee, escalated: task.escalated, state: task.state, ...(task.state === "conflict" ? { reason: "differ" } : {}), priority: task.priority, due_at: task.due_at, origin: task.origin, wanted: task.gold ? 1 : task.wanted, reviews: counted(state.review, task).length,
  leases: task.leases.size, created_at: task.created_at, preview: preview(state, task),
});

function turn(state, queue, task, user) {
  const k = task.item.responses?.length ?? 0;
  const order = [...Array(k).keys()];
  const swap = k > 1 && (task.id + user.id).split("").reduce((sum, c) => sum + c.charCodeAt(0), 0) % 2 === 1;
  return {
    task: task.id, queue: queue.id, priority: task.priority, due_at: task.due_at, item: resolve(state, task.item), rubric: queue.rubric, rubric_version: queue.rubric_version, lease: { until: new Date(task.leases.get(user.id) ?? 0).toISOString() },
    draft: task.drafts.get(user.id) ?? null, swapped: swap ? order.reverse() : order, suggestion: queue.suggestions === "shown" ? task.suggestion : null, returned: task.returned.get(user.id) ?? null,
  };
}

/** A consensus on a log is feedback on it. */
function tell(state, queue, task, answers) {
  const log = task.item.type === "log" && state.logs.find((l) => l.id === task.item.log_id);
  if (!log || !answers) return;
  for (const { key: name, type } of queue.rubric.questions) {
    // What is no metric stays with the task.
    if (answers[name] === undefined || ["spans", "preference", "ranking"].includes(type)) continue;
    const value = type === "checklist" ? Object.keys(answers[name]).filter((key) => answers[name][key]) : answers[name];
    give(log, name, value, { author: `queue:${queue.id}`, author_name: queue.name, source: "reviewers" });
  }
}

export function reviewRoutes(state, { parts, q, body, me, ok, problem, now, emit }) {
  const { review } = state;
  const refused = (errors) => problem(422, "invalid-input", "The input is not valid", errors[0].detail, errors);
  const missing = () => problem(404, "not-found", "Not found", `There is no ${parts[0].slice(0, -1)} ${parts[1]}.`);
  const forbidden = (text) => problem(403, "forbidden", "Not allowed", text);
  const admin = me.role === "admin";
  const task = parts[0] === "tasks" ? review.tasks.find((t) => t.id === parts[1]) : undefined;
  const made = parts[0] === "reviews" ? review.reviews.find((r) => r.id === parts[1]) : undefined;
  const queue = review.queues.find((other) => other.id === (parts[0] === "queues" ? parts[1] : (task?.queue_id ?? made?.queue)));
  const decides = queue && (admin || (queue.escalate_to !== "admin" && queue.escalate_to.includes(me.id)));
  const page = (items) => ({ items, next_cursor: null });
  const holds = (run) => () => (!task ? missing() : task.leases.has(me.id) ? run() : problem(409, "conflict", "Conflict", "Your turn on this task is over."));
  const checkQueue = (spec) => [...(!spec.name?.trim() ? [{ pointer: "/name", detail: "expected a name" }] : []), ...checkRubric(spec.rubric), ...spec.rules.flatMap((rule, i) => (parse(rule.filter).message ? [{ pointer: `/rules/${i}/filter`, detail: parse(rule.filter).message }] : []))];
  const naming = (user) => state.users.find((u) => u.id === user)?.name ?? user;
  const matching = (text, sample = 1) => state.logs.filter((log) => parse(text).test(log)).filter((_, i) => Math.floor(i * sample) !== Math.floor((i - 1) * sample));
  const routes = {
    "GET /queues": () => ok(page(review.queues.filter((other) => other.archived_at === null).sort((a, b) => (a.name < b.name ? -1 : 1)))),
    "POST /queues": () => {
      const spec = { ...QUEUE, ...body };
      const wrong = [...checkQueue(spec), ...(review.queues.some((other) => other.key === spec.key) ? [{ pointer: "/key", detail: "there is a queue with this key already" }] : [])];
      if (wrong.length) return refused(wrong);
      const queueMade = { id: id("queue", Date.now()), ...spec, rubric_version: 1, guidelines_version: 1, created_at: now(), archived_at: null };
      review.queues.push(queueMade);
      return ok(queueMade, 201);
    },
    "GET /queues/*": () => (queue ? ok(queue) : missing()),
    "PATCH /queues/*": () => {
      const { reopen, ...change } = body;
      const wrong = checkQueue({ ...queue, ...change });
      if (wrong.length) return refused(wrong);
      if (change.rubric && JSON.stringify(change.rubric) !== JSON.stringify(queue.rubric)) queue.rubric_version += 1;
      if (change.guidelines !== undefined && change.guidelines !== queue.guidelines) queue.guidelines_version += 1;
      Object.assign(queue, change);
      if (reopen) for (const other of review.tasks) if (other.queue_id === queue.id && other.state === "complete") Object.assign(other, { state: "open", complete: null, seats: new Map() });
      return ok(queue);
    },
    "DELETE /queues/*": () => (Object.assign(queue, { archived_at: now(), state: "closed" }), ok(null, 204)),
    "GET /queues/*/progress": () => (queue ? ok(progress(review, queue, me)) : missing()),
    "POST /queues/*/preview": () => {
      if (parse(body.filter).message) return refused([{ pointer: "?q", detail: `at character ${parse(body.filter).at}: ${parse(body.filter).message}` }]);
      const taken = matching(body.filter, body.sample);
      return ok({ logs: matching(body.filter).length, taken: taken.length, partial: false, examples: taken.slice(0, 3).map((log) => log.id) });
    },
    "POST /queues/*/tasks": () => {
      const items = body.items ?? matching(body.filter, body.sample).slice(0, body.limit ?? 1000).map((log) => ({ type: "log", log_id: log.id }));
      const added = items.map((item) => addTask(review, queue, item, { type: body.items ? "import" : "added", by: `user:${me.id}` }));
      return ok({ created: added.filter((a) => a.task).length, known: added.filter((a) => a.old).length, ids: added.map((a) => (a.task ?? a.old).id) }, 201);
    },
    "GET /queues/*/tasks": () => {
      const own = (other) => admin || review.reviews.some((r) => r.task === other.id && r.user === me.id);
      const text = (q.get("q") ?? "").toLowerCase();
      const fits = (other) => other.queue_id === queue.id && own(other) && (!q.get("state") || other.state === q.get("state")) && (!text || words(resolve(state, other.item)).toLowerCase().includes(text));
      return ok(page(review.tasks.filter(fits).map((other) => shown(state, other)).reverse().slice(0, 200)));
    },
    "POST /queues/*/next": () => {
      if (me.role === "viewer" || !mayWork(queue, me)) return forbidden("You are not among the reviewers of this queue.");
      const { items, ...rest } = next(review, queue, me, body);
      return ok({ items: items.map((other) => turn(state, queue, other, me)), ...rest });
    },
    "POST /tasks/*/renew": holds(() => (task.leases.set(me.id, Date.now() + queue.lease_s * 1000), ok({ until: new Date(task.leases.get(me.id)).toISOString() }))),
    "PUT /tasks/*/draft": holds(() => (task.drafts.set(me.id, body), ok(null, 204))),
    "POST /tasks/*/reviews": () => {
      if (!task) return missing();
      const wrong = wrongIn(queue.rubric, body.answers, task.item);
      if (wrong.length) return refused(wrong);
      const { conflict, made: written, gold = null } = submit(review, queue, task, me, body);
      if (conflict) return (task.drafts.set(me.id, body), problem(409, "conflict", "Conflict", conflict));
      tell(state, queue, task, settle(review, queue, task));
      return ok({ review: written, task: { state: task.state }, gold, suggestion: queue.suggestions === "hidden" ? null : task.suggestion }, 201);
    },
    "POST /reviews/*/undo": () => {
      if (!made || made.user !== me.id || made.state !== "counts") return missing();
      const other = review.tasks.find((t) => t.id === made.task);
      if (other.gold) return problem(409, "conflict", "Conflict", "This review cannot be taken back.");
      if (other.complete?.by === "adjudication") return problem(409, "conflict", "Conflict", "Someone has decided this task in the meantime.");
      undo(review, queue, other, me, made);
      return ok(turn(state, queue, other, me));
    },
    "POST /tasks/*/skip": holds(() => (leave(review, task, me, "skipped"), (row(review, queue, me.id).skips += 1), ok(null, 204))),
    "POST /tasks/*/release": holds(() => (leave(review, task, me), ok(null, 204))),
    "POST /tasks/*/escalate": holds(() => {
      leave(review, task, me, "escalated");
      row(review, queue, me.id).escalations += 1;
      task.escalated = { by: me.id, to: "admin", reason: body.reason, at: now() };
      return ok(null, 204);
    }),
    "GET /queues/*/skipped": () => ok(page([])),
    "GET /me/*": () => {
      const mine = review.reviews.filter((r) => r.user === me.id && r.state === "counts").slice(-(q.get("limit") ?? 10)).reverse();
      return ok({ items: mine.map((r) => ({ review: r, item: resolve(state, review.tasks.find((t) => t.id === r.task).item) })) });
    },
    "GET /queues/*/conflicts": () => {
      if (!decides) return forbidden("Only an admin, or whom the queue names, decides.");
      const open = review.tasks.filter((t) => t.queue_id === queue.id && (t.state === "conflict" || t.escalated));
      const of = (t) => counted(review, t).map((r) => ({ ...r, user_name: naming(r.user) }));
      return ok(page(open.map((t) => ({ task: shown(state, t), item: resolve(state, t.item), reviews: of(t) }))));
    },
    "POST /tasks/*/adjudicate": () => {
      if (!decides) return forbidden("Only an admin, or whom the queue names, decides.");
      const wrong = wrongIn(queue.rubric, body.answers, task.item);
      if (wrong.length) return refused(wrong);
      tell(state, queue, task, complete(task, "adjudication", body.answers));
      task.leases.clear();
      return ok(shown(state, task));
    },
    "POST /reviews/*/reject": () => (made ? (reject(review, review.tasks.find((t) => t.id === made.task), made, body.reason, `user:${me.id}`), ok(null, 204)) : missing()),
    "GET /queues/*/reviewers": () => (parts[4] === "report" ? ok({ confusion: reportOf(state, queue, parts[3]), ...workOf(state, queue, parts[3]) }) : ok({ items: reviewersOf(state, queue).filter((r) => admin || r.user === me.id) })),
    "PATCH /queues/*/reviewers": () => (Object.assign(row(review, queue, parts[3]), body, { reason: null }), ok(reviewersOf(state, queue).find((r) => r.user === parts[3]))),
    "GET /queues/*/consensus": () => ok(consensusOf(state, queue, q)),
    "GET /queues/*/agreement": () => ok(agreementOf(state, queue)),
  };
  // As the server does: whoever looks at the queue hears of it.
  const told = ([name, run]) => [name, () => {
    const answer = run();
    if (answer.status < 300 && queue) emit(state, "queue.changed", [queue.id]);
    return answer;
  }];
  return Object.fromEntries(Object.entries(routes).map((entry) => (entry[0].startsWith("GET ") || entry[0] === "POST /queues" || entry[0].endsWith("/preview") ? entry : told(entry))));
}
