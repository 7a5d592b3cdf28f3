// Files of tasks in and out of a queue, on its page. The mock has no such routes: against the real server only.
import { readFileSync } from "node:fs";
import { violations } from "./axe.mjs";
import { equal, test, until } from "./harness.mjs";
import { makeQueue, signedIn } from "./reviewSeed.mjs";

const TONE = { key: "tone", title: "Tone?", type: "category", required: true, options: [{ key: "warm", title: "Warm" }, { key: "cold", title: "Cold" }] };
const FINE = "id,comment,source,label\n1,Hello!,web,Warm\n2,Go.,web,icy\n3,Bye,app,cold\n";
const annotation = (email, tone) => ({ id: 1, completed_by: { id: 1, email }, result: [{ from_name: "tone", to_name: "text", type: "choices", value: { choices: [tone] } }] });
const LABELLED = [{ id: 7, data: { text: "Good day" }, annotations: [annotation("ada@tone.example", "Warm"), annotation("bob@tone.example", "Warm")] }];

async function choose(page, name, text) {
  await page.getByRole("button", { name: "Files" }).click();
  await page.getByRole("menuitem", { name: "Import tasks" }).click();
  await page.locator("input[type=file]").setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text) });
}

test("files: a file is looked at, its columns are told, and what does not fit can be downloaded", async ({ page, server, call }) => {
  if (server.kind === "mock") return;
  await signedIn({ page, server });
  const queue = await makeQueue(call, "tones", [TONE], { item: "record" });
  await page.goto(`${server.address}/review/${queue.id}`);
  await choose(page, "tones.csv", FINE);
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Rows, CSV. Of its beginning 3 rows fit.").waitFor();
  await dialog.getByRole("combobox", { name: "Right answers" }).click();
  await page.getByRole("option", { name: "label" }).click();
  await dialog.getByText("2 rows fit; 1 row would be rejected.").waitFor();
  await dialog.getByText("expected one of warm, cold, got icy").waitFor();
  await dialog.getByRole("combobox", { name: "Shown to reviewers" }).press("ArrowDown");
  await page.getByRole("option", { name: "comment" }).click();
  await page.keyboard.press("Tab");
  await dialog.getByRole("cell", { name: "comment: Hello!", exact: true }).waitFor();
  equal(await violations(page), []);
  await dialog.getByRole("button", { name: "Import", exact: true }).click();
  await dialog.getByText("2 tasks and 0 reviews imported").waitFor();
  const waiting = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Download the rejected rows" }).click();
  const download = await waiting;
  equal(download.suggestedFilename(), "tones.csv.rejected.jsonl");
  const row = JSON.parse(readFileSync(await download.path(), "utf8"));
  equal([row.line, row.row.comment], [3, "Go."]);
  await dialog.getByRole("button", { name: "Done" }).click();
  const { body } = await call("GET", `/api/v1/queues/${queue.id}/tasks`);
  equal(body.items.map(({ key, gold }) => [key, gold]).sort(), [["1", true], ["3", true]]);
});

test("files: what Label Studio exported comes in with its people, and leaves as a file", async ({ page, server, call }) => {
  if (server.kind === "mock") return;
  const queue = await makeQueue(call, "labelled", [TONE], { item: "record" });
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto(`${server.address}/review/${queue.id}`);
  await choose(page, "project.json", JSON.stringify(LABELLED));
  const dialog = page.getByRole("dialog");
  await dialog.getByText("An export of Label Studio, JSON. Of its beginning 1 row fits, with 2 reviews.").waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  equal(wide, false, "the page scrolls sideways at 390 px");
  await dialog.getByRole("button", { name: "Import", exact: true }).click();
  await dialog.getByText("1 task and 2 reviews imported").waitFor();
  await dialog.getByText(/2 annotators whom nobody knew are among the people now and cannot sign in/).waitFor();
  await dialog.getByRole("button", { name: "Done" }).click();
  await page.setViewportSize({ width: 1280, height: 860 });
  await until(async () => (await call("GET", `/api/v1/queues/${queue.id}/progress`)).body.complete === 1, "the task to be complete");
  await page.getByRole("button", { name: "Files" }).click();
  const waiting = page.waitForEvent("download");
  await page.getByRole("group", { name: "What tasks came to" }).getByRole("menuitem", { name: "JSON lines" }).click();
  const download = await waiting;
  equal(download.suggestedFilename(), "labelled.consensus.jsonl");
  equal(JSON.parse(readFileSync(await download.path(), "utf8")).answers, { tone: "warm" });
});
