// The keys of the review: a letter or digit for every answer, and for saving.
import { useKeys, type KeyBinding } from "~/shell/keys";
import { words } from "~/text/format";
import { toggled } from "./MetricQuestion";
import type { AnswerKey } from "./answerKeys";
import type { Review } from "./useReview";

const FIELD_KEYS: Record<string, string> = { score: "p", comment: "m" };

/** The keys of one metric by word; that of its field under "". */
export function keysOf(metric: string, keys: AnswerKey[]): Map<string, string> {
  const map = new Map(keys.filter((k) => k.metric === metric).map((k) => [k.word, k.key]));
  if (metric === "thumbs") map.set("true", "y").set("false", "n");
  const field = FIELD_KEYS[metric];
  if (field) map.set("", field);
  return map;
}

export function useReviewKeys(review: Review, keys: AnswerKey[], saveAndNext: () => Promise<void>) {
  const focus = (metric: string) => {
    const field = document.getElementById(`metric-${metric}`) as HTMLInputElement | null;
    field?.focus();
    field?.select();
  };
  const flip = (metric: string, value: boolean | string) => review.set(metric, review.value(metric) === value ? undefined : value);
  const answer = ({ metric, word }: AnswerKey) => {
    const type = review.questions.asked.find((m) => m.name === metric)?.type;
    const now = review.value(metric);
    if (type === "multi_category") review.set(metric, toggled(Array.isArray(now) ? now : [], word));
    else flip(metric, word);
  };
  const bindings: KeyBinding[] = [
    { key: "y", does: "Thumbs up", run: () => flip("thumbs", true) },
    { key: "n", does: "Thumbs down", run: () => flip("thumbs", false) },
    { key: "p", does: "Score: type it, Enter leaves", run: () => focus("score") },
    ...keys.map((k, i): KeyBinding => {
      const own = keys.filter((other) => other.metric === k.metric);
      const first = keys[i - 1]?.metric !== k.metric;
      return { key: k.key, does: `Answer ${words(k.metric)}`, run: () => answer(k), hidden: !first, shownAs: `${k.key} … ${own.at(-1)?.key ?? ""}` };
    }),
    { key: "m", does: "Write a comment, Esc leaves", run: () => focus("comment") },
    { key: "mod+Enter", does: "Save", run: () => void review.save(), inFields: true },
    { key: "mod+shift+Enter", does: "Save and next log", run: () => void saveAndNext(), inFields: true },
  ];
  useKeys("Review", review.mayReview ? bindings : []);
}
