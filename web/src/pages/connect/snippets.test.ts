// Snippets carry the real address and key, and shell quotes that hold.
import { expect, test } from "vitest";
import { LANGUAGES, snippets } from "./snippets";

const connection = { address: "http://127.0.0.1:7700", key: "vk_secret", model: "assistant" };

test.each(LANGUAGES)("$label has address and key", ({ value }) => {
  const all = snippets(value, connection).map((s) => s.code).join("\n");
  expect(all).toContain(connection.address);
  expect(all).toContain(connection.key);
  expect(all).not.toContain("undefined");
});

test("the key never stands in what a browser gets", () => {
  expect(snippets("browser", connection)[1]?.code).not.toContain(connection.key);
});

test("the JSON in the curl snippets is JSON", () => {
  const all = [...snippets("curl", connection), ...snippets("opentelemetry", connection)];
  for (const { code } of all.filter(({ code }) => code.includes("curl "))) {
    const body = /-d '([\s\S]*)'$/.exec(code)?.[1]?.replace("'$LOG_ID'", "log_1");
    expect(() => JSON.parse(body ?? "")).not.toThrow();
  }
});

test.each(["python", "typescript"] as const)("%s shows the client, and how it is installed", (language) => {
  const own = snippets(language, connection)[1];
  expect(own?.install).toContain(`clients/${language}`);
  expect(own?.code).toMatch(/add_metrics|addMetrics/);
});
