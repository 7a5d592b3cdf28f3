// Everything that was said about a log: who, what kind of author, and what no longer counts.
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { MessageSquareDashed } from "lucide-react";
import { useState } from "react";
import { useActorName } from "~/api/actor";
import { retractFeedback } from "~/api/feedback";
import { logQuery } from "~/api/log";
import { useMay, useMe } from "~/api/session";
import type { Feedback, LogDetail } from "~/api/types";
import { words } from "~/text/format";
import { Difference } from "~/ui/Difference";
import { FeedbackValue } from "~/ui/FeedbackValue";
import { Fold } from "~/ui/Fold";
import { ProblemBox } from "~/ui/ProblemBox";
import { SourcePill } from "~/ui/SourcePill";
import { When } from "~/ui/When";
import { correctionIn } from "./corrections";

/** Longer remarks begin folded. */
const FOLD_PX = 260;

export function FeedbackHistory({ log, original }: { log: LogDetail; original: string }) {
  const [all, setAll] = useState(false);
  const entries = [...log.feedback].reverse();
  const counting = entries.filter((f) => f.counts);
  const rest = entries.length - counting.length;
  return (
    <section className="card card-pad" aria-labelledby="feedback-history">
      <h2 className="card-title" id="feedback-history">
        Feedback
        {rest > 0 && (
          <Button size="compact-xs" variant="subtle" color="gray" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Only what counts" : `With ${rest} that no longer ${rest === 1 ? "counts" : "count"}`}
          </Button>
        )}
      </h2>
      {!all && counting.length === 0 && (
        <p className="dim row" style={{ margin: 0 }}>
          <MessageSquareDashed size={17} aria-hidden /> {rest === 0 ? "Nobody has said anything yet." : "Nothing counts any more: all of it was taken back."}
        </p>
      )}
      <ol className="said">
        {(all ? entries : counting).map((feedback) => (
          <Entry key={feedback.id} feedback={feedback} log={log} original={original} />
        ))}
      </ol>
    </section>
  );
}

function Entry({ feedback, log, original }: { feedback: Feedback; log: LogDetail; original: string }) {
  const me = useMe();
  const actorName = useActorName();
  const isAdmin = useMay("admin");
  const mayFeedback = useMay("feedback");
  const own = me.user !== null && feedback.author === `user:${me.user.id}`;
  const correction = correctionIn(feedback);
  const author = actorName(feedback.author, feedback.author_name);
  return (
    <li className={feedback.counts ? undefined : "said-past"}>
      <div className="said-line">
        <strong className="clip" title={author}>
          {author}
        </strong>
        <SourcePill source={feedback.source} />
        <span className="dim">{words(feedback.name)}</span>
        {correction === undefined && <FeedbackValue feedback={feedback} />}
        {feedback.log_id === undefined && <span className="pill">on the {feedback.chain_id ? "chain" : "conversation"}</span>}
        {!feedback.counts && <span className="pill">{feedback.retracted_at ? "taken back" : "replaced by a newer one"}</span>}
        <span className="said-when dim">
          <When at={feedback.created_at} />
        </span>
        {mayFeedback && (own || isAdmin) && feedback.retracted_at === null && <TakeBack feedback={feedback} logId={log.id} />}
      </div>
      {feedback.comment && (
        <Fold px={FOLD_PX}>
          <blockquote dir="auto">{feedback.comment}</blockquote>
        </Fold>
      )}
      {correction !== undefined && (
        <Fold px={FOLD_PX}>
          <Difference before={original} after={correction} />
        </Fold>
      )}
    </li>
  );
}

function TakeBack({ feedback, logId }: { feedback: Feedback; logId: string }) {
  const queries = useQueryClient();
  const retract = useMutation({
    mutationFn: () => retractFeedback(feedback.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: logQuery(logId).queryKey }),
  });
  return (
    <>
      <Button size="compact-xs" variant="subtle" color="gray" loading={retract.isPending} onClick={() => retract.mutate()} aria-label={`Take back ${words(feedback.name)}`}>
        Take back
      </Button>
      {retract.isError && <ProblemBox error={retract.error} />}
    </>
  );
}
