// Offsets are code points: a smile is one, a flag two, and what is drawn adds up to the text.
import { expect, test } from "vitest";
import { depths, piecesOf, toOffset, toPoints, toggledSpan, trimmed, wordsOf } from "./spans";

const text = "Hi 😀, naïve 🇳🇱 end";

test("places in UTF-16 and in code points, and back", () => {
  expect(toPoints(text, text.indexOf(","))).toBe(4);
  for (let points = 0; points <= [...text].length; points++) expect(toPoints(text, toOffset(text, points))).toBe(points);
  expect([...text].slice(toPoints(text, text.indexOf("end"))).join("")).toBe("end");
});

test("words and signs to walk over, in code points", () => {
  expect(wordsOf(text).map(({ start, end }) => [...text].slice(start, end).join(""))).toEqual(["Hi", "😀", ",", "naïve", "🇳", "🇱", "end"]);
});

test("pieces add up to the text and know what lies over them", () => {
  const spans = [{ start: 0, end: 4, label: "a" }, { start: 3, end: 11, label: "b" }];
  const pieces = piecesOf(text, spans, [{ start: 5, end: 6 }]);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  expect(pieces.map((piece) => [piece.text, piece.spans.map(({ label }) => label).join("")])).toEqual([["Hi ", "a"], ["😀", "ab"], [",", "b"], [" ", "b"], ["naïve", "b"], [" 🇳🇱 end", ""]]);
});

test("what overlaps lies on lines of its own", () => {
  const spans = [{ start: 0, end: 4, label: "a" }, { start: 3, end: 11, label: "b" }, { start: 5, end: 6, label: "a" }];
  expect(spans.map((span) => depths(spans).get(span))).toEqual([0, 1, 0]);
});

test("a mark has no blanks at its ends, and the same mark twice is none", () => {
  expect(trimmed("a  b ", { start: 1, end: 5 })).toEqual({ start: 3, end: 4 });
  expect(trimmed("a  b", { start: 1, end: 3 })).toBeUndefined();
  const span = { start: 0, end: 1, label: "x" };
  expect(toggledSpan([], span)).toEqual([span]);
  expect(toggledSpan([span], { ...span })).toEqual([]);
});
