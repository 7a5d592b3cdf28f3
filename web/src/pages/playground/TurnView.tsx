// One turn: what the person asked, or what the model answered with what can be done about it.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, RotateCcw } from "lucide-react";
import { memo } from "react";
import { count, duration } from "~/text/format";
import { Copy } from "~/ui/Copy";
import { Markdown } from "~/ui/Markdown";
import { ProblemBox } from "~/ui/ProblemBox";
import { Problem } from "~/api/problem";
import { AnswerFeedback } from "./AnswerFeedback";
import type { Given, Turn } from "./conversation";

interface Props {
  turn: Turn;
  last: boolean;
  mayFeedback: boolean;
  onGiven: (id: string, given: Given | undefined) => void;
  onRetry: () => void;
}

export const TurnView = memo(function TurnView({ turn, last, mayFeedback, onGiven, onRetry }: Props) {
  if (turn.role === "user") {
    return (
      <article className="turn turn-user" aria-label="You">
        <div className="turn-bubble">{turn.text}</div>
      </article>
    );
  }
  const streaming = turn.state === "streaming";
  return (
    <article className="turn turn-answer" aria-label="Answer" aria-busy={streaming}>
      {turn.text ? <Markdown text={turn.text} /> : streaming && <Waiting />}
      {streaming && turn.text && <span className="caret" aria-hidden />}
      {turn.state === "stopped" && <p className="dim turn-note">Stopped. What had come is kept in the log.</p>}
      {turn.finish === "length" && <p className="dim turn-note">The answer reached its limit of tokens.</p>}
      {turn.problem && <ProblemBox error={new Problem(0, turn.problem.title, turn.problem.detail)} onRetry={last ? onRetry : undefined} />}
      {!streaming && (
        <footer className="turn-foot">
          {turn.logId && mayFeedback && turn.text && (
            <AnswerFeedback turn={{ ...turn, logId: turn.logId }} onGiven={(given) => onGiven(turn.id, given)} />
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

function Waiting() {
  return (
    <div className="waiting" role="status">
      <span className="sr-only">Waiting for the first token</span>
      <i />
      <i />
      <i />
    </div>
  );
}
