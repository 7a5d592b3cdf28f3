// Every page worth a look, and what to do on it first.

/** Signs in, makes sure that there is something to see, and answers the ids that pages need. */
export async function prepare(context, server) {
  const page = await context.newPage();
  await page.goto(server.link);
  await page.getByLabel("Message").waitFor();
  const log = await page.evaluate(async () => {
    const headers = { "x-vouch-csrf": "1", "content-type": "application/json" };
    const get = async (path) => (await fetch(path)).json();
    if ((await get("/api/v1/logs?limit=1")).items.length === 0) {
      const models = await get("/v1/models");
      const body = { model: models.data[0].id, messages: [{ role: "user", content: "What is the capital of France?" }], max_tokens: 40, metadata: { plan: "pro" } };
      const answer = await fetch("/v1/chat/completions", { method: "POST", headers, body: JSON.stringify(body) });
      await answer.text();
    }
    for (let i = 0; i < 50; i++) {
      const { items } = await get("/api/v1/logs?limit=1");
      if (items.length) return items[0].id;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error("no log appeared");
  });
  await page.close();
  return { log };
}

const ask = async (page) => {
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
      await page.locator(".answer").getByRole("button", { name: "Correct" }).click();
      const field = page.getByLabel("Your correction");
      const text = await field.inputValue();
      await field.fill(text.replace("Sydney", "Canberra").replace("Light", "White light"));
    },
  },
  { name: "keys", path: `/logs/${log}`, whole: false, act: async (page) => (await page.locator(".review").first().waitFor(), page.keyboard.press("?")) },
  { name: "feedback", path: "/feedback", act: (page) => page.locator(".overview-number").nth(2).waitFor() },
  { name: "feedback-defects", path: "/feedback?metric=defects&by=meta:plan", act: (page) => page.locator(".overview-number").nth(2).waitFor() },
  { name: "connect", path: "/connect" },
  { name: "connect-key", path: "/connect", act: async (page) => (await page.getByRole("button", { name: "Make a key" }).click(), page.getByText("Waiting for your first call").waitFor()) },
  { name: "deployments", path: "/deployments", act: (page) => page.locator(".deployment-card").first().waitFor() },
  { name: "deployment", path: "/deployments/assistant", act: (page) => page.locator(".versions").waitFor() },
  { name: "deployment-edit", path: "/deployments/assistant/edit", act: (page) => page.getByRole("button", { name: "Create version" }).waitFor() },
  { name: "deployment-new", path: "/deployments/new" },
  ...["metrics", "providers", "prices", "keys", "people", "audit", "account"].map((part) => ({ name: `settings-${part}`, path: `/settings/${part}` })),
  { name: "missing", path: "/no/such/page" },
];
