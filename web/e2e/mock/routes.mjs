// The mock's answers to the native API: just enough of the contract to look at every page.
import { randomBytes } from "node:crypto";
import { findRoutes } from "./find.mjs";
import { makeReview } from "./engine.mjs";
import { reviewRoutes } from "./reviewing.mjs";
import { webhookRoutes } from "./webhooks.mjs";
import { DEPLOYMENTS, METRICS, USERS, give, id, makeLog, seedLogs, settle, tallyOf, uncertaintyOf } from "./data.mjs";

const SCOPES = { viewer: ["read"], reviewer: ["ingest", "feedback", "read"], admin: ["ingest", "feedback", "read", "admin"] };
const PROJECT = { id: id("proj", Date.now()), name: "Demo project", created_at: new Date().toISOString() };
const now = () => new Date().toISOString();

export const problem = (status, slug, title, detail, errors = []) => ({ status, body: { type: `https://vouch.dev/problems/${slug}`, title, status, detail, errors } });
const ok = (body, status = 200, headers = {}) => ({ status, body, headers });

export function makeState({ empty = false, loading = false } = {}) {
  const logs = empty ? [] : seedLogs();
  const audit = ["key.create", "user.create", "provider.create", "deployment.create", "deployment.activate", "metric.put"].map((action, i) => ({
    seq: i + 1, id: id("audit", Date.now() - (6 - i) * 7e6), at: new Date(Date.now() - (6 - i) * 7e6).toISOString(), actor: `user:${USERS[0].id}`, action, subject: id("key", Date.now()), details: { n: i }, hash: randomBytes(32).toString("hex"),
  }));
  return {
    role: "admin", logs, loading, metrics: structuredClone(METRICS), users: structuredClone(USERS), deployments: structuredClone(DEPLOYMENTS), audit, listeners: new Set(), seq: 0, sent: new Map(), views: [], threadFeedback: [], review: makeReview(), links: new Map(),
    keys: [{ id: id("key", Date.now() - 9e8), name: "web shop", prefix: "vk_7Qm2", scopes: ["ingest", "feedback"], requests_per_minute: 600, created_at: new Date(Date.now() - 9e8).toISOString(), last_used_at: new Date(Date.now() - 4e6).toISOString(), revoked_at: null }],
    providers: [
      { id: id("prov", Date.now()), name: "local", kind: "local", base_url: null, key: { from: "none" }, created_at: now(), models: null },
      { id: id("prov", Date.now()), name: "openai", kind: "openai", base_url: "https://api.openai.com/v1", key: { from: "environment", variable: "OPENAI_API_KEY" }, created_at: now(), models: null },
    ],
    prices: [{ provider: "openai", model: "gpt-4o-mini", input_usd_micros_per_mtok: 150000, output_usd_micros_per_mtok: 600000 }, { provider: "local", model: "smollm2-135m-instruct", input_usd_micros_per_mtok: 0, output_usd_micros_per_mtok: 0 }],
  };
}

export function emit(state, kind, ids) {
  state.seq += 1;
  for (const send of state.listeners) send({ seq: state.seq, kind, ids });
}

const summary = (log) => {
  const text = (message) => (typeof message?.content === "string" ? message.content.replace(/\s+/g, " ").slice(0, 160) : "");
  const { id: logId, created_at, status, origin, deployment, version, variant, provider, model, chain_id, conversation_id, user_id, usage, performance, cost_usd_micros } = log;
  return {
    id: logId, created_at, status, origin, deployment, version, variant, provider, model, chain_id, conversation_id, user_id, usage, performance, cost_usd_micros,
    input_preview: text(log.messages.findLast((m) => m.role === "user")), output_preview: text(log.choices[0]?.message), mean_logprob: log.uncertainty?.mean_logprob ?? null, feedback: tallyOf(log),
  };
};

