// Keys of answers: no key twice, none that the page needs, and the built-in questions in order.
import { expect, test } from "vitest";
import type { MetricDefinition } from "~/api/types";
import { answerKeys, questionsOf } from "./answerKeys";

const metric = (name: string, type: MetricDefinition["type"], categories?: string[], more: Partial<MetricDefinition> = {}): MetricDefinition => ({
  name, type, ...(categories ? { categories } : {}), direction: "neutral", guideline: "", state: "defined", built_in: true, created_at: "", ...more,
});
const eight = ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"];
const all = [
  metric("comment", "text"), metric("safety", "category", ["safe", "borderline", "unsafe"]), metric("defects", "multi_category", eight),
  metric("factuality", "category", ["a", "b", "c", "d"]), metric("thumbs", "boolean"), metric("score", "number"),
  metric("rating", "category", ["good", "bad"]), metric("tone", "category", ["warm", "cold"], { built_in: false }),
  metric("guess", "category", [], { state: "undefined" }),
];

test("asks in the order of the panel, folds what others say, leaves out the undefined", () => {
  const { asked, folded } = questionsOf(all);
  expect(asked.map((m) => m.name)).toEqual(["thumbs", "score", "defects", "safety", "factuality", "tone"]);
  expect(folded.map((m) => m.name)).toEqual(["rating"]);
});

test("digits for defects, letter rows for the next, none twice", () => {
  const keys = answerKeys(questionsOf(all).asked);
  expect(keys.filter((k) => k.metric === "defects").map((k) => k.key).join("")).toBe("12345678");
  expect(keys.filter((k) => k.metric === "safety").map((k) => k.key).join("")).toBe("qwe");
  expect(keys.filter((k) => k.metric === "factuality").map((k) => k.key).join("")).toBe("asdf");
  expect(new Set(keys.map((k) => k.key)).size).toBe(keys.length);
  expect(keys.some((k) => "ynpmctjkulghx/?".includes(k.key))).toBe(false);
});
