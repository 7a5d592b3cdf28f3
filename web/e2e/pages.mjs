// Every page worth a look, and what to do on it first.
import { until } from "./harness.mjs";
import { seedLogs } from "./mock/data.mjs";
import { prepareReview } from "./reviewSeed.mjs";

/** Signs in, makes sure that there is something to see, and answers the ids that pages need. */
export async function prepare(context, server) {
  const page = await context.newPage();
  await page.goto(server.link);
  await page.getByLabel("Message").waitFor();
  const logs = server.kind === "mock" ? [] : pastLogs();
  const log = await page.evaluate(fill, logs);
  await prepareFinding(page, {});
  const reviewing = await prepareReview(page, server, {});
  await page.close();
  return { log, reviewing };
}

/** Three weeks of calls, as an application would send them in afterwards. */
function pastLogs() {
  return seedLogs()
    .slice(0, 60)
    .map(({ status, error, messages, choices, provider, model, deployment, version, variant, parameters, metadata, conversation_id, user_id, usage, performance, cost_usd_micros, logprobs, created_at }) => ({
      messages, choices, provider, model, deployment, version, variant, parameters, metadata, conversation_id, user_id, performance, created_at,
      ...(status === "completed" ? { usage, cost_usd_micros, logprobs } : { status, ...(error ? { error } : {}) }),
    }));
}

/** Makes sure, once, that there is a conversation, a chain and two views. The page is one of ours. */
export async function prepareFinding(page, kept) {
  if (!kept.finding) await page.evaluate(fillThreads, threads());
  kept.finding = true;
}

/** A conversation of five calls, and a chain of four, as applications send them. */
function threads() {
  const said = [
    ["My parcel is late. What can I do?", "I am sorry to hear that. Please tell me its number."],
    ["It is 3SABC123.", "It was last seen in the depot of Utrecht on 21 November. It should be with you tomorrow."],
    ["And if it is not?", "Then write to us again, and we will send it a second time, **free of charge**."],
    ["Can I have it sent to my neighbour?", "Yes. Give me the name and the house number:\n\n1. the name on the bell\n2. the house number"],
    ["Jansen, 14.", "Done: your parcel goes to Jansen at number 14."],
  ];
  const ago = (s) => new Date(Date.now() - s * 1000).toISOString();
  const messages = [{ role: "system", content: "You answer customers of a shop. Be brief." }];
  const conversation = said.map(([ask, answer], i) => {
    messages.push({ role: "user", content: ask });
    const log = { created_at: ago(900 - i * 60), messages: [...messages], choices: [{ index: 0, message: { role: "assistant", content: answer }, finish_reason: "stop" }], deployment: "support-reply", version: 1, variant: "main", provider: "local", model: "smollm2-135m-instruct", conversation_id: "parcel-3SABC123", user_id: "user-7", usage: { prompt_tokens: 40 + i * 35, completion_tokens: 22, total_tokens: 62 + i * 35 }, performance: { latency: 900 + i * 130, time_to_first_token: 120 }, cost_usd_micros: 40 + i * 9 };
    messages.push({ role: "assistant", content: answer });
    return log;
  });
  const call = (name, given) => ({ index: 0, message: { role: "assistant", content: null, tool_calls: [{ id: "call_1", type: "function", function: { name, arguments: JSON.stringify(given) } }] }, finish_reason: "tool_calls" });
  const text = (content) => ({ index: 0, message: { role: "assistant", content }, finish_reason: "stop" });
  const step = (at, latency, deployment, ask, choices, more = {}) => ({ created_at: ago(at), messages: [{ role: "user", content: ask }], choices, deployment, version: 1, variant: "main", provider: "local", model: "smollm2-135m-instruct", chain_id: "refund-4711", user_id: "user-7", usage: { prompt_tokens: 60, completion_tokens: 25, total_tokens: 85 }, performance: { latency, time_to_first_token: 100 }, cost_usd_micros: 35, ...more });
  const chain = [
    step(300, 700, "router", "Which team: ‘I want my money back’?", [text("refunds")]),
    step(299, 1200, "refunds", "The customer wants a refund for order 4711.", [call("find_order", { number: 4711 })]),
    step(297.5, 400, "refunds", "Check the policy for order 4711.", [], { status: "failed", error: { kind: "upstream", status: 429, message: "Rate limit reached for requests. Please try again in 20s." } }),
    step(296.8, 1900, "refunds", "The order was paid on 2 November, 49.90 euro.", [text("I have sent back 49.90 euro. It is on your account in three days at the latest.")]),
  ];
  return [...conversation, ...chain];
}

