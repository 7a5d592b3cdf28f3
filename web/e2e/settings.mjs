// Deployments and settings: what an admin changes.
import { freshPage } from "./browser.mjs";
import { assert, equal, test, until } from "./harness.mjs";

test("a new version is made from the one that serves, compared and activated", async ({ page, server }) => {
  await page.goto(`${server.address}/deployments/assistant`);
  await page.getByText("used, cannot change").first().waitFor();
  await page.getByRole("link", { name: "New version from this" }).click();
  await page.getByLabel("Parameters").fill('{"temperature": 0.3, "max_tokens": 60');
  await page.getByRole("button", { name: "Create and activate" }).click();
  await page.getByText(/Not JSON/).waitFor();
  await page.getByLabel("Parameters").fill('{"temperature": 0.3, "max_tokens": 60}');
  await page.getByLabel("What changed").fill("Calmer");
  await page.getByRole("button", { name: "Create and activate" }).click();
  await page.waitForURL(/\/deployments\/assistant\?version=/);
  await page.locator(".version-head").getByText("active").waitFor();
  await page.getByLabel("Compare with").selectOption({ index: 1 });
  await page.locator(".diff ins").first().waitFor();
});

test("a deployment is made, tried with inputs, and archived", async ({ page, server, call }) => {
  await page.goto(`${server.address}/deployments/new`);
  await page.getByLabel("Key").fill("not a key!");
  await until(async () => (await page.getByLabel("Provider").inputValue()) !== "", "a provider to be chosen");
  if (server.kind === "vouch") {
    await page.getByRole("button", { name: "Create and activate" }).click();
    await page.getByText(/1 to 64 characters/).first().waitFor();
  }
  await page.getByLabel("Key").fill("greeter");
  await page.getByLabel("Text of message 1").fill("You greet {{ name }} and nobody else.");
  await page.getByLabel("Parameters").fill('{"temperature": 0.2, "max_tokens": 30}');
  await page.getByRole("button", { name: "Create and activate" }).click();
  await page.waitForURL(/\/deployments\/greeter/);
  await page.locator(".version-head").getByText("active").waitFor();
  await page.getByRole("link", { name: "Try it" }).click();
  await page.waitForURL(/\?model=greeter/);
  equal(await page.getByRole("combobox", { name: "Deployment or model" }).inputValue(), "greeter");
  await page.getByRole("button", { name: "New conversation" }).click();
  await page.getByRole("region", { name: "Inputs of the prompt" }).getByLabel("name").fill("Ada");
  await page.getByLabel("Message").fill("Hello?");
  await page.keyboard.press("Enter");
  const href = await page.getByRole("link", { name: "Open log" }).last().getAttribute("href", { timeout: 60_000 });
  await page.getByRole("button", { name: "Stop the answer" }).waitFor({ state: "hidden", timeout: 60_000 });
  if (server.kind === "vouch") equal((await call("GET", `/api/v1${href}`)).body.inputs, { name: "Ada" });
  await page.goto(`${server.address}/deployments/greeter`);
  await page.getByRole("button", { name: "Archive" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
  await page.getByRole("button", { name: "Bring back" }).waitFor();
});

test("a metric is defined, and reviewers are asked it", async ({ page, server, kept }) => {
  await page.goto(`${server.address}/settings/metrics`);
  await page.getByRole("button", { name: "Define a metric" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("politeness");
  await dialog.getByLabel("Type").selectOption("number");
  await dialog.getByLabel("From").fill("1");
  await dialog.getByLabel("To").fill("5");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("row", { name: /politeness/ }).waitFor();
  await page.goto(`${server.address}/logs/${kept.log}`);
  await page.getByRole("group", { name: "politeness" }).waitFor();
});

test("prices are shown in dollars and kept in millionths", async ({ page, server, call }) => {
  await page.goto(`${server.address}/settings/prices`);
  const form = page.getByRole("form", { name: "Add a price" });
  await form.getByLabel("Provider").fill("local");
  await form.getByLabel("Model").fill("priced");
  await form.getByLabel("Input, $").fill("0.15");
  await form.getByLabel("Output, $").fill("0.6");
  await form.getByRole("button", { name: "Add the price" }).click();
  await page.getByText("local/priced").waitFor();
  const { body } = await call("GET", "/api/v1/prices");
  equal(body.items.find((p) => p.model === "priced").input_usd_micros_per_mtok, 150_000);
});

test("a provider is added with a sealed key that nobody sees again", async ({ page, server, call }) => {
  await page.goto(`${server.address}/settings/providers`);
  await page.getByRole("button", { name: "Add a provider" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("elsewhere");
  await dialog.getByLabel("Base URL").fill("http://127.0.0.1:9/v1");
  await dialog.getByText("Sealed here").click();
  await dialog.getByRole("textbox", { name: "Key" }).fill("sk-very-secret");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("region", { name: "Provider elsewhere" }).getByText("key sealed in the store").waitFor();
  assert(!JSON.stringify((await call("GET", "/api/v1/providers")).body).includes("sk-very"), "the key is not shown");
});

test("a key is made with scopes and a limit, shown once, freed, revoked", async ({ page, server }) => {
  await page.goto(`${server.address}/settings/keys`);
  await page.getByRole("button", { name: "Make a key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("robot");
  await dialog.getByRole("checkbox", { name: "read" }).check();
  await dialog.getByLabel("Requests per minute").fill("60");
  await dialog.getByRole("button", { name: "Make the key" }).click();
  assert((await dialog.locator(".once code").textContent()).startsWith("vk_"), "a secret");
  await dialog.getByRole("button", { name: "I have it" }).click();
  const limit = page.getByRole("button", { name: /: change the limit of robot/ });
  equal(await limit.textContent(), "60");
  await limit.click();
  await page.getByRole("dialog").getByLabel("Requests per minute").fill("");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await limit.getByText("no limit").waitFor();
  await page.getByRole("button", { name: "Revoke robot" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("row", { name: /robot/ }).getByText("revoked").waitFor();
});

test("a person is invited, says who they are, and is in; a revoked link lets nobody in", async ({ browser, page, server, call }) => {
  if (server.kind === "mock") return;
  const invite = async () => {
    await page.goto(`${server.address}/settings/people`);
    await page.getByRole("button", { name: "Invite a person" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Role").selectOption("reviewer");
    await dialog.getByRole("button", { name: "Make the link" }).click();
    const url = await dialog.locator(".once code").textContent();
    assert(url.startsWith(`${server.address}/invite#`), url);
    await dialog.getByRole("button", { name: "Copy link" }).waitFor();
    await dialog.getByRole("button", { name: "I have it" }).click();
    return url;
  };
  const open = page.getByRole("table", { name: "Open invitations" });
  const url = await invite();
  await open.getByText("whoever has the link").waitFor();
  const ivo = await freshPage(browser);
  try {
    await ivo.page.goto(url);
    await ivo.page.getByText("You are invited to").waitFor();
    assert(!ivo.page.url().includes("#"), "the token is out of the address");
    await ivo.page.getByLabel("Name").fill("Ivo");
    await ivo.page.getByLabel("E-mail").fill("ivo@house.example");
    await ivo.page.getByRole("textbox", { name: "Password" }).fill("short");
    await ivo.page.getByRole("button", { name: "Accept the invitation" }).click();
    await ivo.page.getByText(/a password of 10 characters/).waitFor();
    await ivo.page.getByRole("textbox", { name: "Password" }).fill("correct horse");
    await ivo.page.getByRole("button", { name: "Accept the invitation" }).click();
    await ivo.page.getByLabel("Message").waitFor();
    equal(await ivo.page.evaluate(async () => (await (await fetch("/api/v1/me")).json()).user.name), "Ivo");
    // The link is used up.
    await ivo.page.goto(url);
    await ivo.page.getByText("This invitation no longer works").waitFor();
  } finally {
    await ivo.close();
  }
  const second = await invite();
  await page.getByRole("button", { name: "Revoke the invitation of whoever has the link" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await open.waitFor({ state: "hidden" });
  const late = await freshPage(browser);
  try {
    await late.page.goto(second);
    await late.page.getByText("This invitation no longer works").waitFor();
  } finally {
    await late.close();
  }
  const actions = (await call("GET", "/api/v1/audit")).body.items.map((entry) => entry.action);
  for (const action of ["invitation.create", "invitation.accept", "invitation.revoke"]) assert(actions.includes(action), action);
});

test("people are added with a link, and the audit trail holds", async ({ page, server, kept }) => {
  for (const [name, role] of [["Vera", "viewer"], ["Rik", "reviewer"]]) {
    await page.goto(`${server.address}/settings/people`);
    await page.getByRole("button", { name: "Add a person" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByLabel("E-mail").fill(`${name.toLowerCase()}@house.example`);
    await dialog.getByLabel("Role").selectOption(role);
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    const url = await page.getByRole("dialog").locator(".once code").textContent();
    kept[role] = url;
    assert(url.startsWith(`${server.address}/signin#`), url);
  }
  await page.goto(`${server.address}/settings/audit`);
  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByText(/^Intact: /).waitFor();
});

test("how long logs are kept is said, with what would leave, and taken back", async ({ page, server }) => {
  await page.goto(`${server.address}/settings/retention`);
  const form = page.getByRole("form", { name: "Retention" });
  const limited = form.getByLabel("Remove logs after a time");
  const save = form.getByRole("button", { name: "Save" });
  await limited.waitFor();
  assert(await save.isDisabled(), "nothing to save yet");
  await limited.click();
  await form.getByLabel("Days that logs are kept").fill("3650");
  await form.getByText("No logs leave now.").waitFor();
  await save.click();
  await until(() => save.isDisabled(), "it to be saved");
  await page.reload();
  equal(await form.getByLabel("Days that logs are kept").inputValue(), "3650");
  await form.getByLabel("Days that logs are kept").fill("0");
  assert(await save.isDisabled(), "no days at all cannot be saved");
  await limited.click();
  await save.click();
  await until(() => save.isDisabled(), "it to be taken back");
  await page.reload();
  await limited.waitFor();
  assert(!(await limited.isChecked()), "logs are kept for ever again");
});

test("the origins whose pages may give feedback are listed, checked, and opened again", async ({ page, server, call }) => {
  await page.goto(`${server.address}/settings/origins`);
  const form = page.getByRole("form", { name: "Allowed origins" });
  const limited = form.getByLabel("Only pages of these origins");
  const list = form.getByLabel("Origins, one a line");
  const save = form.getByRole("button", { name: "Save" });
  await form.getByText("Pages of any origin may send feedback.").waitFor();
  assert(await save.isDisabled(), "nothing to save yet");
  await limited.click();
  await form.getByText("only the pages of this server may").waitFor();
  await list.fill("https://app.example.com\n\nshop.example.com");
  await save.click();
  await form.getByText(/^shop\.example\.com: Should be http:\/\/ or https:\/\//).waitFor();
  equal((await call("GET", "/api/v1/origins")).body, { origins: null }, "nothing is kept of a list that is wrong");
  await list.fill("https://App.example.com/\nhttps://*.example.com\nhttp://localhost:3000");
  await save.click();
  await until(() => save.isDisabled(), "it to be saved");
  await page.reload();
  const kept = server.kind === "vouch" ? "https://app.example.com" : "https://App.example.com/";
  equal(await list.inputValue(), `${kept}\nhttps://*.example.com\nhttp://localhost:3000`);
  await limited.click();
  await save.click();
  await until(() => save.isDisabled(), "it to be taken back");
  equal((await call("GET", "/api/v1/origins")).body, { origins: null });
});
