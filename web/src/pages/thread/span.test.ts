// Steps lie where they were in time, and the shortest is still seen.
import { expect, test } from "vitest";
import type { ThreadTotals, Turn } from "~/api/types";
import { placeOf, spanOf, toolsOf } from "./span";

const step = (at: number, latency: number | null, more = {}) =>
  ({ created_at: new Date(at).toISOString(), performance: { latency, time_to_first_token: null }, choices: [], ...more }) as unknown as Turn;
const totals = { started_at: null, ended_at: null } as unknown as ThreadTotals;

test("a step's bar is its share of the whole", () => {
  const steps = [step(1000, 400), step(1500, 500), step(1900, null)];
  const span = spanOf(steps, totals);
  expect(span).toEqual({ from: 1000, ms: 1000 });
  expect(placeOf(steps[0]!, span)).toEqual({ left: 0, width: 40 });
  expect(placeOf(steps[1]!, span)).toEqual({ left: 50, width: 50 });
  expect(placeOf(steps[2]!, span)).toEqual({ left: 90, width: 1.5 });
});

test("a chain of one moment fills its line", () => {
  const steps = [step(1000, null)];
  expect(placeOf(steps[0]!, spanOf(steps, totals))).toEqual({ left: 0, width: 100 });
});

test("the tools that an answer calls are named", () => {
  const calls = [{ function: { name: "track_parcel" } }, { odd: 1 }];
  expect(toolsOf(step(0, 1, { choices: [{ message: { role: "assistant", tool_calls: calls } }] }))).toEqual(["track_parcel"]);
});
