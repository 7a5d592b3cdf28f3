// The review panel: every question on one screen, every answer a key, saving without losing a word.
import { Button, Collapse, UnstyledButton } from "@mantine/core";
import { ArrowRight, Check, ChevronDown, Lock } from "lucide-react";
import { useMemo, useState } from "react";
import type { MetricDefinition } from "~/api/types";
import { printed, useKeys, type KeyBinding } from "~/shell/keys";
import { words } from "~/text/format";
import { Key } from "~/ui/Key";
import { ProblemBox } from "~/ui/ProblemBox";
import { MetricQuestion, toggled } from "./MetricQuestion";
import { answerKeys } from "./answerKeys";
import type { Review } from "./useReview";

const COMMENT: MetricDefinition = {
  name: "comment", type: "text", direction: "neutral", guideline: "A remark in words.", state: "defined", built_in: true, created_at: "",
};

interface Props {
  review: Review;
  onNext: (() => void) | undefined;
}

export function ReviewPanel({ review, onNext }: Props) {
  const { asked, folded } = review.questions;
  const keys = useMemo(() => answerKeys(asked), [asked]);
  const [more, setMore] = useState(false);
  const saveAndNext = async () => {
    if (await review.save()) onNext?.();
  };
  useReviewKeys(review, keys, saveAndNext);
  if (!review.mayReview) {
    return (
      <aside className="review card" aria-label="Review">
        <div className="review-closed">
          <Lock size={18} aria-hidden />
          <p>Your role may read, not review. Ask an admin for the role “reviewer” to rate and correct answers.</p>
        </div>
      </aside>
    );
  }
  const question = (metric: MetricDefinition) => (
    <MetricQuestion
      key={metric.name}
      metric={metric}
      value={review.value(metric.name)}
      onChange={(value) => review.set(metric.name, value)}
      changed={review.changed(metric.name)}
      error={review.errorAt(metric.name)}
      keys={keysOf(metric.name, keys)}
    />
  );
  return (
    <aside className="review card" aria-label="Review">
      <header className="review-head">
        <h2>Your review</h2>
        <State review={review} />
      </header>
      <div className="review-body">
        {asked.map(question)}
        {question(COMMENT)}
        {folded.length > 0 && (
          <>
            <UnstyledButton className="review-more" aria-expanded={more} onClick={() => setMore(!more)}>
              <ChevronDown size={14} style={{ transform: more ? "rotate(180deg)" : undefined }} aria-hidden /> {folded.map((m) => words(m.name)).join(", ")}
            </UnstyledButton>
            <Collapse expanded={more}>
              <div className="stack">{folded.map(question)}</div>
            </Collapse>
          </>
        )}
      </div>
      <footer className="review-foot">
        {Boolean(review.error) && (
          <ProblemBox error={review.error} onRetry={() => void review.save()} retryText="Save again" />
        )}
        {!review.kept && <p className="question-error">This browser has no room to keep your draft. Save soon.</p>}
        <div className="row" style={{ flexWrap: "nowrap" }}>
          <Button className="grow" onClick={() => void review.save()} loading={review.saving} disabled={!review.dirty} rightSection={<Key>{printed("mod+Enter")}</Key>}>
            Save
          </Button>
          <Button
            variant="default"
            onClick={() => void saveAndNext()}
            disabled={!onNext || review.saving}
            aria-label={review.dirty ? "Save and next log" : "Next log"}
            rightSection={<ArrowRight size={15} />}
          >
            {review.dirty ? "Save and next" : "Next"}
          </Button>
        </div>
      </footer>
    </aside>
  );
}

function State({ review }: { review: Review }) {
  const text = review.saving ? "Saving …" : review.saved ? "Saved" : review.dirty ? "Draft kept here" : "";
  return (
    <span className="review-state" role="status">
      {review.saved && <Check size={14} aria-hidden />} {text}
      {review.dirty && !review.saving && (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={review.discard}>
          Discard
        </Button>
      )}
    </span>
  );
}

const FIELD_KEYS: Record<string, string> = { score: "p", comment: "m" };

function keysOf(metric: string, keys: ReturnType<typeof answerKeys>): Map<string, string> {
  const map = new Map(keys.filter((k) => k.metric === metric).map((k) => [k.word, k.key]));
  if (metric === "thumbs") map.set("true", "y").set("false", "n");
  const field = FIELD_KEYS[metric];
  if (field) map.set("", field);
  return map;
}

function useReviewKeys(review: Review, keys: ReturnType<typeof answerKeys>, saveAndNext: () => Promise<void>) {
  const focus = (metric: string) => {
    const field = document.getElementById(`metric-${metric}`) as HTMLInputElement | null;
    field?.focus();
    field?.select();
  };
  const flip = (metric: string, value: boolean | string) => review.set(metric, review.value(metric) === value ? undefined : value);
  const answer = ({ metric, word }: (typeof keys)[number]) => {
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
