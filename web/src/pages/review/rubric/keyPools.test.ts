// Keys of answers: a row for each question, none twice, none that the screen needs.
import { expect, test } from "vitest";
import type { Question } from "~/api/review/rubric";
import { answerKeys, keysFor, preferenceOptions } from "./keyPools";

const options = (n: number) => Array.from({ length: n }, (_, i) => ({ key: `o${i}`, title: `Option ${i}` }));
const thumbs: Question = { key: "up", title: "Up?", type: "thumbs", required: true };
const pick = (key: string, n: number): Question => ({ key, title: key, type: "category", options: options(n) });
const row = (questions: Question[], key: string, responses = 0) => [...keysFor(answerKeys(questions, responses), key).values()].join("");

test("digits for the first, then the rows of letters; y and n for the thumbs", () => {
  const questions = [thumbs, pick("a", 4), pick("b", 5), pick("c", 3)];
  expect(row(questions, "up")).toBe("yn");
  expect(row(questions, "a")).toBe("1234");
  expect(row(questions, "b")).toBe("qwrto");
  expect(row(questions, "c")).toBe("afh");
});

test("no key has two meanings, and none is one of the screen's", () => {
  const questions: Question[] = [
    thumbs, pick("a", 9), pick("b", 5), { key: "yes", title: "", type: "yes_no" }, { key: "r", title: "", type: "rating", min: 1, max: 5 },
    { key: "t", title: "", type: "text" }, { key: "n", title: "", type: "number" }, { key: "s", title: "", type: "spans", of: "response", labels: options(2) }, { key: "c", title: "", type: "correction" },
  ];
  const keys = answerKeys(questions).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.filter((key) => "ugseijkxd?/.=".includes(key))).toEqual([]);
  for (const { key } of questions) expect(answerKeys(questions).some((one) => one.question === key), key).toBe(true);
});

test("a rating alone has its own numbers for keys, one that begins at 0 the row from 1", () => {
  expect(row([{ key: "r", title: "", type: "rating", min: 1, max: 5 }], "r")).toBe("12345");
  expect(row([{ key: "r", title: "", type: "rating", min: 3, max: 5 }], "r")).toBe("345");
  expect(row([{ key: "r", title: "", type: "rating", min: 0, max: 4 }], "r")).toBe("12345");
});

test("too many options for any row: a key leads to the field", () => {
  expect([...keysFor(answerKeys([pick("many", 30)]), "many")]).toEqual([["", "o"]]);
});

test("a key keeps its meaning while questions come and go", () => {
  const hidden: Question = { ...pick("why", 3), when: { question: "up", is: [false] } };
  expect(row([thumbs, hidden, pick("b", 3)], "b")).toBe("qwr");
});

test("preferences run from left to right", () => {
  expect(preferenceOptions(2, true)).toEqual(["left:2", "left:1", "tie", "right:1", "right:2"]);
  expect(row([{ key: "p", title: "", type: "preference", strength: 2, tie: true }], "p", 2)).toBe("12345");
});

test("each has a row of its own while there are rows, and never the rest of the digits", () => {
  const questions = [pick("a", 2), pick("b", 2), pick("c", 2), pick("d", 5), pick("e", 4)];
  expect(questions.map(({ key }) => row(questions, key))).toEqual(["12", "qw", "af", "zcvbn", "rtyo"]);
  expect(row([pick("a", 2), pick("b", 7), pick("c", 4), pick("d", 6), pick("e", 4)], "e")).toHaveLength(1);
});
