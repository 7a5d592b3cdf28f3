// Filter <-> URL: what is set comes back, what cannot be is left out.
import { expect, test } from "vitest";
import { parseSearch, stringifySearch } from "~/text/search";
import { checkField, chipText, fieldsOf, filterFromSearch, filterOfDimension, sameFilter, withField, withQ, type LogFilter } from "./filter";

const throughUrl = (filter: LogFilter) => filterFromSearch(parseSearch(stringifySearch(filter)));

test("every field makes the round trip, odd characters too", () => {
  const filter: LogFilter = {
    deployment: "assistant", variant: "a&b", model: "org/model:7b", user_id: "123", chain_id: "true", conversation_id: "ü ?#=",
    status: "failed", metadata: "plan:pro+ 1%", thumbs: "down", min_score: "0", max_score: "99.5", has_feedback: "false",
    feedback: "defects:off_topic", feedback_from: "2026-11-01", feedback_to: "2026-11-30", from: "2026-10-01", to: "2026-12-31",
    q: 'model:gpt-4o* (score<50 or thumbs:down) "a b" + 1%',
  };
  expect(throughUrl(filter)).toEqual(filter);
  expect(fieldsOf(filter)).toHaveLength(17);
});

test("what cannot be is left out", () => {
  expect(filterFromSearch({ status: "odd", thumbs: "sideways", min_score: "101", from: "yesterday", metadata: "x", other: "1", model: " " })).toEqual({});
});

test("a wrong value says what would be right", () => {
  expect(checkField("metadata", "plan")).toContain("key:value");
  expect(checkField("max_score", "101")).toContain("0 to 100");
  expect(checkField("feedback_to", "x")).toContain("date");
  expect(checkField("model", "")).toBe("Give a value.");
  expect(checkField("model", "m")).toBeUndefined();
});

test("chips read like words", () => {
  expect(chipText("feedback", "defects:off_topic")).toBe("defects: off topic");
  expect(chipText("feedback", "score")).toBe("Has score");
  expect(chipText("thumbs", "up")).toBe("Thumbs up");
  expect(chipText("min_score", "30")).toBe("Score ≥ 30");
});

test("a chart's dimension becomes the matching filter", () => {
  expect(filterOfDimension("all", "")).toEqual({});
  expect(filterOfDimension("user", "u1")).toEqual({ user_id: "u1" });
  expect(filterOfDimension("meta:plan", "pro")).toEqual({ metadata: "plan:pro" });
  expect(filterOfDimension("model", "m")).toEqual({ model: "m" });
});

test("a field is set, trimmed and taken away", () => {
  expect(withField({}, "model", " m ")).toEqual({ model: "m" });
  expect(withField({ model: "m" }, "model", undefined)).toEqual({});
});

test("the text of a filter is one of its parts", () => {
  expect(withQ({ thumbs: "up" }, " status:failed ")).toEqual({ thumbs: "up", q: "status:failed" });
  expect(withQ({ thumbs: "up", q: "x" }, " ")).toEqual({ thumbs: "up" });
  expect(sameFilter({ q: "a", model: "m" }, { model: "m", q: "a" })).toBe(true);
  expect(sameFilter({ q: "a" }, { q: "a", model: "m" })).toBe(false);
});
