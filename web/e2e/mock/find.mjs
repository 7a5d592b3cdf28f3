// The mock's answers for finding things: filtered pages, completions, views, conversations and chains.
import { id, tallyOf } from "./data.mjs";
import { complete, parse } from "./filter.mjs";

/** How many logs one page looks at. */
const BUDGET = 2000;

export function findRoutes(state, { parts, q, body, me, ok, problem, changed, summary, chips, now }) {
  const view = state.views.find((v) => v.id === parts[1]);
  const refused = (pointer, message) => problem(422, "invalid-input", "The input is not valid", `${pointer}: ${message}`, [{ pointer, detail: message }]);
  const gone = () => problem(404, "not-found", "Not found", `There is no view ${parts[1]}.`);
  const taken = (name) => state.views.some((v) => v !== view && v.name === name) && problem(409, "conflict", "Conflict", `there is a view with the name ${name} already`);
  const foreign = () => view.created_by !== `user:${me.id}` && me.role !== "admin" && problem(403, "forbidden", "Not allowed", "Only who made a view, or an admin, can change it.");
  const sorted = () => state.views.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  return {
    "GET /logs": () => {
      const { at, message, test } = parse(q.get("q") ?? "");
      if (message) return refused("?q", `at character ${at}: ${message}`);
      return ok(found(state.logs, (log) => test(log) && chips(log, q), q, summary));
    },
    "GET /filters/*": () => ok(complete(state, q.get("text") ?? "", Number(q.get("cursor") ?? [...(q.get("text") ?? "")].length))),
    "GET /views": () => ok({ items: sorted(), next_cursor: null }),
    "POST /views": () => {
      const { at, message } = parse(body.q ?? "");
      if (message) return refused("/q", `at character ${at}: ${message}`);
      const made = { id: id("view", Date.now()), q: "", filter: {}, ...body, created_by: `user:${me.id}`, created_by_name: me.name, created_at: now() };
      return taken(body.name) || (state.views.push(made), changed(ok(made, 201)));
    },
    "PATCH /views/*": () => (view ? foreign() || taken(body.name) || changed(ok(Object.assign(view, body))) : gone()),
    "DELETE /views/*": () => {
      if (!view) return gone();
      const no = foreign();
      if (!no) state.views = state.views.filter((v) => v !== view);
      return no || changed(ok(null, 204));
    },
    "GET /conversations/*": () => thread(state, "conversation_id", parts[1], q, ok, problem),
    "GET /chains/*": () => thread(state, "chain_id", parts[1], q, ok, problem),
  };
}

function found(logs, fits, q, summary) {
  const limit = Number(q.get("limit") ?? 50);
  const start = q.has("cursor") ? logs.findIndex((log) => log.id === q.get("cursor")) + 1 : 0;
  const items = [];
  for (let i = start; i < logs.length; i++) {
    // The real server finds most things along an index; a variant it looks for log by log.
    if (i - start === BUDGET && /variant/.test(q.get("q"))) return { items, next_cursor: logs[i - 1].id, partial: true };
    if (!fits(logs[i])) continue;
    if (items.length === limit) return { items, next_cursor: items.at(-1).id };
    items.push(summary(logs[i]));
  }
  return { items, next_cursor: null };
}

function thread(state, field, name, q, ok, problem) {
  const logs = state.logs.filter((log) => log[field] === name).reverse();
  const feedback = state.threadFeedback.filter((f) => f[field] === name);
  if (logs.length === 0 && feedback.length === 0) return problem(404, "not-found", "Not found", `There is no ${field.replace("_id", "")} ${name}.`);
  const limit = Number(q.get("limit") ?? 50);
  const start = q.has("cursor") ? logs.findIndex((log) => log.id === q.get("cursor")) + 1 : 0;
  const shown = logs.slice(start, start + limit);
  const sum = (part) => logs.reduce((total, log) => total + (part(log) ?? 0), 0);
  const tallies = logs.map(tallyOf);
  const scores = tallies.flatMap((t) => (t.score === null ? [] : [t.score]));
  const ends = logs.map((log) => Date.parse(log.created_at) + (log.performance.latency ?? 0));
  const totals = {
    logs: logs.length, failed: logs.filter((log) => log.status === "failed").length,
    prompt_tokens: sum((log) => log.usage?.prompt_tokens), completion_tokens: sum((log) => log.usage?.completion_tokens), total_tokens: sum((log) => log.usage?.total_tokens),
    cost_usd_micros: logs.some((log) => log.cost_usd_micros !== null) ? sum((log) => log.cost_usd_micros) : null,
    started_at: logs[0]?.created_at ?? null, ended_at: logs.length ? new Date(Math.max(...ends)).toISOString() : null,
    thumbs_up: tallies.reduce((n, t) => n + t.thumbs_up, 0), thumbs_down: tallies.reduce((n, t) => n + t.thumbs_down, 0),
    score: scores.length ? scores.reduce((a, b) => a + b) / scores.length : null, corrected: tallies.filter((t) => t.has_correction).length, partial: false,
  };
  const turn = (log, i) => {
    const before = logs[start + i - 1];
    const known = before ? [...before.messages, ...before.choices.slice(0, 1).map((choice) => choice.message)] : [];
    let repeated = 0;
    while (repeated < log.messages.length && JSON.stringify(log.messages[repeated]) === JSON.stringify(known[repeated])) repeated += 1;
    const { logprobs, parameters, inputs, uncertainty, metadata_history, ...rest } = log;
    return { ...rest, repeated, messages: log.messages.slice(repeated), tally: tallyOf(log) };
  };
  return ok({ id: name, totals, tally: tallyOf({ feedback }), feedback, items: shown.map(turn), next_cursor: start + limit < logs.length ? shown.at(-1).id : null });
}
