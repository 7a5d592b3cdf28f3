// axe-core's rules for WCAG 2.1 A and AA on the page as it stands.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What breaks a rule: `rule: selector`. */
export async function violations(page) {
  // Animations that are still running would be measured half-way.
  await page.evaluate(() => {
    const running = document.getAnimations().filter((a) => a.playState === "running" && a.effect?.getTiming().iterations !== Infinity);
    const ended = Promise.all(running.map((a) => a.finished.catch(() => undefined))).then(() => undefined);
    return Promise.race([ended, new Promise((done) => setTimeout(done, 1500))]);
  });
  // Through the debugger: the page's own CSP would refuse a script element.
  await page.evaluate(source);
  const result = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"] }),
  );
  return result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")} ${node.any?.[0]?.message ?? ""}`));
}
