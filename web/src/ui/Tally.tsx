// What people said of a log, in short: thumbs, score, a correction.
import { PencilLine, ThumbsDown, ThumbsUp } from "lucide-react";
import type { FeedbackTally } from "~/api/types";
import { decimal, plural } from "~/text/format";

export function Tally({ tally }: { tally: FeedbackTally }) {
  const { thumbs_up: up, thumbs_down: down, score, has_correction: corrected, count } = tally;
  if (count === 0) return <span className="dim">–</span>;
  const bare = !up && !down && score == null && !corrected;
  return (
    <span className="row" style={{ gap: 4, flexWrap: "nowrap" }}>
      {up > 0 && (
        <span className="pill pill-good" title={plural(up, "thumb up", "thumbs up")}>
          <ThumbsUp size={12} aria-label="thumbs up" /> {up > 1 && up}
        </span>
      )}
      {down > 0 && (
        <span className="pill pill-bad" title={plural(down, "thumb down", "thumbs down")}>
          <ThumbsDown size={12} aria-label="thumbs down" /> {down > 1 && down}
        </span>
      )}
      {score != null && (
        <span className="pill num" title="Mean score, 0 to 100">
          <span className="sr-only">score</span> {decimal(score, 0)}
        </span>
      )}
      {corrected && (
        <span className="pill pill-accent" title="Has a correction">
          <PencilLine size={12} aria-label="corrected" />
        </span>
      )}
      {bare && <span className="pill num">{plural(count, "feedback")}</span>}
    </span>
  );
}
