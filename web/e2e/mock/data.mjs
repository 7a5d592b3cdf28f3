// What the mock server holds: a project a month old, made up the same way every time.

let seed = 20261123;
const draw = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
const pick = (list) => list[Math.floor(draw() * list.length)];
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** A TypeID: sorts by time. */
export function id(prefix, at) {
  at = Math.floor(at);
  let time = "";
  for (let ms = at, i = 0; i < 10; i++, ms = Math.floor(ms / 32)) time = ALPHABET[ms % 32] + time;
  return `${prefix}_${time}${Array.from({ length: 16 }, () => ALPHABET[Math.floor(draw() * 32)]).join("")}`;
}

const iso = (ms) => new Date(ms).toISOString();
const DAY = 86_400_000;

const metric = (name, type, direction, guideline, more = {}) => ({
  name, type, direction, guideline, state: "defined", built_in: true, created_at: iso(Date.now() - 31 * DAY), ...more,
});

export const METRICS = [
  metric("thumbs", "boolean", "higher_is_better", "Thumbs up (true) or thumbs down (false)."),
  metric("score", "number", "higher_is_better", "How good the answer is as a whole: 0 useless, 50 needs work, 100 nothing to change.", { min: 0, max: 100 }),
  metric("rating", "category", "neutral", "Good or bad.", { categories: ["good", "bad"] }),
  metric("defects", "multi_category", "lower_is_better", "What is wrong with the answer; all that apply.", {
    categories: ["grammatical", "spelling", "hallucination", "repetition", "inappropriate", "off_topic", "incompleteness", "ambiguity"],
  }),
  metric("interactions", "multi_category", "neutral", "What the user did with the answer.", { categories: ["saved", "selected", "deleted", "shared", "copied", "reported"] }),
  metric("safety", "category", "neutral", "Could the answer harm someone? Borderline: acceptable only in context.", { categories: ["safe", "borderline", "unsafe"] }),
  metric("factuality", "category", "neutral", "Are the stated facts true? Partly accurate: a minor fact is wrong.", { categories: ["accurate", "partly_accurate", "inaccurate", "not_checkable"] }),
  metric("comment", "text", "neutral", "A remark in words."),
  metric("correction", "text", "neutral", "The answer as it should be."),
  metric("tone", "category", "neutral", "", { state: "undefined", built_in: false, categories: [] }),
];

export const USERS = ["Ada Admin:admin", "Rik Reviewer:reviewer", "Vera Viewer:viewer"].map((text, i) => {
  const [name, role] = text.split(":");
  return { id: id("user", Date.now() - (31 - i) * DAY), email: `${name.split(" ")[0].toLowerCase()}@example.com`, name, role, groups: [], created_at: iso(Date.now() - (31 - i) * DAY), disabled_at: null };
});

const variant = (name, model, prompt, more = {}) => ({
  name, weight: 1, context: {}, provider: "local", model, prompt: [{ role: "system", content: prompt }], parameters: { temperature: 0.7, max_tokens: 400 }, tools: [], ...more,
});
const version = (number, note, variants, used) => ({
  number, note, variants, capture_logprobs: true, created_at: iso(Date.now() - (30 - number * 6) * DAY), created_by: `user:${USERS[0].id}`, used_at: used ? iso(Date.now() - (29 - number * 6) * DAY) : null,
});
const deployment = (key, description, active) => ({ id: id("depl", Date.now() - 30 * DAY), key, description, active_version: active, created_at: iso(Date.now() - 30 * DAY), archived_at: null });

const BASIC = "You are a helpful assistant.";
const BRIEF = "You are a helpful assistant of the shop {{ shop }}.\nAnswer in at most three sentences.\nSay so when you do not know.";
export const DEPLOYMENTS = [
  {
    deployment: deployment("assistant", "General questions, answered by the local model.", 2),
    versions: [
      version(3, "Say so when unsure", [variant("main", "smollm2-135m-instruct", BRIEF, { weight: 3 }), variant("warm", "smollm2-135m-instruct", BRIEF, { parameters: { temperature: 1 } })], false),
      version(2, "Three sentences at most", [variant("main", "smollm2-135m-instruct", `${BASIC}\n${BRIEF.split("\n")[1]}`)], true),
      version(1, "", [variant("main", "smollm2-135m-instruct", BASIC)], true),
    ],
  },
  {
    deployment: deployment("support-reply", "Drafts replies to customers, in the customer's language.", 1),
    versions: [version(1, "First", [variant("main", "smollm2-135m-instruct", BASIC), variant("nl", "smollm2-135m-instruct", "Antwoord in het Nederlands.", { context: { locale: ["nl", "be"] } })], true)],
  },
];

