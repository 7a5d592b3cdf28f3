// Prices survive the way to the screen and back.
import { expect, test } from "vitest";
import { microsOf, usdOf } from "./money";

test("dollars and micros", () => {
  for (const micros of [0, 1, 150_000, 2_500_000, 10_000_001]) expect(microsOf(usdOf(micros))).toBe(micros);
  expect(microsOf("0,15")).toBe(150_000);
  expect(microsOf("")).toBe(0);
  expect(microsOf("abc")).toBe(0);
});
