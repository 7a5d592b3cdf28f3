// Suggestions take their place, and errors are shown at theirs, whatever characters there are.
import { expect, test } from "vitest";
import { Problem } from "~/api/problem";
import { madeAt, taken, toChars, toOffset, wrongIn } from "./typed";

const take = (text: string, at: number, end: number, insert: string) => {
  const { text: after, cursor } = taken(text, { at, end, suggestions: [] }, { insert, about: "" });
  return `${after.slice(0, cursor)}|${after.slice(cursor)}`;
};

test("a suggestion takes the place of what was typed", () => {
  expect(take("mo", 0, 2, "model:")).toBe("model:|");
  expect(take("model:gp", 6, 8, "gpt-4o")).toBe("model:gpt-4o |");
  expect(take("model:gp thumbs:up", 6, 8, "gpt-4o")).toBe("model:gpt-4o |thumbs:up");
  expect(take("(model:gp)", 7, 9, "gpt-4o")).toBe("(model:gpt-4o|)");
  expect(take("model:(a, b", 10, 11, "beta")).toBe("model:(a, beta|");
  expect(take("sco", 0, 3, "score")).toBe("score|");
  expect(take("score", 0, 5, "score>")).toBe("score>|");
  expect(take("score>", 6, 6, "50")).toBe("score>50 |");
  expect(take('user:"An', 5, 8, '"Ann A"')).toBe('user:"Ann A" |');
  expect(take("😀 mo", 2, 4, "model:")).toBe("😀 model:|");
});

test("characters are counted as the server counts them", () => {
  expect(toChars("😀 a", 3)).toBe(2);
  expect(toOffset("😀 a", 2)).toBe(3);
});

test("an error is shown at its place", () => {
  const problem = (detail: string) => new Problem(422, "t", "d", [{ pointer: "?q", detail }]);
  expect(wrongIn(problem("at character 9: score takes a number, not high"), "😀 score:high x")).toEqual({
    message: "Score takes a number, not high",
    before: "😀 score:",
    part: "high",
    after: " x",
  });
  expect(wrongIn(problem("at character 7: a value is missing after model"), "model:")).toMatchObject({ before: "model:", part: "", after: "" });
  expect(wrongIn(problem('at character 1: this text has no closing quote'), '"a b')).toMatchObject({ before: "", part: '"a b' });
  expect(wrongIn(new Problem(500, "t", "d"), "x")).toBeUndefined();
});

test("an id holds its time", () => {
  expect(madeAt("log_01h455vb4pex5vsknk084sn02q")?.toISOString()).toBe("2023-06-30T03:34:18.518Z");
  expect(madeAt("odd")).toBeUndefined();
});
