// Conditions hide and show questions; what is hidden is not sent, what is missing is said.
import { expect, test } from "vitest";
import type { Rubric } from "~/api/review/rubric";
import { answersTo, askedOf, defaultsOf, wrongIn } from "./asked";

const rubric: Rubric = {
  questions: [
    { key: "good", title: "", type: "thumbs", required: true },
    { key: "kind", title: "", type: "multi_category", required: true, when: { question: "good", is: [false] }, options: [{ key: "fact", title: "" }, { key: "tone", title: "" }], max_choices: 1 },
    { key: "which", title: "", type: "text", max_chars: 3, when: { question: "kind", is: ["fact"] } },
    { key: "n", title: "", type: "number", min: 0, max: 10, default: 5 },
  ],
};
const keys = (answers: Parameters<typeof askedOf>[1]) => askedOf(rubric, answers).map(({ key }) => key);

test("a question is asked when an earlier answer asks for it, and those behind it go with it", () => {
  expect(keys({})).toEqual(["good", "n"]);
  expect(keys({ good: false })).toEqual(["good", "kind", "n"]);
  expect(keys({ good: false, kind: ["tone", "fact"] })).toEqual(["good", "kind", "which", "n"]);
  expect(keys({ good: true, kind: ["fact"] })).toEqual(["good", "n"]);
});

test("only what is asked is sent", () => {
  expect(answersTo(rubric, { good: true, kind: ["fact"], which: "a", n: 1 })).toEqual({ good: true, n: 1 });
});

test("says what is missing and what does not fit", () => {
  expect(Object.keys(wrongIn(rubric, {}))).toEqual(["good"]);
  expect(wrongIn(rubric, { good: false, kind: ["fact", "tone"], which: "👍👍👍", n: 11 })).toEqual({ kind: "Choose at most 1.", n: "At most 10." });
  expect(wrongIn(rubric, { good: false, kind: ["fact"], which: "four" }).which).toMatch(/At most 3 characters; these are 4/);
  expect(wrongIn(rubric, { good: true })).toEqual({});
});

test("a ranking ranks every response", () => {
  const ranking: Rubric = { questions: [{ key: "r", title: "", type: "ranking" }] };
  expect(wrongIn(ranking, { r: [[0], [2]] }, 3)).toEqual({ r: "1 response has no rank yet." });
  expect(wrongIn(ranking, { r: [[0, 1], [2]] }, 3)).toEqual({});
});

test("begins with the defaults", () => {
  expect(defaultsOf(rubric)).toEqual({ n: 5 });
});