function fits(log, q) {
  const tally = tallyOf(log);
  for (const field of ["deployment", "variant", "model", "user_id", "chain_id", "conversation_id", "status"]) if (q.has(field) && log[field] !== q.get(field)) return false;
  if (q.has("metadata")) {
    const [key, ...rest] = q.get("metadata").split(":");
    if (String(log.metadata[key]) !== rest.join(":")) return false;
  }
  if (q.get("thumbs") === "up" && !tally.thumbs_up) return false;
  if (q.get("thumbs") === "down" && !tally.thumbs_down) return false;
  if (q.has("min_score") && !(tally.score >= Number(q.get("min_score")))) return false;
  if (q.has("max_score") && !(tally.score !== null && tally.score <= Number(q.get("max_score")))) return false;
  if (q.has("has_feedback") && (tally.count > 0) !== (q.get("has_feedback") === "true")) return false;
  if (q.has("from") && log.created_at.slice(0, 10) < q.get("from")) return false;
  if (q.has("to") && log.created_at.slice(0, 10) > q.get("to")) return false;
  if (q.has("feedback")) {
    const [name, label] = q.get("feedback").split(":");
    const said = (f) =>
      f.counts && f.name === name && (label === undefined || String(f.value).split(",").includes(label)) &&
      f.created_at.slice(0, 10) >= (q.get("feedback_from") ?? "") && f.created_at.slice(0, 10) <= (q.get("feedback_to") ?? "9999");
    if (!log.feedback.some(said)) return false;
  }
  return true;
}

function page(items, q, key = (item) => item.id) {
  const limit = Number(q.get("limit") ?? 50);
  const rest = q.has("cursor") ? items.slice(items.findIndex((item) => key(item) === q.get("cursor")) + 1) : items;
  const shown = rest.slice(0, limit);
  return { items: shown, next_cursor: rest.length > limit ? key(shown.at(-1)) : null };
}

const detail = (log) => ({ ...log, tally: tallyOf(log) });

function dimension(log, by) {
  if (by === "all") return "";
  if (by === "user") return log.user_id;
  return by.startsWith("meta:") ? log.metadata[by.slice(5)] : log[by];
}

function summarise(state, q) {
  const metric = state.metrics.find((m) => m.name === q.get("metric"));
  if (!metric) return problem(404, "not-found", "Not found", `There is no metric named ${q.get("metric")}.`);
  const by = q.get("by") ?? "all";
  const points = new Map();
  for (const log of state.logs) {
    for (const f of log.feedback.filter((entry) => entry.counts && entry.name === metric.name)) {
      const date = f.created_at.slice(0, 10);
      const value = dimension(log, by);
      if (date < q.get("from") || date > q.get("to") || value === null || value === undefined) continue;
      const number = typeof f.value === "boolean" ? Number(f.value) : typeof f.value === "number" ? f.value : 0;
      const labels = typeof f.value === "number" ? [] : Array.isArray(f.value) ? f.value : [String(f.value).slice(0, 64)];
      for (const label of ["", ...labels]) {
        const key = [date, value, label].join("\0");
        const point = points.get(key) ?? { date, value, label, count: 0, sum: 0 };
        point.count += 1;
        point.sum += number;
        points.set(key, point);
      }
    }
  }
  return ok({ metric, by, from: q.get("from"), to: q.get("to"), points: [...points.values()] });
}

function feedbackPost(state, me, body, key) {
  if (key && state.sent.has(key)) return ok(state.sent.get(key), 201);
  const list = body.feedback ?? [body];
  for (const [i, f] of list.entries()) {
    const metric = state.metrics.find((m) => m.name === f.name);
    if (metric?.type === "number" && !(f.value >= metric.min && f.value <= metric.max)) {
      const what = `expected a number from ${metric.min} to ${metric.max}, got ${JSON.stringify(f.value)}`;
      return problem(422, "invalid-input", "The input is not valid", `/feedback/${i}/value: ${what}`, [{ pointer: `/feedback/${i}/value`, detail: what }]);
    }
  }
  const ids = list.map((f) => {
    const log = state.logs.find((l) => l.id === f.log_id);
    if (f.conversation_id || f.chain_id) {
      const { log_id: _, ...whole } = { id: id("fb", Date.now()), created_at: now(), author: `user:${me.id}`, author_name: me.name, source: "reviewer", comment: null, correction: null, counts: true, retracted_at: null, ...f };
      state.threadFeedback.push(whole);
      return whole.id;
    }
    return log ? give(log, f.name, f.value, { author: `user:${me.id}`, author_name: me.name, source: "reviewer", comment: f.comment ?? null, created_at: now(), id: id("fb", Date.now()) }).id : id("fb", Date.now());
  });
  if (key) state.sent.set(key, { ids });
  emit(state, "feedback.changed", list.map((f) => f.log_id).filter(Boolean));
  return ok({ ids }, 201);
}

function retract(state, fid) {
  for (const log of state.logs) {
    const f = log.feedback.find((entry) => entry.id === fid);
    if (!f) continue;
    f.retracted_at = now();
    settle(log);
    emit(state, "feedback.changed", [log.id]);
    return ok(f);
  }
  return ok({});
}

