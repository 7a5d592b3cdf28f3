// Webhooks: added, tried against a receiver of this test, sent again, switched off, removed.
import { createServer } from "node:http";
import { assert, equal, test, until } from "./harness.mjs";

/** A receiver that answers as it is told, and keeps what came. */
async function receiver() {
  const came = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      came.push({ headers: request.headers, body: JSON.parse(body) });
      response.writeHead(receiver.status).end(receiver.status === 200 ? "thanks" : "not now <b>please</b>");
    });
  });
  const receiver = { came, status: 200, stop: () => new Promise((done) => server.close(done)) };
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return Object.assign(receiver, { url: `http://127.0.0.1:${server.address().port}/vouch` });
}

test("a webhook is added, tried, sent again and removed", async ({ page, server, call }) => {
  const program = await receiver();
  try {
    await page.goto(`${server.address}/settings/webhooks`);
    await page.getByRole("button", { name: "Add a webhook" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Labels");
    await dialog.getByLabel("Address").fill("https://");
    await dialog.getByRole("checkbox", { name: "Queue drained" }).check();
    await dialog.getByLabel("Address").fill(program.url);
    await dialog.getByRole("button", { name: "Add the webhook" }).click();
    const secret = await dialog.locator("code").textContent();
    assert(/^whsec_[A-Za-z0-9+/]{43}=$/.test(secret), secret);
    await dialog.getByRole("button", { name: "I have it" }).click();

    const card = page.getByRole("region", { name: "Webhook Labels" });
    await card.getByText("of all queues").waitFor();
    await card.getByRole("button", { name: "Send a test" }).click();
    const rows = card.locator("details");
    await rows.first().getByText("delivered").waitFor();
    equal(program.came[0].body.type, "webhook.test");
    if (server.kind === "vouch") assert(program.came[0].headers["webhook-signature"].startsWith("v1,"), "it is signed");
    await rows.first().locator("summary").click();
    await rows.first().getByText("thanks").waitFor();

    // One that is refused says so, and is sent again when asked to.
    program.status = 503;
    await card.getByRole("button", { name: "Send a test" }).click();
    await rows.first().getByText("tried, waiting").waitFor();
    await rows.first().getByText(/503 in/).first().waitFor();
    await rows.first().locator("summary").click();
    // What came back is text, whatever it looks like.
    await rows.first().getByText("not now <b>please</b>").waitFor();
    program.status = 200;
    await rows.first().getByRole("button", { name: "Send it now" }).click();
    await rows.first().getByText("delivered", { exact: true }).waitFor();
    equal(await rows.first().getByRole("list", { name: "Attempts" }).getByRole("listitem").count() >= 2, true);

    await card.getByRole("button", { name: "Switch off" }).click();
    await card.getByRole("button", { name: "Switch on" }).waitFor();
    assert(await card.getByRole("button", { name: "Send a test" }).isDisabled(), "nothing is sent to one that is off");
    await card.getByRole("button", { name: "Switch on" }).click();

    // One that says that it is gone is switched off, and every page says so.
    program.status = 410;
    await card.getByRole("button", { name: "Send a test" }).click();
    await until(async () => (await call("GET", "/api/v1/webhooks")).body.items[0].off?.because === "gone", "it to be switched off");
    await page.goto(`${server.address}/review`);
    await page.getByText("The webhook “Labels” was switched off").waitFor();
    await page.getByRole("link", { name: "See why" }).click();
    await card.getByText(/it is gone \(410\)/).waitFor();
    await card.getByRole("button", { name: "New secret" }).click();
    await page.getByRole("button", { name: "Make one" }).click();
    const other = await page.getByRole("dialog").locator("code").textContent();
    assert(other !== secret && other.startsWith("whsec_"), "another secret");
    await page.getByRole("button", { name: "I have it" }).click();
    await card.getByRole("button", { name: "Remove" }).click();
    await page.locator(".mantine-Popover-dropdown").getByRole("button", { name: "Remove" }).click();
    await card.waitFor({ state: "detached" });
    await until(async () => (await call("GET", "/api/v1/webhooks")).body.items.length === 0, "it to be gone");
  } finally {
    await program.stop();
  }
});
