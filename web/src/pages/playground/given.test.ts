// The Playground's thumbs: as the server has them, and nothing typed about them is lost.
import { expect, test } from "vitest";
import type { Feedback } from "~/api/types";
import type { Turn } from "./conversation";
import { changed, givenOf, withDraft } from "./given";

const feedback = (name: string, value: Feedback["value"], more: Partial<Feedback> = {}): Feedback => ({
  id: `fb_${name}`, created_at: "", author: "user:1", author_name: null, source: "reviewer", log_id: "log_1", name, value,
  comment: null, correction: null, counts: true, retracted_at: null, ...more,
});

test("follows what the server has", () => {
  const all = [feedback("thumbs", true, { counts: false, id: "fb_0" }), feedback("thumbs", false), feedback("comment", "No."), feedback("score", 3), feedback("thumbs", true, { author: "user:2" })];
  expect(givenOf(all, "user:1")).toEqual({ thumbs: false, defects: [], comment: "No.", ids: ["fb_0", "fb_thumbs", "fb_comment"] });
  expect(givenOf([feedback("thumbs", false, { counts: false, retracted_at: "now" })], "user:1")).toBeUndefined();
});

test("sends only what changed", () => {
  const before = { thumbs: false, defects: ["spelling"], comment: "", ids: [] };
  expect(changed("log_1", before, { thumbs: false, defects: ["spelling"], comment: "x" })).toEqual([{ log_id: "log_1", name: "comment", value: "x" }]);
});

test("a closed panel keeps what was typed in it, and nothing else", () => {
  const turn: Turn = { id: "1", role: "assistant", text: "", state: "done", given: { thumbs: false, defects: [], comment: "", ids: [] } };
  expect(withDraft(turn, { open: false, defects: [], comment: "half" }).draft).toEqual({ open: false, defects: [], comment: "half" });
  expect(withDraft(turn, { open: false, defects: [], comment: " " })).not.toHaveProperty("draft");
  expect(withDraft(turn, { open: true, defects: [], comment: "" }).draft).toBeDefined();
});
