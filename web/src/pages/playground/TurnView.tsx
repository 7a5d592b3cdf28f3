// One turn: what the person asked, or what the model answered with what can be done about it.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, RotateCcw } from "lucide-react";
import { memo, useEffect, useState } from "react";
import { count, duration } from "~/text/format";
import { Copy } from "~/ui/Copy";
import { Fold } from "~/ui/Fold";
import { Markdown } from "~/ui/Markdown";
import { ProblemBox } from "~/ui/ProblemBox";
import { Problem } from "~/api/problem";
import { AnswerFeedback } from "./AnswerFeedback";
import type { Turn } from "./conversation";

/** Taller answers begin folded, once they are whole. */
const FOLD_PX = 3000;

interface Props {
  turn: Turn;
  last: boolean;
  mayFeedback: boolean;
  onChange: (id: string, change: (turn: Turn) => Turn) => void;
  onRetry: () => void;
}

export const TurnView = memo(function TurnView({ turn, last, mayFeedback, onChange, onRetry }: Props) {
  if (turn.role === "user") {
    return (
      <article className="turn turn-user" aria-label="You">
        <div className="turn-bubble" dir="auto">
          <Fold px={FOLD_PX}>{turn.text}</Fold>
        </div>
      </article>
    );
  }
  const streaming = turn.state === "streaming";
  return (
    <article className="turn turn-answer" aria-label="Answer" aria-busy={streaming}>
      {turn.text && (streaming ? <Markdown text={turn.text} /> : <Fold px={FOLD_PX}><Markdown text={turn.text} /></Fold>)}
      {streaming && <Waiting begun={turn.text !== ""} since={turn.askedAt} />}
      {turn.state === "stopped" && <p className="dim turn-note">Stopped. What had come is kept in the log.</p>}
      {turn.state === "done" && !turn.text && <p className="dim turn-note">The answer is empty.</p>}
      {turn.finish === "length" && <p className="dim turn-note">The answer reached its limit of tokens.</p>}
      {turn.problem && <ProblemBox error={new Problem(0, turn.problem.title, turn.problem.detail)} onRetry={last ? onRetry : undefined} />}
      {!streaming && (
        <footer className="turn-foot">
          {turn.logId && mayFeedback && (turn.text || turn.state === "done") && (
            <AnswerFeedback turn={{ ...turn, logId: turn.logId }} onChange={(change) => onChange(turn.id, change)} />
          )}
          <div className="turn-facts num">
            {turn.firstTokenMs !== undefined && <span title="Time to the first token, seen from here">first token {duration(turn.firstTokenMs)}</span>}
            {turn.totalMs !== undefined && <span>{duration(turn.totalMs)}</span>}
            {turn.usage && <span>{count(turn.usage.completion_tokens)} tokens</span>}
            {turn.text && <Copy text={turn.text} what="answer" size="xs" />}
            {last && turn.state !== "failed" && (
              <Button size="compact-xs" variant="subtle" color="gray" leftSection={<RotateCcw size={12} />} onClick={onRetry}>
                Again
              </Button>
            )}
            {turn.logId && (
              <Link to="/logs/$id" params={{ id: turn.logId }} className="turn-log">
                Open log <ArrowUpRight size={13} aria-hidden />
              </Link>
            )}
          </div>
        </footer>
      )}
    </article>
  );
});

/** Dots until the first token; the seconds, once it takes long. */
function Waiting({ begun, since }: { begun: boolean; since: number | undefined }) {
  return (
    <div className={begun ? "waiting waiting-begun" : "waiting"}>
      {!begun && (
        <span role="status">
          <span className="sr-only">Waiting for the first token</span>
          <i />
          <i />
          <i />
        </span>
      )}
      {since !== undefined && <Elapsed since={since} />}
    </div>
  );
}

const SLOW_MS = 3_000;

function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const ms = now - since;
  if (ms < SLOW_MS) return null;
  // Seen, not read out each second.
  return (
    <span className="dim num elapsed" aria-hidden>
      {ms < 60_000 ? `${Math.floor(ms / 1000)} s` : duration(ms)}
    </span>
  );
}
