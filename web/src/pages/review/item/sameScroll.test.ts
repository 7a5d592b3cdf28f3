// Texts of different length reach their ends together.
import { expect, test } from "vitest";
import { shareOf, targetOf } from "./sameScroll";

const box = (scrollTop: number, scrollHeight: number) => ({ scrollTop, scrollHeight, clientHeight: 100 });

test("the same share of each one's own way", () => {
  expect(targetOf(box(0, 1100), shareOf(box(100, 300)))).toBe(500);
  expect(targetOf(box(0, 1100), shareOf(box(200, 300)))).toBe(1000);
  expect(shareOf(box(0, 80))).toBe(0);
});
