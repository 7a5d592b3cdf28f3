// Saving, always in reach: under the questions, or at the foot of a narrow window with the usual answers.
import { ActionIcon, Button } from "@mantine/core";
import { ArrowRight, PencilLine, ThumbsDown, ThumbsUp } from "lucide-react";
import { printed } from "~/shell/keys";
import { Key } from "~/ui/Key";
import { ProblemBox } from "~/ui/ProblemBox";
import type { Review } from "./useReview";

interface Props {
  review: Review;
  onNext: (() => void) | undefined;
  saveAndNext: () => Promise<void>;
}

export function ReviewFoot({ review, onNext, saveAndNext }: Props) {
  return (
    <footer className="review-foot">
      {Boolean(review.error) && <ProblemBox error={review.error} onRetry={() => void review.save()} retryText="Save again" />}
      {review.refused && (
        <p className="question-error" role="alert">
          Not saved yet: look at what is marked.
        </p>
      )}
      {!review.kept && <p className="question-error">This browser has no room to keep your draft. Save soon.</p>}
      <div className="row review-actions">
        <Quick review={review} />
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
          <span className="review-next">{review.dirty ? "Save and next" : "Next"}</span>
        </Button>
      </div>
    </footer>
  );
}

/** Only where the questions may be out of sight; see log.css. */
function Quick({ review }: { review: Review }) {
  const thumb = (up: boolean) => (
    <ActionIcon
      size={36}
      variant={review.value("thumbs") === up ? "filled" : "default"}
      color={up ? "pine" : "clay.6"}
      aria-label={up ? "Thumbs up" : "Thumbs down"}
      aria-pressed={review.value("thumbs") === up}
      onClick={() => review.set("thumbs", review.value("thumbs") === up ? undefined : up)}
    >
      {up ? <ThumbsUp size={17} aria-hidden /> : <ThumbsDown size={17} aria-hidden />}
    </ActionIcon>
  );
  return (
    <div className="review-quick" role="group" aria-label="Quick answers">
      {thumb(true)}
      {thumb(false)}
      <ActionIcon size={36} variant={review.changed("correction") ? "light" : "default"} color="honey" aria-label="Correct" onClick={review.correct}>
        <PencilLine size={17} aria-hidden />
      </ActionIcon>
    </div>
  );
}
