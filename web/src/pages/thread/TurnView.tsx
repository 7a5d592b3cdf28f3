// One call of a conversation: what was new in it, the answer, and what people said of that.
import { Link } from "@tanstack/react-router";
import { ArrowUpRight } from "lucide-react";
import type { Turn } from "~/api/types";
import { LogFailure } from "~/pages/log/LogFailure";
import { MessageView } from "~/pages/log/MessageView";
import { servedBy } from "~/pages/logs/LogRow";
import { compact, duration, usd } from "~/text/format";
import { Status } from "~/ui/Status";
import { Tally } from "~/ui/Tally";
import { When } from "~/ui/When";
import { Said } from "./Said";

export function TurnView({ turn, before }: { turn: Turn; before: Turn | undefined }) {
  const served = servedBy(turn);
  return (
    <article className="card call" aria-label={`Call of ${turn.created_at}`}>
      <header className="call-head">
        <Status status={turn.status} iconOnly />
        <When at={turn.created_at} />
        <span className="clip" title={served.more || served.name}>
          {served.name}
          {/* What stays the same is said once. */}
          {served.more && served.more !== (before && servedBy(before).more) && <span className="dim"> · {served.more}</span>}
        </span>
        <span className="dim num call-sums">
          {[duration(turn.performance.latency), turn.usage ? `${compact(turn.usage.total_tokens)} tokens` : undefined, turn.cost_usd_micros === null ? undefined : usd(turn.cost_usd_micros)]
            .filter((part) => part && part !== "–")
            .join(" · ")}
        </span>
        {turn.tally.count > 0 && <Tally tally={turn.tally} />}
        <Link to="/logs/$id" params={{ id: turn.id }} className="call-open" aria-label={`Open the log of ${turn.created_at}`}>
          Open <ArrowUpRight size={14} aria-hidden />
        </Link>
      </header>
      <TurnSaid turn={turn} />
      {turn.feedback.length > 0 && (
        <div className="call-feedback">
          <Said feedback={turn.feedback} />
        </div>
      )}
    </article>
  );
}

/** The messages that are new, and the answer. */
export function TurnSaid({ turn }: { turn: Turn }) {
  const answered = turn.choices.length > 0;
  return (
    <>
      {turn.messages.length === 0 && <p className="call-same dim">The same input as the call before.</p>}
      {turn.messages.map((message, i) => (
        <MessageView key={i} message={message} />
      ))}
      {turn.choices.map((choice, i) => (
        <MessageView key={`choice ${i}`} message={choice.message} />
      ))}
      {turn.error && <div className="call-error"><LogFailure error={turn.error} /></div>}
      {!answered && !turn.error && <p className="call-same dim">No answer.</p>}
    </>
  );
}