function signinLink(state, address, user) {
  const token = randomBytes(16).toString("hex");
  state.links.set(token, user);
  return { url: `${address}/signin#${token}`, expires_at: now() };
}

/** What a path answers; undefined when there is no such route. */
export function route(state, { method, path, query: q, body, headers, address, user }) {
  const me = user ?? state.users.find((u) => u.role === state.role);
  const parts = path.split("/").map(decodeURIComponent).slice(1);
  const at = `${method} /${parts[0]}${parts.length > 1 ? "/*" : ""}${parts[2] ? `/${parts[2]}` : ""}`;
  const D = (key) => state.deployments.find((d) => d.deployment.key === key);
  const changed = (answer) => {
    emit(state, "settings.changed", []);
    return answer;
  };
  const log = parts[0] === "logs" && state.logs.find((l) => l.id === parts[1]);
  const routes = {
    ...webhookRoutes(state, { at, parts, body, q, ok, problem, changed }),
    "GET /me": () => ok({ project: PROJECT, user: me, key: null, scopes: SCOPES[me.role], address, version: "0.1.0-mock" }),
    "POST /me/*": () => (body.new.length < 8 ? problem(422, "invalid-input", "The input is not valid", "", [{ pointer: "/new", detail: "expected at least 8 characters" }]) : ok(null, 204)),
    ...reviewRoutes(state, { parts, q, body, me, ok, problem, now, emit }),
    ...findRoutes(state, { parts, q, body, me, ok, problem, changed, summary, chips: fits, now }),
    "GET /logs/*": () => (log ? ok(detail(log)) : problem(404, "not-found", "Not found", `There is no log ${parts[1]}.`)),
    "POST /logs": () => {
      const sent = body.logs.map((more, i) => makeLog(more.created_at ? Date.parse(more.created_at) : Date.now() + i, "", "", { sent_by: `user:${me.id}`, deployment: null, version: null, variant: null, user_id: null, ...more, error: more.error ?? null }));
      state.logs = [...sent, ...state.logs].sort((a, b) => (a.id < b.id ? 1 : -1));
      emit(state, "log.created", sent.slice(0, 100).map((l) => l.id));
      return ok({ ids: sent.map((l) => l.id) }, 201);
    },
    "POST /feedback": () => feedbackPost(state, me, body, headers["idempotency-key"]),
    "POST /feedback/*/retract": () => retract(state, parts[1]),
    "GET /feedback": () => ok(page(state.logs.flatMap((l) => l.feedback).filter((f) => !q.has("name") || f.name === q.get("name")).sort((a, b) => (a.id < b.id ? 1 : -1)), q)),
    "GET /feedback/*": () => (parts[1] === "summary" ? summarise(state, q) : ok({ items: ["deployment", "variant", "model", "user", "meta:plan", "meta:locale", "meta:source"] })),
    "GET /metrics-definitions": () => ok({ items: state.metrics }),
    "PUT /metrics-definitions/*": () => {
      const old = state.metrics.find((m) => m.name === parts[1]);
      const next = { built_in: false, created_at: now(), ...old, ...body, name: parts[1], state: "defined" };
      state.metrics = old ? state.metrics.map((m) => (m === old ? next : m)) : [...state.metrics, next];
      return changed(ok(next));
    },
    "GET /deployments": () => ok({ items: state.deployments.map((d) => d.deployment) }),
    "POST /deployments": () => {
      const deployment = { id: id("depl", Date.now()), key: body.key, description: body.description ?? "", active_version: null, created_at: now(), archived_at: null };
      const version = { number: 1, ...body.version, created_at: now(), created_by: `user:${me.id}`, used_at: null };
      state.deployments.push({ deployment, versions: [version] });
      return changed(ok({ deployment, version }, 201));
    },
    "GET /deployments/*": () => (D(parts[1]) ? ok(D(parts[1])) : problem(404, "not-found", "Not found", `There is no deployment ${parts[1]}.`)),
    "PATCH /deployments/*": () => {
      const { archived, ...rest } = body;
      Object.assign(D(parts[1]).deployment, rest, archived === undefined ? {} : { archived_at: archived ? now() : null });
      return changed(ok(D(parts[1]).deployment));
    },
    "POST /deployments/*/versions": () => {
      const version = { number: D(parts[1]).versions[0].number + 1, ...body, created_at: now(), created_by: `user:${me.id}`, used_at: null };
      D(parts[1]).versions.unshift(version);
      return changed(ok(version, 201));
    },
    "PUT /deployments/*/versions": () => changed(ok(Object.assign(D(parts[1]).versions.find((v) => v.number === Number(parts[3])), body))),
    "GET /providers": () => ok({ items: state.providers }),
    "POST /providers": () => {
      const made = { id: id("prov", Date.now()), created_at: now(), models: null, ...body, key: body.key?.from === "sealed" ? { from: "sealed" } : (body.key ?? { from: "none" }) };
      state.providers.push(made);
      return changed(ok(made, 201));
    },
    "DELETE /providers/*": () => problem(409, "conflict", "In use", `The deployment assistant uses ${parts[1]} in its active version.`),
    "GET /retention": () => ok({ days: state.retentionDays ?? null }),
    "PUT /retention": () => {
      state.retentionDays = body.days;
      return ok({ days: body.days });
    },
    "GET /retention/*": () => {
      const before = new Date(Date.now() - Number(q.get("days")) * 864e5).toISOString();
      const leaving = state.logs.filter((log) => log.created_at < before);
      return ok({ before, logs: leaving.length, more: false, oldest: leaving.map((log) => log.created_at).sort()[0] ?? null });
    },
    "GET /origins": () => ok({ origins: state.origins ?? null }),
    "PUT /origins": () => {
      const wrong = body.origins?.findIndex((origin) => !/^https?:\/\//.test(origin)) ?? -1;
      if (wrong >= 0) return problem(422, "invalid-input", "The input is not valid", `/origins/${wrong}: no origin`, [{ pointer: `/origins/${wrong}`, detail: `expected http:// or https:// at the beginning, as in https://app.example.com, got "${body.origins[wrong]}"` }]);
      state.origins = body.origins;
      return ok({ origins: body.origins });
    },
    "GET /prices": () => ok({ items: state.prices }),
    "PUT /prices": () => {
      state.prices = [...state.prices.filter((p) => p.provider !== body.provider || p.model !== body.model), body];
      return changed(ok(body));
    },
    "DELETE /prices": () => {
      state.prices = state.prices.filter((p) => p.provider !== q.get("provider") || p.model !== q.get("model"));
      return changed(ok(null, 204));
    },
    "GET /keys": () => ok({ items: state.keys, next_cursor: null }),
    "POST /keys": () => {
      const secret = `vk_${randomBytes(24).toString("base64url")}`;
      const made = { id: id("key", Date.now()), name: body.name, prefix: secret.slice(0, 8), scopes: body.scopes, requests_per_minute: body.requests_per_minute ?? null, created_at: now(), last_used_at: null, revoked_at: null };
      state.keys.unshift(made);
      state.secrets = { ...state.secrets, [secret]: made.id };
      return changed(ok({ ...made, secret }, 201));
    },
    "PATCH /keys/*": () => changed(ok(Object.assign(state.keys.find((k) => k.id === parts[1]), body))),
    "DELETE /keys/*": () => {
      Object.assign(state.keys.find((k) => k.id === parts[1]), { revoked_at: now() });
      return changed(ok(null, 204));
    },
    "GET /invitations": () => ok({ items: [], next_cursor: null }),
    "GET /users": () => ok({ items: state.users, next_cursor: null }),
    "POST /users": () => {
      const user = { id: id("user", Date.now()), email: body.email, name: body.name, role: body.role, groups: [], created_at: now(), disabled_at: null };
      state.users.push(user);
      return changed(ok({ user, signin_link: body.password ? null : signinLink(state, address, user.id) }, 201));
    },
    "PATCH /users/*": () => {
      const { disabled, ...rest } = body;
      const user = state.users.find((u) => u.id === parts[1]);
      Object.assign(user, rest, disabled === undefined ? {} : { disabled_at: disabled ? now() : null });
      return changed(ok(user));
    },
    "POST /users/*/signin-link": () => ok(signinLink(state, address, parts[1]), 201),
    "GET /audit": () => ok(page([...state.audit].reverse(), q)),
    "GET /audit/*": () => ok({ entries: state.audit.length, intact: true, broken_at: null }),
    "GET /models": () =>
      ok({ items: [{ provider: "local", model: "smollm2-135m-instruct", ready: !state.loading, note: state.loading ? "downloading the local model: 41 of 98 MB" : "" }, { provider: "openai", model: "gpt-4o-mini", ready: true, note: "" }] }),
  };
  return routes[at]?.();
}

export { makeLog, uncertaintyOf };
