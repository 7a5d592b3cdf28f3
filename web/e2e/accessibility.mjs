// axe on every page, in light and dark; the web component; nothing on the console, nothing from elsewhere.
import { createServer } from "node:http";
import { violations } from "./axe.mjs";
import { freshPage } from "./browser.mjs";
import { assert, equal, test, until } from "./harness.mjs";
import { PAGES, prepareFinding } from "./pages.mjs";
import { prepareReview } from "./reviewSeed.mjs";

for (const colorScheme of ["light", "dark"]) {
  test(`no page breaks a WCAG rule that axe knows, ${colorScheme}`, async ({ page, server, kept, browser }) => {
    const found = [];
    await page.emulateMedia({ colorScheme });
    await prepareFinding(page, kept);
    for (const { name, path, act, signedOut } of PAGES({ log: kept.log, reviewing: await prepareReview(page, server, kept) })) {
      const own = signedOut ? await freshPage(browser, { colorScheme }) : undefined;
      const here = own?.page ?? page;
      await here.goto(server.address + path);
      await here.locator("h1").first().waitFor({ state: "attached" });
      await act?.(here);
      await until(async () => (await here.locator(".mantine-Skeleton-root").count()) === 0, `${name} to be loaded`);
      found.push(...(await violations(here)).map((text) => `${name}: ${text}`));
      await own?.close();
    }
    equal(found, [], "violations");
  });
}

test("every page fits a phone", async ({ page, server, kept }) => {
  const wide = [];
  await page.setViewportSize({ width: 390, height: 844 });
  await prepareFinding(page, kept);
  for (const { name, path, act, signedOut } of PAGES({ log: kept.log, reviewing: await prepareReview(page, server, kept) })) {
    if (signedOut || name.endsWith("keys")) continue;
    await page.goto(server.address + path);
    await page.locator("h1").first().waitFor({ state: "attached" });
    await act?.(page);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) wide.push(`${name} by ${over} px`);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
  equal(wide, []);
});

test("the web component gives feedback from another origin", async ({ browser, server, call, kept }) => {
  if (server.kind === "mock") return;
  const { body, status } = await call("POST", `/api/v1/logs/${kept.log}/feedback-token`, { user_id: "visitor" });
  equal(status, 201);
  const html = `<!doctype html><title>shop</title><script type="module" src="${server.address}/widget.js"></script><vouch-feedback server="${server.address}" token="${body.token}"></vouch-feedback>`;
  const shop = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(html));
  await new Promise((done) => shop.listen(0, "127.0.0.1", done));
  const { page, close } = await freshPage(browser);
  try {
    const origin = `http://127.0.0.1:${shop.address().port}`;
    await page.goto(origin);
    await call("PUT", "/api/v1/origins", { origins: ["https://app.example.com"] });
    await page.getByRole("button", { name: "Thumbs down" }).click();
    await page.getByText(`Pages of ${origin} may not give feedback in this project.`).waitFor();
    equal((await call("PUT", "/api/v1/origins", { origins: [origin] })).status, 200);
    await page.getByRole("button", { name: "Thumbs down" }).click();
    await page.getByText("Thank you!").waitFor();
    await page.getByLabel("Tell us more (optional)").fill("From the shop.");
    await page.getByRole("button", { name: "Send" }).click();
    await until(async () => (await call("GET", `/api/v1/logs/${kept.log}`)).body.feedback.some((f) => f.comment === "From the shop." && f.source === "end_user" && f.author === "end_user:visitor"), "the visitor's word");
    equal(await violations(page).then((all) => all.filter((text) => !/html-has-lang/.test(text))), []);
  } finally {
    await call("PUT", "/api/v1/origins", { origins: null });
    await close();
    shop.close();
  }
});

test("the console stayed quiet: no error, nothing that the CSP refused", ({ said }) => {
  assert(said.length === 0, said.join("\n"));
});
