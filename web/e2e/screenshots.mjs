// Takes a picture of every page, wide and narrow, light and dark, into the folder OUT.
//   OUT=/tmp/shots [ONLY=logs,log] [MODES=wide-light] npm run screenshots
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./browser.mjs";
import { PAGES, prepare } from "./pages.mjs";
import { startServer } from "./server.mjs";

const OUT = process.env.OUT ?? "screenshots";
const ONLY = process.env.ONLY?.split(",");
const SIZES = { wide: { width: 1280, height: 860 }, narrow: { width: 390, height: 844 } };
const MODES = process.env.MODES?.split(",") ?? ["wide-light", "wide-dark", "narrow-light", "narrow-dark"];

mkdirSync(OUT, { recursive: true });
const server = await startServer();
const browser = await launch();
let taken = 0;
let failed = 0;
try {
  const first = await browser.newContext();
  const facts = await prepare(first, server);
  const state = await first.storageState();
  for (const mode of MODES) {
    const [size, colorScheme] = mode.split("-");
    const context = await browser.newContext({ viewport: SIZES[size], colorScheme, storageState: state, reducedMotion: "reduce", deviceScaleFactor: 1, hasTouch: size === "narrow", isMobile: size === "narrow" });
    for (const { name, path, act, signedOut, whole = true } of PAGES(facts)) {
      if (ONLY && !ONLY.includes(name)) continue;
      const own = signedOut ? await browser.newContext({ viewport: SIZES[size], colorScheme }) : context;
      const page = await own.newPage();
      try {
        await page.goto(server.address + path);
        await page.locator("h1").first().waitFor({ state: "attached", timeout: 10_000 });
        await act?.(page);
        await page.waitForTimeout(450);
        await page.screenshot({ path: join(OUT, `${name}-${mode}.png`), fullPage: whole });
        taken += 1;
      } catch (thrown) {
        failed += 1;
        process.stdout.write(`${name} ${mode}: ${thrown.message}\n`);
      }
      await page.close();
      if (own !== context) await own.close();
    }
    await context.close();
  }
} finally {
  await browser.close();
  await server.stop();
}
process.stdout.write(`${taken} pictures in ${OUT}, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
