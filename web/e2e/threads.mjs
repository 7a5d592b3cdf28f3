// Conversations and chains as pages: all turns in order, feedback, totals, and live.
import { assert, equal, test, until } from "./harness.mjs";
import { prepareFinding } from "./pages.mjs";
import { give } from "./seed.mjs";

test("a conversation shows its turns once, in order, with what people said", async ({ page, server, kept }) => {
  await page.goto(`${server.address}/logs`);
  await prepareFinding(page, kept);
  await page.goto(`${server.address}/logs?conversation_id=parcel-3SABC123`);
  await page.getByRole("link", { name: "Conversation parcel-3SABC123" }).first().click();
  await page.waitForURL(/\/conversations\/parcel-3SABC123$/);
  const turns = page.locator(".call");
  await until(async () => (await turns.count()) === 5, "five turns");
  // Each call sent all of it; each line is shown once.
  equal(await page.getByText("My parcel is late. What can I do?", { exact: true }).count(), 1);
  assert((await turns.nth(2).textContent()).includes("And if it is not?"), "the third turn");
  equal(await turns.nth(3).getByText("It asked for what it knew already.").count(), 1);
  equal(await page.getByRole("region", { name: "On the whole conversation" }).getByText("Solved in five turns.").count(), 1);
  const fact = (name) => page.locator(".facts > div", { hasText: name }).first();
  equal(await fact("Calls").locator("dd").textContent(), "5");
  equal(await fact("Mean score").locator("dd").textContent(), "80");
  await page.getByRole("link", { name: "In the list of logs" }).click();
  await page.waitForURL(/conversation_id=parcel-3SABC123/);
});

test("a conversation grows while it is open", async ({ page, server, call }) => {
  const sent = await call("POST", "/api/v1/logs", { logs: [{ messages: [{ role: "user", content: "One?" }], choices: [], conversation_id: "live/1 ü" }] });
  equal(sent.status, 201);
  await page.goto(`${server.address}/logs/${sent.body.ids[0]}`);
  await page.getByRole("link", { name: "live/1 ü" }).click();
  await until(async () => (await page.locator(".call").count()) === 1, "one turn");
  await page.getByText("Live", { exact: true }).waitFor();
  await call("POST", "/api/v1/logs", { logs: [{ messages: [{ role: "user", content: "Two?" }], choices: [], conversation_id: "live/1 ü" }] });
  await page.getByText("Two?").waitFor();
  await give(call, sent.body.ids[0], "thumbs", true, { comment: "Well begun." });
  await page.getByText("Well begun.").waitFor();
  const { status } = await call("POST", "/api/v1/feedback", { feedback: [{ conversation_id: "live/1 ü", name: "thumbs", value: false, comment: "Badly ended." }] });
  assert(status < 300, `feedback: ${status}`);
  await page.getByText("Badly ended.").waitFor();
});

test("a chain shows its steps with who called what", async ({ page, server }) => {
  await page.goto(`${server.address}/chains/refund-4711`);
  const steps = page.locator(".step");
  await until(async () => (await steps.count()) === 4, "four steps");
  const second = await steps.nth(1).textContent();
  assert(second.includes("refunds") && second.includes("find_order") && second.includes("called by"), second);
  await steps.nth(2).getByText("Rate limit reached").first().waitFor();
  await steps.nth(1).getByRole("button", { name: "Input and output" }).click();
  await steps.nth(1).getByText("The customer wants a refund for order 4711.").waitFor();
  const bars = await page.locator(".step-bar").evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().left));
  assert(bars[0] < bars[1] && bars[1] < bars[2] && bars[2] < bars[3], `bars at ${bars}`);
  await steps.nth(3).getByRole("link", { name: "Open the log of step 4" }).click();
  await page.waitForURL(/\/logs\/log_/);
});

test("a conversation that nobody knows says so", async ({ page, server }) => {
  await page.goto(`${server.address}/conversations/nobody`);
  await page.getByRole("heading", { name: "Nothing is known of this conversation" }).waitFor();
  await page.goto(`${server.address}/chains/nobody`);
  await page.getByRole("heading", { name: "Nothing is known of this chain" }).waitFor();
});
