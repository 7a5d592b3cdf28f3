// What the screen shows while decisions travel: undo, a quick second thought, refusals, and what is left.
import { beforeEach, expect, test, vi } from "vitest";
import { Problem } from "~/api/problem";
import type { Turn } from "~/api/review/task";
import type { Shelf } from "~/text/draft";
import { Outbox, type Sending } from "./outbox";
import { Work } from "./work";

const server = vi.hoisted(() => ({ turns: [] as unknown[], drafts: [] as unknown[], released: [] as string[] }));
vi.mock("~/api/review/task", () => ({
  nextTurns: async (_: string, count: number) => ({ items: server.turns.splice(0, count), paused: null, left: server.turns.length > 0 }),
  putDraft: async (task: string, answers: unknown) => void server.drafts.push([task, answers]),
  releaseTask: async (task: string) => void server.released.push(task),
  renewLease: async () => ({ until: "2026-11-23T12:00:00Z" }),
}));

const turn = (task: string): Turn => ({
  task, queue: "q", priority: "normal", due_at: null, item: { type: "record", fields: { text: task } }, rubric: { questions: [{ key: "good", title: "Good?", type: "thumbs", required: true }] }, rubric_version: 1,
  lease: { until: "2026-11-23T11:00:00Z" }, draft: null, swapped: [], suggestion: null, returned: null,
});

function shelf(): Shelf & { keys: () => string[] } {
  const map = new Map<string, string>();
  return { getItem: (key) => map.get(key) ?? null, setItem: (key, value) => void map.set(key, value), removeItem: (key) => void map.delete(key), keys: () => [...map.keys()] };
}

/** A work of tasks a, b, c …; `send` stands for the server. */
async function begun(send: (sending: Sending) => Promise<unknown>, tasks = "abc") {
  server.turns = [...tasks].map(turn);
  const kept = shelf();
  const box = new Outbox("me", kept, send);
  const work = new Work("q", "me", box, kept, () => Date.now());
  work.start();
  await vi.advanceTimersByTimeAsync(1);
  return { work, box, kept, at: () => work.get().turns[0]?.turn.task };
}

const answered = ({ kind, id, task }: Sending) => (kind === "review" ? { review: { id: `review_${id}`, task }, task: { state: "complete" }, gold: null } : kind === "undo" ? turn(task) : undefined);

beforeEach(() => {
  vi.useFakeTimers();
  server.drafts = [];
  server.released = [];
  return () => vi.useRealTimers();
});

test("a decision shows the next at once, and is not sent without an answer", async () => {
  const sent: string[] = [];
  const { work, at } = await begun(async (sending) => (sent.push(sending.task), answered(sending)));
  expect(work.submit()).toEqual({ good: "This needs an answer." });
  expect(at()).toBe("a");
  work.answer("good", true);
  expect(work.submit()).toEqual({});
  expect([at(), sent]).toEqual(["b", []]);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent).toEqual(["a"]);
});

test("who changes their mind before the undo has arrived is not shown the item again", async () => {
  const order: string[] = [];
  const { work, at } = await begun(async (sending) => {
    await new Promise((done) => setTimeout(done, 50));
    order.push(sending.kind);
    return answered(sending);
  });
  work.answer("good", false);
  work.submit();
  await vi.advanceTimersByTimeAsync(60);
  expect(work.undo()).toBe(true);
  expect([at(), work.get().turns[0]?.answers]).toEqual(["a", { good: false }]);
  work.answer("good", true);
  work.submit();
  await vi.advanceTimersByTimeAsync(300);
  expect(order).toEqual(["review", "undo", "review"]);
  expect(at()).toBe("b");
});

test("what the server does not take comes back with the reason at its question", async () => {
  const { work, at } = await begun(async () => {
    throw new Problem(422, "Wrong", "no", [{ pointer: "/answers/good", detail: "Not this." }]);
  });
  work.answer("good", true);
  work.submit();
  await vi.advanceTimersByTimeAsync(5);
  expect(at()).toBe("a");
  expect(work.get().turns[0]?.wrong).toEqual({ good: "Not this." });
  expect(work.get().notices).toHaveLength(1);
});

test("a task that others completed is told, and does not stand in the way", async () => {
  const { work, at } = await begun(async () => {
    throw new Problem(409, "Conflict", "Others were faster.");
  });
  work.answer("good", true);
  work.submit();
  await vi.advanceTimersByTimeAsync(5);
  expect(at()).toBe("b");
  expect(work.get().past[0]?.refused).toBe("Others were faster.");
  expect(work.undo()).toBe(false);
});

test("the draft goes to the server a moment later, and the browser keeps it until then", async () => {
  const { work, kept } = await begun(async () => undefined);
  work.answer("good", true);
  expect(kept.keys()).toEqual(["vouch:task:me:a"]);
  await vi.advanceTimersByTimeAsync(800);
  expect(server.drafts).toEqual([["a", { good: true }]]);
  expect(kept.keys()).toEqual([]);
});

test("leaving gives back what was not begun, and keeps what is in hand", async () => {
  const { work } = await begun(async () => undefined);
  work.stop();
  expect(server.released).toEqual(["b", "c"]);
  expect(work.get().turns.map((one) => one.turn.task)).toEqual(["a"]);
});
