// One log as a line of the list; on a phone as a card.
import { Link, useNavigate } from "@tanstack/react-router";
import { MessagesSquare, Workflow } from "lucide-react";
import { memo, type MouseEvent } from "react";
import type { LogSummary } from "~/api/types";
import { compact, duration, usd } from "~/text/format";
import { Status } from "~/ui/Status";
import { Tally } from "~/ui/Tally";
import { When } from "~/ui/When";
import { FailedReason } from "./FailedReason";
import type { LogFilter } from "./filter";

/** The list is one step back from a log that was opened from it. */
const OPENED = { logsDeep: 1 };

interface Props {
  log: LogSummary;
  filter: LogFilter;
  fresh: boolean;
  draft: boolean;
}

export const servedBy = (log: Pick<LogSummary, "deployment" | "version" | "variant" | "provider" | "model">) => ({
  name: log.deployment ?? (log.provider && log.model ? `${log.provider}/${log.model}` : (log.model ?? "–")),
  more: log.deployment ? [log.version === null ? undefined : `v${log.version}`, log.variant, log.model].filter(Boolean).join(" · ") : "",
});

export const LogRow = memo(function LogRow({ log, filter, fresh, draft }: Props) {
  const navigate = useNavigate();
  const served = servedBy(log);
  const open = (event: MouseEvent) => {
    // The link itself, and a text that is being marked, keep their own behaviour.
    if ((event.target as HTMLElement).closest("a,button") || window.getSelection()?.toString()) return;
    void navigate({ to: "/logs/$id", params: { id: log.id }, search: filter, state: OPENED });
  };
  return (
    <tr className={fresh ? "log-row log-fresh" : "log-row"} onClick={open}>
      <td className="log-time">
        <Status status={log.status} iconOnly />
        <When at={log.created_at} />
        <ThreadLinks log={log} />
      </td>
      <td className="log-text">
        <Link to="/logs/$id" params={{ id: log.id }} search={filter} state={OPENED} className="log-link clip" dir="auto" title={log.input_preview}>
          {log.input_preview || <span className="dim">no input</span>}
        </Link>
        <div className="log-output clip" dir="auto" title={log.output_preview}>
          {draft && <span className="pill pill-warn">draft</span>}
          {log.output_preview || (log.status === "failed" ? <FailedReason id={log.id} /> : <span className="dim">no output</span>)}
        </div>
      </td>
      <td className="log-served">
        <div className="clip" title={served.name}>
          {served.name}
        </div>
        <div className="clip dim" title={served.more}>
          {served.more}
        </div>
      </td>
      <td className="log-user clip" title={log.user_id ?? undefined}>
        {log.user_id ?? <span className="dim">–</span>}
      </td>
      <td className="right num log-latency">
        {duration(log.performance.latency)}
        {log.performance.time_to_first_token !== null && <div className="dim" title="Time to first token">{duration(log.performance.time_to_first_token)}</div>}
      </td>
      <td className="right num log-tokens">
        {compact(log.usage?.total_tokens)}
        <div className="dim" title="Cost">{usd(log.cost_usd_micros)}</div>
      </td>
      <td className="log-tally">
        <Tally tally={log.feedback} />
      </td>
    </tr>
  );
});

/** The conversation and the chain that the call belongs to. */
function ThreadLinks({ log }: { log: LogSummary }) {
  if (log.conversation_id === null && log.chain_id === null) return null;
  return (
    <span className="log-threads">
      {log.conversation_id !== null && (
        <Link to="/conversations/$id" params={{ id: log.conversation_id }} aria-label={`Conversation ${log.conversation_id}`} title={`Conversation ${log.conversation_id}`}>
          <MessagesSquare size={14} />
        </Link>
      )}
      {log.chain_id !== null && (
        <Link to="/chains/$id" params={{ id: log.chain_id }} aria-label={`Chain ${log.chain_id}`} title={`Chain ${log.chain_id}`}>
          <Workflow size={14} />
        </Link>
      )}
    </span>
  );
}