// Runs in the page.
async function fillThreads(logs) {
  const send = async (path, body) => {
    const answer = await fetch(path, { method: "POST", headers: { "x-vouch-csrf": "1", "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  const { ids } = await send("/api/v1/logs", { logs });
  const feedback = [
    { log_id: ids[0], name: "thumbs", value: true },
    { log_id: ids[3], name: "thumbs", value: false, comment: "It asked for what it knew already." },
    { log_id: ids[4], name: "score", value: 80 },
    { log_id: ids[8], name: "score", value: 35 },
    { conversation_id: "parcel-3SABC123", name: "thumbs", value: true, comment: "Solved in five turns." },
  ];
  await send("/api/v1/feedback", { feedback });
  await send("/api/v1/views", { name: "Bad answers", q: "score<50 or thumbs:down", filter: {} });
  await send("/api/v1/views", { name: "Failed at the shop", q: "", filter: { status: "failed", deployment: "support-reply" } });
}

// Runs in the page.
async function fill(logs) {
  const send = async (path, body) => {
    const answer = await fetch(path, { method: "POST", headers: { "x-vouch-csrf": "1", "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer;
  };
  const first = async () => (await (await fetch("/api/v1/logs?limit=1")).json()).items[0]?.id;
  if (logs.length > 0) {
    const { ids } = await (await send("/api/v1/logs", { logs })).json();
    const words = ["grammatical", "hallucination", "incompleteness", "ambiguity", "off_topic"];
    const feedback = ids.flatMap((log_id, i) => {
      const said = [];
      if (i % 2 === 0) said.push({ log_id, name: "thumbs", value: i % 6 !== 0, ...(i % 12 === 0 ? { comment: "Wrong city." } : {}) });
      if (i % 3 === 0) said.push({ log_id, name: "score", value: 40 + ((i * 37) % 60) });
      if (i % 6 === 0) said.push({ log_id, name: "defects", value: [words[i % 5], words[(i + 2) % 5]] });
      return said;
    });
    await send("/api/v1/feedback", { feedback });
  }
  const models = await (await fetch("/v1/models")).json().catch(() => ({}));
  const model = models.data?.[0]?.id;
  if (model) await (await send("/v1/chat/completions", { model, messages: [{ role: "user", content: "What is the capital of France?" }], max_tokens: 60, metadata: { plan: "pro" } })).text();
  const before = logs.length === 0 ? undefined : await first();
  for (let i = 0; i < 50; i++) {
    const id = await first();
    if (id && (id !== before || i > 10)) return id;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("no log appeared");
}

const ask = async (page) => {
  await until(async () => (await page.getByRole("combobox", { name: "Deployment or model" }).inputValue()) !== "", "something to talk to");
  const anew = page.getByRole("button", { name: /^New/ });
  if (await anew.isEnabled()) await anew.click();
  await page.getByLabel("Message").fill("Explain why the sky is blue to a child of six.");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Thumbs down" }).waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Thumbs down" }).click();
  await page.getByText("What is wrong?").waitFor();
};

const item = (page) => page.locator("[data-task]:visible").waitFor();
const mark = async (page) => {
  await item(page);
  await page.keyboard.press("m");
  for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press(await page.locator(".span-label").first().getAttribute("aria-keyshortcuts"));
  await page.locator(".span-text").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await page.getByRole("textbox", { name: "How should it read?" }).fill("The capital of Australia is **Canberra**. It became the capital in 1927.");
};

/** The pages of review; `queue` has conflicts, `pairs` two responses, `marks` spans and a correction. */
const REVIEW = ({ queue, pairs, marks }) => [
  { name: "review", path: "/review", act: (page) => page.getByRole("link", { name: "Continue" }).waitFor() },
  { name: "review-work", path: `/review/${queue}/work`, act: async (page) => (await item(page), page.keyboard.press("n")) },
  { name: "review-skip", path: `/review/${queue}/work`, whole: false, act: async (page) => (await item(page), await page.keyboard.press("s"), page.getByRole("dialog").waitFor()) },
  { name: "review-keys", path: `/review/${queue}/work`, whole: false, act: async (page) => (await item(page), await page.keyboard.press("?"), page.getByRole("dialog").waitFor()) },
  { name: "review-pair", path: `/review/${pairs}/work`, act: async (page) => (await item(page), page.keyboard.press("d")) },
  { name: "review-marks", path: `/review/${marks}/work`, act: mark },
  { name: "review-bulk", path: `/review/${queue}/bulk`, act: async (page) => (await page.locator(".bulk-card").first().waitFor(), page.keyboard.press("x")) },
  { name: "review-conflicts", path: `/review/${queue}/conflicts`, act: async (page) => (await page.locator(".conflict").waitFor(), page.keyboard.press("1")) },
  { name: "review-own", path: `/review/${queue}/conflicts`, act: async (page) => (await page.locator(".conflict").waitFor(), await page.keyboard.press("3"), page.locator(".conflict-own").waitFor()) },
  { name: "review-queue", path: `/review/${queue}`, act: (page) => page.locator(".states").waitFor() },
  { name: "review-tasks", path: `/review/${queue}?tab=tasks`, act: (page) => page.locator("tbody tr").first().waitFor() },
  { name: "review-reviewers", path: `/review/${queue}?tab=reviewers`, act: async (page) => (await page.locator("tbody tr").first().waitFor(), page.getByRole("button", { name: "Details" }).first().click({ timeout: 1000 }).catch(() => undefined)) },
  { name: "review-agreement", path: `/review/${queue}?tab=agreement`, act: (page) => page.locator(".coefficient").first().waitFor() },
  { name: "review-consensus", path: `/review/${queue}?tab=consensus`, act: (page) => page.getByRole("table", { name: "Consensus" }).waitFor() },
  { name: "review-agreement-none", path: `/review/${pairs}?tab=agreement`, act: (page) => page.getByText("No task has two reviews yet").waitFor() },
  { name: "review-conflicts-none", path: `/review/${pairs}/conflicts`, act: (page) => page.getByText("Nobody disagrees").waitFor() },
  { name: "review-edit", path: `/review/${queue}/edit`, act: (page) => page.getByRole("button", { name: "Save" }).waitFor() },
  { name: "review-new", path: "/review/new", act: (page) => page.getByRole("button", { name: "Create the queue" }).waitFor() },
];

export const PAGES = ({ log, reviewing }) => [
  { name: "signin", path: "/signin", signedOut: true },
  { name: "playground", path: "/" },
  { name: "playground-answer", path: "/", act: ask },
  { name: "playground-settings", path: "/", act: (page) => page.getByLabel("System prompt and parameters").click() },
  { name: "logs", path: "/logs", whole: false, act: (page) => page.locator(".log-row").first().waitFor() },
  { name: "logs-filtered", path: "/logs?thumbs=down&deployment=assistant", whole: false },
  { name: "logs-none", path: "/logs?user_id=nobody-by-this-name", act: (page) => page.getByText("No log fits").waitFor() },
  { name: "logs-complete", path: "/logs", whole: false, act: async (page) => (await page.locator(".log-row").first().waitFor(), await page.getByRole("combobox").fill("status:failed mod"), await page.getByRole("option").first().waitFor(), page.keyboard.press("ArrowDown")) },
  { name: "logs-fields", path: "/logs", whole: false, act: async (page) => (await page.locator(".log-row").first().waitFor(), await page.getByRole("combobox").click(), page.getByRole("option").nth(3).waitFor()) },
  { name: "logs-q", path: "/logs?q=score%3C70+or+thumbs%3Adown&deployment=assistant", whole: false, act: (page) => page.locator(".log-row").first().waitFor() },
  { name: "logs-wrong", path: "/logs?q=model%3Asmollm2*+score%3Ahigh+thumbs%3Adown", whole: false, act: (page) => page.locator(".filter-wrong").waitFor() },
  { name: "logs-help", path: "/logs", whole: false, act: async (page) => (await page.locator(".log-row").first().waitFor(), page.getByRole("button", { name: "How to filter" }).click()) },
  { name: "views", path: "/logs?q=latency%3E2s", whole: false, act: async (page) => (await page.getByRole("button", { name: "Views" }).click(), page.getByRole("link", { name: /Bad answers/ }).waitFor()) },
  { name: "views-delete", path: "/logs?q=score%3C50+or+thumbs%3Adown", whole: false, act: async (page) => (await page.getByRole("button", { name: "Bad answers", exact: true }).click(), await page.getByRole("button", { name: "More for Bad answers" }).click(), await page.getByRole("menuitem", { name: "Delete" }).click()) },
  { name: "conversation", path: "/conversations/parcel-3SABC123", act: (page) => page.locator(".call").nth(4).waitFor() },
  { name: "conversation-none", path: "/conversations/nobody", act: (page) => page.getByText("Nothing is known").waitFor() },
  { name: "chain", path: "/chains/refund-4711", act: async (page) => (await page.locator(".step").nth(3).waitFor(), page.getByRole("button", { name: "Input and output" }).nth(1).click()) },
  { name: "log", path: `/logs/${log}`, act: (page) => page.getByRole("complementary", { name: "Review" }).waitFor() },
  {
    name: "log-tokens",
    path: `/logs/${log}`,
    act: async (page) => {
      await page.getByText("Probability", { exact: true }).click();
      await page.locator(".tokens-text").focus();
    },
  },
  {
    name: "log-correction",
    path: `/logs/${log}`,
    act: async (page) => {
      const field = page.getByLabel("Your correction");
      await page.locator(".answer").waitFor();
      // A draft of an earlier look opens the editor by itself.
      if (!(await field.isVisible())) await page.locator(".answer").getByRole("button", { name: "Correct" }).click();
      const text = await field.inputValue();
      await field.fill(text.replace("Sydney", "Canberra").replace("Light", "White light").replace("Paris", "Paris, on the Seine"));
    },
  },
  { name: "keys", path: `/logs/${log}`, whole: false, act: async (page) => (await page.locator(".review").first().waitFor(), page.keyboard.press("?")) },
  { name: "feedback", path: "/feedback", act: (page) => page.locator(".overview-number").nth(2).waitFor() },
  { name: "feedback-defects", path: "/feedback?metric=defects&by=meta:plan", act: (page) => page.locator(".overview-number").nth(2).waitFor() },
  { name: "connect", path: "/connect" },
  { name: "connect-key", path: "/connect", act: async (page) => (await page.getByRole("button", { name: "Make a key" }).click(), page.getByText("Waiting for your first call").waitFor()) },
  { name: "deployments", path: "/deployments", act: (page) => page.locator(".deployment-card").first().waitFor() },
  { name: "deployment", path: "/deployments/assistant", act: (page) => page.locator(".versions").waitFor() },
  { name: "deployment-edit", path: "/deployments/assistant/edit", act: (page) => page.getByRole("button", { name: "Create and activate" }).waitFor() },
  { name: "deployment-new", path: "/deployments/new" },
  ...["metrics", "providers", "prices", "retention", "origins", "keys", "people", "audit", "account"].map((part) => ({ name: `settings-${part}`, path: `/settings/${part}` })),
  { name: "settings-webhooks", path: "/settings/webhooks", act: showWebhook },
  ...(reviewing ? REVIEW(reviewing) : []),
  { name: "missing", path: "/no/such/page" },
];

/** Two webhooks: one that nobody answers, with its deliveries open, and one that is off. */
async function showWebhook(page) {
  await page.evaluate(async () => {
    const send = async (method, path, body) => (await fetch(`/api/v1/webhooks${path}`, { method, headers: { "x-vouch-csrf": "1", "content-type": "application/json" }, body: JSON.stringify(body) })).json();
    if ((await (await fetch("/api/v1/webhooks")).json()).items.length > 0) return;
    const labels = await send("POST", "", { name: "Labels to the warehouse", url: "http://127.0.0.1:9/vouch/reviews?source=demo", events: ["task.completed", "queue.drained", "agreement.low"], queues: [] });
    await send("POST", `/${labels.id}/test`, {});
    const off = await send("POST", "", { name: "Old dashboard", url: "http://127.0.0.1:9/old", events: ["queue.drained"], queues: [] });
    await send("PATCH", `/${off.id}`, { on: false });
  });
  await page.reload();
  const card = page.getByRole("region", { name: "Webhook Labels" });
  await card.getByRole("button", { name: "Deliveries" }).click();
  await card.getByText("tried, waiting").first().waitFor();
  await card.locator("summary").first().click();
}
