// Nothing that was decided is lost: it is sent in order, once, after failures and reloads alike.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "~/api/problem";
import { Outbox, type OutboxShelf, type Sending } from "./outbox";

function shelf(): OutboxShelf & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return { map, getItem: (key) => map.get(key) ?? null, setItem: (key, value) => void map.set(key, value), removeItem: (key) => void map.delete(key), keys: () => [...map.keys()].reverse() };
}

const review = (id: string) => ({ kind: "review" as const, id, queue: "q", task: `task_${id}`, body: { answers: { a: true }, active_ms: 1, submission_id: id } });
const undo = (of: string) => ({ kind: "undo" as const, id: `undo_${of}`, queue: "q", task: `task_${of}`, of });
const gone = () => new Problem(0, "The server cannot be reached", "", [], "unreachable");

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("sends one after the other, and forgets what was sent", async () => {
  const kept = shelf();
  const sent: string[] = [];
  const box = new Outbox("me", kept, async ({ id }) => void sent.push(id));
  box.add(review("1"));
  box.add(review("2"));
  expect(box.state().waiting).toBe(2);
  expect(kept.map.size).toBe(2);
  await vi.runAllTimersAsync();
  expect(sent).toEqual(["1", "2"]);
  expect(box.state().waiting).toBe(0);
  expect(kept.map.size).toBe(0);
});

test("tries again until the server answers, without passing anyone by", async () => {
  const tried: string[] = [];
  let lost = 3;
  const box = new Outbox("me", shelf(), async ({ id }) => {
    tried.push(id);
    if (lost-- > 0) throw gone();
  });
  box.add(review("1"));
  box.add(review("2"));
  await vi.advanceTimersByTimeAsync(500);
  expect(box.state()).toMatchObject({ waiting: 2, problem: { status: 0 } });
  await vi.runAllTimersAsync();
  expect(tried).toEqual(["1", "1", "1", "1", "2"]);
  expect(box.state()).toEqual({ waiting: 0, problem: undefined });
});

test("a reload goes on where it was, in the same order, and only for the same person", async () => {
  const kept = shelf();
  const first = new Outbox("me", kept, () => Promise.reject(gone()));
  for (const id of ["b", "a", "c"]) first.add(review(id));
  const sent: string[] = [];
  expect(new Outbox("you", kept, async () => undefined).state().waiting).toBe(0);
  const second = new Outbox("me", kept, async ({ id }) => void sent.push(id));
  expect(second.state().waiting).toBe(3);
  expect(second.tasks()).toEqual(["task_b", "task_a", "task_c"]);
  second.flush();
  await vi.advanceTimersByTimeAsync(50);
  expect(sent).toEqual(["b", "a", "c"]);
});

test("what is refused for good is told and makes room for the rest", async () => {
  const refused: string[] = [];
  const box = new Outbox("me", shelf(), async ({ id }) => {
    if (id === "1") throw new Problem(409, "Conflict", "too late");
  });
  box.listen({ refused: ({ id }, problem) => refused.push(`${id}: ${problem.detail}`) });
  box.add(review("1"));
  box.add(undo("1"));
  box.add(review("2"));
  await vi.runAllTimersAsync();
  expect(refused).toEqual(["1: too late"]);
  expect(box.state().waiting).toBe(0);
});

test("an undo takes back what has not left, and follows what has", async () => {
  const sent: Sending[] = [];
  const box = new Outbox("me", shelf(), async (sending) => {
    sent.push({ ...sending });
    return sending.kind === "review" ? { review: { id: `review_of_${sending.id}` } } : undefined;
  });
  box.add(review("1"));
  expect(box.withdraw("1")).toBe(true);
  await vi.runAllTimersAsync();
  expect(sent).toEqual([]);
  box.add(review("2"));
  box.flush();
  expect(box.withdraw("2")).toBe(false);
  box.add(undo("2"));
  await vi.runAllTimersAsync();
  expect(sent.map(({ kind }) => kind)).toEqual(["review", "undo"]);
  expect(sent[1]).toMatchObject({ review: "review_of_2" });
  box.add({ ...undo("2"), id: "later" });
  await vi.runAllTimersAsync();
  expect(sent[2]).toMatchObject({ review: "review_of_2" });
});
