// Charts add up: nothing of the roll-ups is lost between buckets and rows.
import { expect, test } from "vitest";
import type { MetricDefinition, SummaryPoint } from "~/api/types";
import { bucketsOf, checkDates, counted, datedColumns, labelsOf, lastDays, measureOf, restOf, rowsOf, totalOf } from "./summary";

const metric = (more: Partial<MetricDefinition>): MetricDefinition => ({
  name: "thumbs", type: "boolean", direction: "higher_is_better", guideline: "", state: "defined", built_in: true, created_at: "", ...more,
});
const point = (date: string, label: string, count: number, sum = 0, value = ""): SummaryPoint => ({ date, value, label, count, sum });

test("days become columns, long ranges become weeks", () => {
  const points = [point("2026-11-01", "", 3, 2), point("2026-11-01", "true", 2, 2), point("2026-11-03", "", 1), point("2026-12-01", "", 9)];
  const days = bucketsOf(points, "2026-11-01", "2026-11-03");
  expect(days.map((b) => [b.from, b.total.count])).toEqual([["2026-11-01", 3], ["2026-11-02", 0], ["2026-11-03", 1]]);
  const year = bucketsOf(points, "2026-01-01", "2026-12-31");
  expect(year.length).toBeLessThanOrEqual(62);
  expect(year.at(-1)?.to).toBe("2026-12-31");
  expect(totalOf(year).total.count).toBe(13);
});

test("share of true, mean of numbers, nothing for words", () => {
  const [bucket] = bucketsOf([point("2026-11-01", "", 4, 3), point("2026-11-01", "true", 3, 3)], "2026-11-01", "2026-11-01");
  expect(measureOf(metric({}), bucket!)).toBe(0.75);
  expect(measureOf(metric({ type: "number" }), { total: { count: 2, sum: 130 }, labels: new Map() })).toBe(65);
  expect(measureOf(metric({ type: "category" }), bucket!)).toBeUndefined();
  expect(measureOf(metric({}), { total: { count: 0, sum: 0 }, labels: new Map() })).toBeUndefined();
});

test("rows by value, most feedback first", () => {
  const rows = rowsOf([point("2026-11-01", "", 1, 0, "a"), point("2026-11-02", "", 5, 0, "b"), point("2026-11-02", "spelling", 5, 0, "b")]);
  expect(rows.map((r) => r.value)).toEqual(["b", "a"]);
  expect(labelsOf(metric({ type: "multi_category", categories: ["grammatical", "spelling"] }), rows)).toEqual(["spelling"]);
  expect(labelsOf(metric({ direction: "lower_is_better" }), rows)).toEqual(["false", "true"]);
});

test("dates that cannot be fall back to the last thirty days", () => {
  const today = new Date("2026-11-23T10:00:00Z");
  expect(lastDays(30, today)).toEqual({ from: "2026-10-25", to: "2026-11-23" });
  expect(checkDates("2026-11-01", "2026-11-05", today)).toEqual({ from: "2026-11-01", to: "2026-11-05" });
  expect(checkDates("2026-11-05", "2026-11-01", today)).toEqual(lastDays(30, today));
  expect(checkDates("x", "2026-13-77", today)).toEqual(lastDays(30, today));
});

test("what the rows leave out is the rest of everything", () => {
  const all = [point("2026-11-01", "", 5, 3), point("2026-11-01", "true", 3, 3), point("2026-11-01", "false", 2)];
  const rows = rowsOf([point("2026-11-01", "", 3, 3, "ann"), point("2026-11-01", "true", 3, 3, "ann")]);
  expect(restOf(all, rows)).toEqual({ value: "", total: { count: 2, sum: 0 }, labels: new Map([["false", 2]]) });
  expect(restOf(all, rowsOf(all))).toBeUndefined();
  expect(restOf([], rows)).toBeUndefined();
});

test("the last column has a date, the others at an even distance", () => {
  expect(datedColumns(7)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(datedColumns(30)).toEqual([4, 9, 14, 19, 24, 29]);
  expect(datedColumns(1)).toEqual([0]);
  for (let n = 1; n <= 62; n++) {
    expect(datedColumns(n).at(-1)).toBe(n - 1);
    expect(datedColumns(n).length).toBeLessThanOrEqual(7);
  }
});

test("free text is counted, not charted by what it says", () => {
  const rows = rowsOf([point("2026-11-01", "", 2), point("2026-11-01", "Too long.", 1), point("2026-11-01", "Wrong city.", 1)]);
  expect(labelsOf(metric({ name: "comment", type: "text" }), rows)).toEqual([]);
});

test("feedback is counted as what it is: a log can have several", () => {
  expect((["boolean", "number", "multi_category", "text"] as const).map((type) => counted({ type })[1])).toEqual(["votes", "ratings", "ratings", "entries"]);
});
