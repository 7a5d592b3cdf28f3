// A version makes the round trip through its form, and a wrong part is named by its pointer.
import { expect, test } from "vitest";
import type { VersionSpec } from "~/api/types";
import { emptyVariant, formOf, specOf, specText } from "./spec";

const spec: VersionSpec = {
  note: "shorter", capture_logprobs: true,
  variants: [{
    name: "main", weight: 3, provider: "local", model: "smollm2", context: { environment: ["production", "staging"], locale: [] },
    prompt: [{ role: "system", content: "Hi {{ name }}" }, { role: "user", content: [{ type: "text", text: "x" }], name: "n" }],
    timeout_s: 30, retries: null, fallback: ["other"], parameters: { temperature: 0.2, stop: ["a"] }, tools: [{ type: "function", function: { name: "f" } }],
  }],
};

test("comes back as it was", () => {
  expect(specOf(formOf(spec))).toEqual({ spec, errors: [] });
});

test("names what is wrong", () => {
  const form = { ...formOf(spec), variants: [{ ...emptyVariant(""), parameters: "{", tools: "{}" }] };
  expect(specOf(form).errors.map((e) => e.pointer)).toEqual(["/variants/0/name", "/variants/0/provider", "/variants/0/model", "/variants/0/parameters", "/variants/0/tools"]);
});

test("reads as text", () => {
  expect(specText(spec)).toContain("  serves: local/smollm2\n  weight: 3\n  timeout_s: 30\n  fallback: [\"other\"]\n  when environment: production, staging\n  when locale: any\n");
});
