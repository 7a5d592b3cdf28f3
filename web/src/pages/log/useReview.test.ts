// What a review sends and what it starts from.
import { expect, test } from "vitest";
import type { Feedback } from "~/api/types";
import { withValue, emptyDraft } from "~/text/draft";
import { batchOf, mineOf } from "./useReview";

const given = (more: Partial<Feedback>): Feedback => ({
  id: "fb_1", created_at: "", author: "user:1", author_name: null, source: "reviewer", log_id: "log_1", name: "score", value: 1,
  comment: null, correction: null, counts: true, retracted_at: null, ...more,
});

test("starts from what the same person said about this log and what still counts", () => {
  expect(
    mineOf(
      [
        given({ value: 40, counts: false }),
        given({ value: 70 }),
        given({ name: "thumbs", value: true, author: "user:2" }),
        given({ name: "correction", value: true, correction: "Better." }),
        { ...given({ name: "safety", value: "safe" }), log_id: undefined } as unknown as Feedback,
      ],
      "user:1",
    ),
  ).toEqual({ score: 70, correction: "Better." });
});

test("sends what was answered and takes back what was cleared", () => {
  const draft = withValue(withValue(withValue(emptyDraft(), "thumbs", false), "score", null), "defects", ["spelling"]);
  expect(batchOf("log_1", draft)).toEqual({
    feedback: [{ log_id: "log_1", name: "thumbs", value: false }, { log_id: "log_1", name: "defects", value: ["spelling"] }],
    taken: ["score"],
  });
});