const ASKED = [
  ["What is the capital of Australia?", "The capital of Australia is **Sydney**. It became the capital in 1927, when Parliament moved there."],
  ["Explain why the sky is blue to a child of six.", "Sunlight looks white, but it is made of *all* the colours of the rainbow.\n\nWhen the light comes into the air, it bumps into tiny bits of air. Blue light bumps around **the most**, so blue reaches your eyes from everywhere."],
  ["Write a function that reverses a string in Python.", "Slicing with a negative step is the shortest way:\n\n```python\ndef reverse(text: str) -> str:\n    # walks from the end to the start\n    return text[::-1]\n```\n\nIt works for any sequence, and costs `O(n)`."],
  ["My parcel is late. What can I do?", "I am sorry to hear that. You can follow your parcel with the number in your e-mail. If it has not moved for three days, write to us and we will send it again."],
  ["Compare a bicycle and a car for a commute of 5 km.", "| | Bicycle | Car |\n|---|---|---|\n| Time | 18 min | 15 min |\n| Cost a year | 150 euro | 2,400 euro |\n\nFor 5 km the bicycle wins on everything except rain."],
  ["List three ways to make a meeting shorter.", "1. Send the agenda the day before.\n2. Stand up.\n3. End when the *decision* is made, not when the hour is over."],
  ["Is it safe to mix bleach and vinegar?", "No. Mixing bleach and vinegar releases chlorine gas, which is dangerous even in small amounts."],
  ["Summarise the attached contract in one line.", "The supplier delivers monthly, and either side may end it with 30 days' notice."],
];

function tokensOf(text) {
  return (text.match(/\s?[\p{L}\p{N}]+|\s?[^\s\p{L}\p{N}]+|\s+/gu) ?? []).map((token) => {
    const p = draw() < 0.72 ? 0.9 + draw() * 0.1 : 0.03 + draw() * 0.85;
    return { token, logprob: Math.log(p), top_logprobs: [{ token, logprob: Math.log(p) }, { token: " the", logprob: Math.log((1 - p) * 0.6 + 1e-4) }, { token: " a", logprob: Math.log((1 - p) * 0.3 + 1e-4) }] };
  });
}

export function uncertaintyOf(tokens) {
  if (tokens.length === 0) return null;
  const mean = tokens.reduce((sum, t) => sum + t.logprob, 0) / tokens.length;
  const weakest = tokens.reduce((a, b) => (b.logprob < a.logprob ? b : a));
  return { mean_logprob: mean, perplexity: Math.exp(-mean), min_logprob: weakest.logprob, min_token: weakest.token, tokens: tokens.length };
}

export function makeLog(at, question, answer, more = {}) {
  const logprobs = answer ? tokensOf(answer) : [];
  const support = draw() < 0.3;
  const usage = { prompt_tokens: 24 + Math.floor(draw() * 160), completion_tokens: logprobs.length, total_tokens: 0 };
  usage.total_tokens = usage.prompt_tokens + usage.completion_tokens;
  const conversation = id("conv", at).slice(5, 20);
  return {
    id: id("log", at), created_at: iso(at), status: "completed", origin: "gateway", sent_by: `user:${USERS[0].id}`,
    deployment: support ? "support-reply" : "assistant", version: support ? 1 : at < Date.now() - 15 * DAY ? 1 : 2, variant: support && draw() < 0.4 ? "nl" : "main",
    provider: "local", model: "smollm2-135m-instruct", chain_id: null, conversation_id: conversation, user_id: draw() < 0.7 ? `user-${Math.floor(draw() * 20)}` : null,
    messages: [{ role: "system", content: BASIC }, { role: "user", content: question }],
    choices: answer ? [{ index: 0, message: { role: "assistant", content: answer }, finish_reason: "stop" }] : [],
    parameters: { temperature: 0.7, max_tokens: 400, stream: true }, inputs: {}, metadata: { source: "playground", plan: pick(["free", "pro", "team"]), locale: pick(["en", "nl"]) },
    usage, performance: { latency: 800 + draw() * 4200, time_to_first_token: 90 + draw() * 300 }, cost_usd_micros: Math.round(usage.total_tokens * 0.4),
    logprobs, uncertainty: uncertaintyOf(logprobs), error: null, metadata_history: [], feedback: [], ...more,
  };
}

