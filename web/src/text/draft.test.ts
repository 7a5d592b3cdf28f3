// Drafts: nothing typed is lost, nothing sent twice.
import { expect, test } from "vitest";
import { afterSave, emptyDraft, isEmpty, keepDraft, loadDraft, withValue, type Shelf } from "./draft";

function shelf(): Shelf & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

test("comes back as it was kept, log by log", () => {
  const kept = shelf();
  const draft = withValue(withValue(emptyDraft(), "score", 70), "correction", "Paris.");
  expect(keepDraft(kept, "log_1", draft)).toBe(true);
  expect(loadDraft(kept, "log_1")).toEqual(draft);
  expect(isEmpty(loadDraft(kept, "log_2"))).toBe(true);
});

test("an emptied draft leaves nothing behind", () => {
  const kept = shelf();
  const draft = withValue(emptyDraft(), "thumbs", false);
  keepDraft(kept, "log_1", draft);
  keepDraft(kept, "log_1", withValue(draft, "thumbs", undefined));
  expect(kept.map.size).toBe(0);
});

test("every change has a key of its own, a retry the same", () => {
  const one = withValue(emptyDraft(), "score", 1);
  const two = withValue(one, "score", 2);
  expect(two.key).not.toBe(one.key);
  const kept = shelf();
  keepDraft(kept, "l", two);
  expect(loadDraft(kept, "l").key).toBe(two.key);
});

test("what is typed while a save is under way stays", () => {
  const sent = withValue(withValue(emptyDraft(), "score", 70), "comment", "go");
  const now = withValue(sent, "comment", "good");
  expect(afterSave(now, sent).values).toEqual({ comment: "good" });
  expect(isEmpty(afterSave(sent, sent))).toBe(true);
});

test("survives rubbish and a full or closed storage", () => {
  const kept = shelf();
  for (const rubbish of ["{", "null", "3", '{"values":null}']) {
    kept.setItem("vouch:draft:l", rubbish);
    expect(isEmpty(loadDraft(kept, "l"))).toBe(true);
  }
  const closed: Shelf = {
    getItem: () => { throw new Error("closed"); },
    setItem: () => { throw new Error("full"); },
    removeItem: () => undefined,
  };
  expect(isEmpty(loadDraft(closed, "l"))).toBe(true);
  expect(keepDraft(closed, "l", withValue(emptyDraft(), "a", 1))).toBe(false);
});
