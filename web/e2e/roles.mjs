// What each role sees: a viewer can change nothing, a reviewer only judges.
import { freshPage } from "./browser.mjs";
import { assert, equal, test } from "./harness.mjs";

async function as({ browser, server, kept }, role, look) {
  if (server.kind === "mock") server.state.role = role;
  const { page, close } = await freshPage(browser, { viewport: { width: 1280, height: 860 } });
  try {
    await page.goto(server.kind === "mock" ? server.link : kept[role]);
    await page.getByLabel("Message").waitFor();
    await look(page);
  } finally {
    await close();
    if (server.kind === "mock") server.state.role = "admin";
  }
}

test("a viewer reads, and is offered nothing else", (world) =>
  as(world, "viewer", async (page) => {
    const { server, kept } = world;
    assert(await page.getByLabel("Message").isDisabled(), "the composer is closed");
    await page.goto(`${server.address}/logs/${kept.log}`);
    await page.getByText("Your role may read, not review").waitFor();
    equal(await page.getByRole("button", { name: "Save" }).count(), 0);
    equal(await page.getByRole("button", { name: "Correct" }).count(), 0);
    equal(await page.getByRole("button", { name: /Take back/ }).count(), 0);
    await page.goto(`${server.address}/settings`);
    await page.getByRole("heading", { name: "Metrics", level: 1 }).waitFor();
    equal(await page.getByRole("link", { name: "API keys" }).count(), 0);
    equal(await page.getByRole("button", { name: "Define a metric" }).count(), 0);
    await page.goto(`${server.address}/connect`);
    await page.getByText("Only an admin can make keys").waitFor();
    await page.goto(`${server.address}/deployments/assistant`);
    await page.locator(".version-head").waitFor();
    equal(await page.getByRole("link", { name: "New version from this" }).count(), 0);
  }));

test("a reviewer judges and corrects, and leaves settings alone", (world) =>
  as(world, "reviewer", async (page) => {
    const { server, kept } = world;
    assert(await page.getByLabel("Message").isEnabled(), "the composer is open");
    await page.goto(`${server.address}/logs/${kept.log}`);
    await page.getByRole("button", { name: /^safe/ }).waitFor();
    await page.keyboard.press("y");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Saved", { exact: true }).waitFor();
    await page.goto(`${server.address}/deployments`);
    await page.locator(".deployment-card").first().waitFor();
    equal(await page.getByRole("link", { name: "New deployment" }).count(), 0);
  }));

test("signing out ends the session", async (world) => {
  // Links work once, and the test before used the reviewer's.
  const { call, server, kept } = world;
  if (server.kind === "vouch") {
    const users = (await call("GET", "/api/v1/users")).body.items;
    const reviewer = users.find((user) => user.role === "reviewer");
    kept.reviewer = (await call("POST", `/api/v1/users/${reviewer.id}/signin-link`, {})).body.url;
  }
  await as(world, "reviewer", async (page) => {
    await page.getByRole("button", { name: /account menu/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/\/signin/);
    equal(await page.evaluate(async () => (await fetch("/api/v1/me")).status), 401);
  });
});
