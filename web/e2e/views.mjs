// Saved views: kept, opened by their link, renamed, replaced, deleted, and what a viewer may.
import { assert, equal, test, until } from "./harness.mjs";

const open = async (page, name = "Views") => page.getByRole("button", { name, exact: true }).click();

test("a filter is kept under a name and opened by its link", async ({ page, server, kept }) => {
  await page.goto(`${server.address}/logs?q=status%3Acompleted&thumbs=down`);
  await open(page);
  await page.getByLabel("Keep this filter as").fill("Down but done");
  await page.keyboard.press("Enter");
  // The button says which view this is.
  await page.getByRole("button", { name: "Down but done", exact: true }).waitFor();
  await page.goto(`${server.address}/logs`);
  await open(page);
  const link = page.getByRole("link", { name: /^Down but done/ });
  kept.view = await link.getAttribute("href");
  assert(/^\/views\/view_/.test(kept.view), kept.view);
  await link.click();
  await until(() => new URL(page.url()).search === "?q=status%3Acompleted&thumbs=down", "the filter");
  await page.goto(`${server.address}${kept.view}`);
  await until(() => new URL(page.url()).search === "?q=status%3Acompleted&thumbs=down", "the filter by the link");
  // A second of that name is refused where the name is typed.
  await page.goto(`${server.address}/logs?status=failed`);
  await open(page);
  await page.getByLabel("Keep this filter as").fill("Down but done");
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByText("there is a view with the name Down but done already").waitFor();
});

test("a view is renamed, replaced and deleted", async ({ page, server, kept }) => {
  await page.goto(`${server.address}/logs?status=failed`);
  await open(page);
  const more = async (name, item) => {
    await page.getByRole("button", { name: `More for ${name}` }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  await more("Down but done", "Rename");
  await page.getByLabel("New name of Down but done").fill("Failures");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: /^Failures/ }).waitFor();
  await more("Failures", "Replace by the present filter");
  await page.getByRole("button", { name: "Failures", exact: true }).waitFor();
  // The link shows what the view is now.
  await page.goto(`${server.address}${kept.view}`);
  await until(() => new URL(page.url()).search === "?status=failed", "the new filter");
  await open(page, "Failures");
  await more("Failures", "Delete");
  await page.getByText("Delete “Failures” for everybody?").waitFor();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await until(async () => (await page.getByRole("link", { name: /^Failures/ }).count()) === 0, "the view to be gone");
  await page.goto(`${server.address}${kept.view}`);
  await page.getByRole("heading", { name: "There is no such view" }).waitFor();
});
