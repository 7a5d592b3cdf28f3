// Colours follow the meaning: what is unsafe is never green.
import { expect, test } from "vitest";
import type { MetricDefinition } from "~/api/types";
import { toneOf } from "./tone";

const metric = (name: string, type: MetricDefinition["type"], direction: MetricDefinition["direction"], built_in = true): MetricDefinition => ({
  name, type, direction, guideline: "", state: "defined", built_in, created_at: "",
});

test("built-in words by what they say, others by the way that is better", () => {
  const safety = metric("safety", "category", "neutral");
  expect(["safe", "borderline", "unsafe", "other"].map((word) => toneOf(safety, word))).toEqual(["good", "warn", "bad", undefined]);
  expect(toneOf(metric("safety", "category", "neutral", false), "safe")).toBeUndefined();
  expect(toneOf(metric("defects", "multi_category", "lower_is_better"), "spelling")).toBe("bad");
  expect(toneOf(metric("interactions", "multi_category", "neutral"), "saved")).toBeUndefined();
  expect(["true", "false"].map((word) => toneOf(metric("polite", "boolean", "higher_is_better", false), word))).toEqual(["good", "bad"]);
});
