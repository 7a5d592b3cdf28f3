// A draft that cannot be saved is refused with a reason, never mended in silence.
import { expect, test } from "vitest";
import type { MetricDefinition } from "~/api/types";
import { wrongIn } from "./wrongIn";

const number = (more: Partial<MetricDefinition>): MetricDefinition => ({
  name: "score", type: "number", direction: "higher_is_better", guideline: "", state: "defined", built_in: true, created_at: "", min: 0, max: 100, ...more,
});

test("a number outside of its range, or none at all", () => {
  expect(wrongIn({ score: 250 }, [number({})])).toEqual({ score: "A number from 0 to 100; 250 is not." });
  expect(wrongIn({ score: "-" }, [number({})])).toEqual({ score: "A number from 0 to 100; “-” is not." });
  expect(wrongIn({ score: -1 }, [number({ max: null })])).toEqual({ score: "A number of at least 0; -1 is not." });
  for (const fine of [0, 100, 33.5, null]) expect(wrongIn({ score: fine }, [number({})])).toEqual({});
});

test("a correction without a word", () => {
  expect(wrongIn({ correction: " \n" }, [])).toHaveProperty("correction");
  expect(wrongIn({ correction: "Paris.", comment: "" }, [])).toEqual({});
});
