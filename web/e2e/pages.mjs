// Every page worth a look, and what to do on it first.
import { until } from "./harness.mjs";
import { seedLogs } from "./mock/data.mjs";

/** Signs in, makes sure that there is something to see, and answers the ids that pages need. */
export async function prepare(context, server) {
  const page = await context.newPage();
  await page.goto(server.link);
  await page.getByLabel("Message").waitFor();
  const logs = server.kind === "mock" ? [] : pastLogs();
  const log = await page.evaluate(fill, logs);
  await page.close();
  return { log };
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

export const PAGES = ({ log }) => [
  { name: "signin", path: "/signin", signedOut: true },
  { name: "playground", path: "/" },
  { name: "playground-answer", path: "/", act: ask },
  { name: "playground-settings", path: "/", act: (page) => page.getByLabel("System prompt and parameters").click() },
  { name: "logs", path: "/logs", whole: false, act: (page) => page.locator(".log-row").first().waitFor() },
  { name: "logs-filtered", path: "/logs?thumbs=down&deployment=assistant", whole: false },
  { name: "logs-none", path: "/logs?user_id=nobody-by-this-name", act: (page) => page.getByText("No log fits").waitFor() },
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
  ...["metrics", "providers", "prices", "keys", "people", "audit", "account"].map((part) => ({ name: `settings-${part}`, path: `/settings/${part}` })),
  { name: "missing", path: "/no/such/page" },
];
