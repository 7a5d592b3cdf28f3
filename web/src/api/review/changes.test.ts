// Many events are one question, and each queue is asked for by itself.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { QueueChanges } from "./changes";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function gather() {
  const read: [string, string | undefined][] = [];
  const changes = new QueueChanges((names, queue) => read.push([names[0]!, queue]));
  return { read, changes };
}

test("a rush of events is read once for each queue, the costly numbers later", () => {
  const { read, changes } = gather();
  for (let i = 0; i < 50; i++) changes.of(["queue_a"]);
  changes.of(["queue_b"]);
  expect(read).toEqual([]);
  vi.advanceTimersByTime(1_300);
  expect(read).toEqual([["progress", "queue_a"], ["progress", "queue_b"]]);
  vi.advanceTimersByTime(10_000);
  expect(read.slice(2)).toEqual([["tasks", "queue_a"], ["tasks", "queue_b"]]);
  vi.advanceTimersByTime(60_000);
  expect(read).toHaveLength(4);
});

test("an event without names is about every queue, and the next one is heard again", () => {
  const { read, changes } = gather();
  changes.of(["queue_a"]);
  changes.of([]);
  vi.advanceTimersByTime(1_300);
  expect(read).toEqual([["progress", undefined]]);
  changes.of(["queue_a"]);
  vi.advanceTimersByTime(1_300);
  expect(read[1]).toEqual(["progress", "queue_a"]);
});

test("a queue that is never quiet is read all the same", () => {
  const { read, changes } = gather();
  for (let i = 0; i < 5; i++) {
    changes.of(["queue_a"]);
    vi.advanceTimersByTime(1_000);
  }
  expect(read).toHaveLength(2);
});

test("nothing is read after the end", () => {
  const { read, changes } = gather();
  changes.of(["queue_a"]);
  changes.stop();
  vi.advanceTimersByTime(60_000);
  expect(read).toEqual([]);
});
