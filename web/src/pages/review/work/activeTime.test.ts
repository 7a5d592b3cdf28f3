// Time counts while someone is there: the pause after the last sign of life only up to a minute.
import { expect, test } from "vitest";
import { ActiveTime, IDLE_MS } from "./activeTime";

test("adds up between signs, and stops when nobody is there", () => {
  const time = new ActiveTime(1_000);
  expect(time.read(99)).toBe(1_000);
  time.touch(0);
  time.touch(20_000);
  expect(time.read(25_000)).toBe(26_000);
  expect(time.idle(25_000)).toBe(false);
  expect(time.read(10_000_000)).toBe(21_000 + IDLE_MS);
  expect(time.idle(10_000_000)).toBe(true);
  time.touch(10_000_000);
  expect(time.read(10_001_000)).toBe(21_000 + IDLE_MS + 1_000);
});
