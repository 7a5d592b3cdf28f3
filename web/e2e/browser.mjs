// Starts Debian's Chromium the way this kind of machine needs it.
import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

/** A window of its own, signed out. On a busy machine Chromium now and then never opens one: ask again. */
export async function freshPage(browser, options = {}) {
  for (let attempt = 1; ; attempt++) {
    let timer;
    const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error("Chromium opened no window in 20 s")), 20_000)));
    try {
      const context = await Promise.race([browser.newContext(options), late]);
      const page = await Promise.race([context.newPage(), late]);
      page.setDefaultTimeout(15_000);
      return { context, page, close: () => Promise.race([context.close(), new Promise((done) => setTimeout(done, 5000))]) };
    } catch (thrown) {
      if (attempt === 3) throw thrown;
    } finally {
      clearTimeout(timer);
      late.catch(() => undefined);
    }
  }
}
