// The review panel: every question on one screen, every answer a key, saving without losing a word.
import { Button, Collapse, UnstyledButton } from "@mantine/core";
import { Check, ChevronDown, Lock } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { MetricDefinition } from "~/api/types";
import { words } from "~/text/format";
import { MetricQuestion } from "./MetricQuestion";
import { ReviewFoot } from "./ReviewFoot";
import { answerKeys } from "./answerKeys";
import { keysOf, useReviewKeys } from "./reviewKeys";
import type { Review } from "./useReview";

const COMMENT: MetricDefinition = {
  name: "comment", type: "text", direction: "neutral", guideline: "", state: "defined", built_in: true, created_at: "",
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
  useFirstError(review.failures);
  const open = more || folded.some((metric) => review.errorAt(metric.name) !== undefined);
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
            <UnstyledButton className="review-more" aria-expanded={open} onClick={() => setMore(!open)}>
              <ChevronDown size={14} style={{ transform: open ? "rotate(180deg)" : undefined }} aria-hidden /> More: {folded.map((m) => words(m.name)).join(", ")}
            </UnstyledButton>
            <Collapse expanded={open}>
              <div className="stack">{folded.map(question)}</div>
            </Collapse>
          </>
        )}
      </div>
      <ReviewFoot review={review} onNext={onNext} saveAndNext={saveAndNext} />
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

/** A save that failed leads to the first answer that is wrong, wherever on the page it is. */
function useFirstError(failures: number) {
  useEffect(() => {
    if (failures === 0) return;
    const wrong = document.querySelector<HTMLElement>('.log-page [aria-invalid="true"]') ?? document.querySelector<HTMLElement>(".question:has(.question-error) button");
    wrong?.focus({ preventScroll: true });
    wrong?.scrollIntoView({ block: "center" });
  }, [failures]);
}
