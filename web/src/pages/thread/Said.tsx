// What people said of a call or of a whole thread, to be read: what counts, and on demand the rest.
import { Button } from "@mantine/core";
import { useState } from "react";
import { useActorName } from "~/api/actor";
import type { Feedback } from "~/api/types";
import { correctionIn } from "~/pages/log/corrections";
import { words } from "~/text/format";
import { FeedbackValue } from "~/ui/FeedbackValue";
import { Fold } from "~/ui/Fold";
import { SourcePill } from "~/ui/SourcePill";
import { When } from "~/ui/When";

const FOLD_PX = 160;

export function Said({ feedback }: { feedback: Feedback[] }) {
  const [all, setAll] = useState(false);
  const counting = feedback.filter((f) => f.counts);
  const rest = feedback.length - counting.length;
  return (
    <>
      <ol className="said" aria-label="Feedback">
        {(all ? feedback : counting).map((f) => (
          <Entry key={f.id} feedback={f} />
        ))}
      </ol>
      {rest > 0 && (
        <Button size="compact-xs" variant="subtle" color="gray" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Only what counts" : `With ${rest} that no longer ${rest === 1 ? "counts" : "count"}`}
        </Button>
      )}
    </>
  );
}

function Entry({ feedback }: { feedback: Feedback }) {
  const actorName = useActorName();
  const author = actorName(feedback.author, feedback.author_name);
  const correction = correctionIn(feedback);
  return (
    <li className={feedback.counts ? undefined : "said-past"}>
      <div className="said-line">
        <strong className="clip" title={author}>
          {author}
        </strong>
        <SourcePill source={feedback.source} />
        <span className="dim">{words(feedback.name)}</span>
        {correction === undefined && <FeedbackValue feedback={feedback} />}
        {!feedback.counts && <span className="pill">{feedback.retracted_at ? "taken back" : "replaced by a newer one"}</span>}
        <span className="said-when dim">
          <When at={feedback.created_at} />
        </span>
      </div>
      {feedback.comment && (
        <Fold px={FOLD_PX}>
          <blockquote dir="auto">{feedback.comment}</blockquote>
        </Fold>
      )}
      {correction !== undefined && (
        <Fold px={FOLD_PX}>
          <blockquote dir="auto">{correction}</blockquote>
        </Fold>
      )}
    </li>
  );
}
