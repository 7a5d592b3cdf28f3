// The top of a conversation or chain: its id, and what all of its calls come to.
import { ThumbsDown, ThumbsUp } from "lucide-react";
import type { ReactNode } from "react";
import type { ThreadKind } from "~/api/thread";
import type { ThreadPage } from "~/api/types";
import { Fact } from "~/pages/log/LogHead";
import { count, dateTime, decimal, duration, fullTime, plural, usd } from "~/text/format";
import { Copy } from "~/ui/Copy";
import { LinkButton } from "~/ui/LinkButton";
import { Tally } from "~/ui/Tally";

interface Props {
  kind: ThreadKind;
  name: string;
  whole: ThreadPage;
  live: boolean;
}

export function ThreadHead({ kind, name, whole: { id, totals, tally }, live }: Props) {
  const { started_at: from, ended_at: to } = totals;
  const more = totals.partial ? "more than " : "";
  return (
    <header className="thread-head">
      <div className="thread-head-line">
        <h1>
          {name} <code className="mono thread-id" title={id}>{id}</code>
        </h1>
        <Copy text={id} what={`${name.toLowerCase()} id`} size="xs" />
        <span className="row thread-actions">
          <span className={live ? "pill pill-good" : "pill"} role="status">
            <span className={live ? "dot dot-live" : "dot"} aria-hidden /> {live ? "Live" : "Not connected"}
          </span>
          <LinkButton to="/logs" search={kind === "chains" ? { chain_id: id } : { conversation_id: id }} variant="default" size="xs">
            In the list of logs
          </LinkButton>
        </span>
      </div>
      {totals.logs > 0 && (
        <dl className="facts">
          <Fact name="Calls">
            {more}
            {count(totals.logs)}
            {totals.failed > 0 && <span className="thread-failed"> · {count(totals.failed)} failed</span>}
          </Fact>
          {from && <Fact name="Began"><time dateTime={from} title={fullTime(from)}>{dateTime(from)}</time></Fact>}
          {from && to && <Fact name="Took">{duration(Date.parse(to) - Date.parse(from))}</Fact>}
          <Fact name="Tokens">
            <span title={`${count(totals.prompt_tokens)} in, ${count(totals.completion_tokens)} out`}>{count(totals.total_tokens)}</span>
          </Fact>
          <Fact name="Cost">{usd(totals.cost_usd_micros)}</Fact>
          <Fact name="Thumbs on calls">
            <Thumbs up={totals.thumbs_up} down={totals.thumbs_down} />
          </Fact>
          <Fact name="Mean score">{decimal(totals.score, 0)}</Fact>
          {totals.corrected > 0 && <Fact name="Corrected">{plural(totals.corrected, "call")}</Fact>}
          {tally.count > 0 && (
            <Fact name="On the whole">
              <Tally tally={tally} />
            </Fact>
          )}
        </dl>
      )}
    </header>
  );
}

function Thumbs({ up, down }: { up: number; down: number }): ReactNode {
  if (up === 0 && down === 0) return <span className="dim">–</span>;
  return (
    <span className="row" style={{ gap: 4 }}>
      {up > 0 && (
        <span className="pill pill-good">
          <ThumbsUp size={12} aria-label="thumbs up" /> {up}
        </span>
      )}
      {down > 0 && (
        <span className="pill pill-bad">
          <ThumbsDown size={12} aria-label="thumbs down" /> {down}
        </span>
      )}
    </span>
  );
}
