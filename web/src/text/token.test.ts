// Shading: steps, unknown probabilities, and characters that span tokens.
import { expect, test } from "vitest";
import { shadeTokens, stepOf, visible } from "./token";

test("steps fall with probability", () => {
  expect([1, 0.9, 0.89, 0.5, 0.31, 0.1, 0.09, 0, undefined].map(stepOf)).toEqual([0, 0, 1, 2, 3, 4, 5, 5, 0]);
});

test("probability is e to the log-probability, at most 1", () => {
  const [one, two] = shadeTokens([
    { token: "a", logprob: Math.log(0.25), top_logprobs: [{ token: "b", logprob: -0.1 }] },
    { token: "b", logprob: 0.0001 },
  ]);
  expect(one?.probability).toBeCloseTo(0.25);
  expect(one?.step).toBe(4);
  expect(one?.alternatives).toHaveLength(1);
  expect(two?.probability).toBe(1);
});

test("the floor is no probability", () => {
  expect(shadeTokens([{ token: "x", logprob: -9999 }])[0]?.probability).toBeUndefined();
});

test("parts of one character are joined, their probabilities multiplied", () => {
  const shaded = shadeTokens([
    { token: "hi ", logprob: 0 },
    { token: "\uFFFD", logprob: Math.log(0.5), bytes: [0xf0, 0x9f] },
    { token: "\uFFFD", logprob: Math.log(0.5), bytes: [0x99, 0x82] },
    { token: "!", logprob: 0 },
  ]);
  expect(shaded.map((token) => token.text)).toEqual(["hi ", "🙂", "!"]);
  expect(shaded[1]?.probability).toBeCloseTo(0.25);
});

test("a character that never becomes whole is still shown", () => {
  expect(shadeTokens([{ token: "\uFFFD", logprob: -1, bytes: [0xf0] }]).map((t) => t.text)).toEqual(["\uFFFD"]);
});

test("blanks are made visible", () => {
  expect([" the", "a\n", "", "a b"].map(visible)).toEqual(["␣the", "a↵", "∅", "a b"]);
});