export function give(log, name, value, more = {}) {
  const at = Math.min(Date.now(), Date.parse(log.created_at) + 60_000 + draw() * 3_600_000 + log.feedback.length);
  const entry = {
    id: id("fb", at), created_at: iso(at), author: "end_user:user-7", author_name: null, source: "end_user", log_id: log.id, name, value, comment: null, correction: null, counts: true, retracted_at: null, ...more,
  };
  log.feedback.push(entry);
  settle(log);
  return entry;
}

export function settle(log) {
  const newest = new Map();
  for (const f of log.feedback) if (f.retracted_at === null) newest.set(f.author + f.name, f);
  for (const f of log.feedback) f.counts = newest.get(f.author + f.name) === f;
}

export function tallyOf({ feedback }) {
  const counted = feedback.filter((f) => f.counts);
  const scores = counted.filter((f) => f.name === "score").map((f) => f.value);
  return {
    thumbs_up: counted.filter((f) => f.name === "thumbs" && f.value === true).length,
    thumbs_down: counted.filter((f) => f.name === "thumbs" && f.value === false).length,
    score: scores.length ? scores.reduce((a, b) => a + b, 0) / scores.length : null,
    count: counted.length,
    has_correction: counted.some((f) => f.name === "correction"),
  };
}

/** 160 logs over 30 days, newest first. */
export function seedLogs() {
  const logs = [];
  const reviewer = { author: `user:${USERS[1].id}`, author_name: USERS[1].name, source: "reviewer" };
  for (let i = 0; i < 160; i++) {
    const at = Date.now() - 300_000 - (i ** 1.25 * 30 * DAY) / 160 ** 1.25 - draw() * 3_000_000;
    const [question, answer] = ASKED[i % ASKED.length];
    const log = makeLog(at, question, answer);
    if (i === 5) Object.assign(log, { status: "failed", choices: [], logprobs: [], uncertainty: null, usage: null, cost_usd_micros: null, error: { kind: "upstream", status: 429, message: "Rate limit reached for requests. Please try again in 20s." } });
    if (i === 9) Object.assign(log, { status: "cancelled" });
    if (i === 12) withTools(log);
    if (draw() < 0.45) {
      const up = draw() < 0.5 + (160 - i) / 500;
      give(log, "thumbs", up, { author: `end_user:${log.user_id ?? "user-1"}`, comment: up ? null : pick([null, "Wrong city.", "Too long for me."]) });
      if (!up) give(log, "defects", [...new Set([pick(METRICS[3].categories), pick(["hallucination", "incompleteness"])])].sort());
    }
    if (draw() < 0.3) give(log, "score", Math.round(45 + draw() * 50), reviewer);
    logs.push(log);
  }
  const first = logs[0];
  first.metadata_history = [
    { key: "plan", value: "free", at: first.created_at, by: first.sent_by },
    { key: "plan", value: first.metadata.plan, at: iso(Date.parse(first.created_at) + 9000), by: "key:key_01h455vb4pex5vsknk084sn02q" },
  ];
  first.feedback = [];
  give(first, "thumbs", true);
  give(first, "thumbs", false, { comment: "Sydney is not the capital!" });
  give(first, "score", 15, { author: "judge:gpt-judge", source: "judge" });
  give(first, "correction", "The capital of Australia is **Canberra**. It became the capital in 1927, when Parliament moved there.", reviewer);
  return logs.sort((a, b) => (a.id < b.id ? 1 : -1));
}

function withTools(log) {
  log.messages.push(
    { role: "assistant", content: null, tool_calls: [{ id: "call_1", type: "function", function: { name: "track_parcel", arguments: '{"number":"3SABC123"}' } }] },
    { role: "tool", tool_call_id: "call_1", content: '{"state":"in transit","last_scan":"2026-11-21T08:12:00Z","depot":"Utrecht"}' },
  );
  log.parameters.tools = [{ type: "function", function: { name: "track_parcel", parameters: { type: "object", properties: { number: { type: "string" } } } } }];
}
