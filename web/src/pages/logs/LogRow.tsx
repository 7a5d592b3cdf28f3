// One log as a line of the list; on a phone as a card.
import { Link, useNavigate } from "@tanstack/react-router";
import { memo, type MouseEvent } from "react";
import type { LogSummary } from "~/api/types";
import { compact, duration, usd } from "~/text/format";
import { Status } from "~/ui/Status";
import { Tally } from "~/ui/Tally";
import { When } from "~/ui/When";
import type { LogFilter } from "./filter";

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
    void navigate({ to: "/logs/$id", params: { id: log.id }, search: filter });
  };
  return (
    <tr className={fresh ? "log-row log-fresh" : "log-row"} onClick={open}>
      <td className="log-time">
        <Status status={log.status} iconOnly />
        <When at={log.created_at} />
      </td>
      <td className="log-text">
        <Link to="/logs/$id" params={{ id: log.id }} search={filter} className="log-link clip">
          {log.input_preview || <span className="dim">no input</span>}
        </Link>
        <div className="log-output clip">
          {draft && <span className="pill pill-warn">draft</span>}
          {log.output_preview || <span className="dim">{log.status === "failed" ? "failed" : "no output"}</span>}
        </div>
      </td>
      <td className="log-served">
        <div className="clip">{served.name}</div>
        <div className="clip dim">{served.more}</div>
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
