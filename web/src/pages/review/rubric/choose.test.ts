// What a key makes of an answer, also when the responses stand the other way round.
import { expect, test } from "vitest";
import type { Question } from "~/api/review/rubric";
import { chosen, shownPreference, tied } from "./choose";

const many: Question = { key: "m", title: "", type: "multi_category", options: [{ key: "b", title: "" }, { key: "a", title: "" }] };
const better: Question = { key: "p", title: "", type: "preference", strength: 3, tie: true };
const ranking: Question = { key: "r", title: "", type: "ranking" };

test("several are kept in the order of the options; the last one out leaves nothing", () => {
  expect(chosen(many, undefined, "a")).toEqual(["a"]);
  expect(chosen(many, ["a"], "b")).toEqual(["b", "a"]);
  expect(chosen(many, ["a"], "a")).toBeUndefined();
});

test("a preference is stored as the responses are stored, whichever stood on the left", () => {
  expect(chosen(better, undefined, "left:2", [0, 1])).toEqual({ choice: "a", strength: 2 });
  expect(chosen(better, undefined, "left:2", [1, 0])).toEqual({ choice: "b", strength: 2 });
  expect(chosen(better, undefined, "tie", [1, 0])).toEqual({ choice: "tie", strength: 1 });
  for (const order of [[0, 1], [1, 0]]) for (const option of ["left:1", "right:3", "tie"]) expect(shownPreference(chosen(better, undefined, option, order) as never, order)).toBe(option);
});

test("a ranking grows by presses, loses what is pressed again, and ties its last two", () => {
  const one = chosen(ranking, undefined, "0", [2, 0, 1]);
  expect(one).toEqual([[2]]);
  const two = chosen(ranking, one, "2", [2, 0, 1]);
  expect(two).toEqual([[2], [1]]);
  expect(tied(two as number[][])).toEqual([[2, 1]]);
  expect(tied([[2, 1]])).toEqual([[2], [1]]);
  expect(chosen(ranking, two, "0", [2, 0, 1])).toEqual([[1]]);
});

test("a checklist says yes or no to every option", () => {
  const list: Question = { ...many, type: "checklist" } as Question;
  expect(chosen(list, undefined, "a")).toEqual({ b: false, a: true });
  expect(chosen(list, { b: false, a: true }, "a")).toEqual({ b: false, a: false });
});
