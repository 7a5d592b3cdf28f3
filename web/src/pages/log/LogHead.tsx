// The top of a log: when, what served it, how long, how much; and the way to its neighbours.
import { ActionIcon, Tooltip } from "@mantine/core";
import { Link, useLocation, useRouter } from "@tanstack/react-router";
import { ArrowLeft, ChevronDown, ChevronUp } from "lucide-react";
import type { MouseEvent, ReactNode } from "react";
import type { LogDetail } from "~/api/types";
import type { LogFilter } from "~/pages/logs/filter";
import { count, dateTime, duration, fullTime, usd } from "~/text/format";
import { Copy } from "~/ui/Copy";
import { Status } from "~/ui/Status";
import type { Neighbours } from "./useNeighbours";

export function LogHead({ log, filter, neighbours }: { log: LogDetail; filter: LogFilter; neighbours: Neighbours }) {
  const back = useBackToList();
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || !back) return;
    event.preventDefault();
    back();
  };
  return (
    <header className="log-head">
      <div className="log-head-line">
        <Link to="/logs" search={filter} className="log-back" onClick={follow}>
          <ArrowLeft size={15} aria-hidden /> Logs
        </Link>
        <h1 title={fullTime(log.created_at)}>{dateTime(log.created_at)}</h1>
        <Status status={log.status} />
        <span className="row log-id">
          <code className="mono clip" title={log.id}>
            {log.id}
          </code>
          <Copy text={log.id} what="log id" size="xs" />
        </span>
        <span className="row" style={{ gap: 4, marginLeft: "auto", flexWrap: "nowrap" }}>
          <Step label="Newer log (k)" icon={<ChevronUp size={17} />} go={neighbours.newer} />
          <Step label="Older log (j)" icon={<ChevronDown size={17} />} go={neighbours.older} />
        </span>
      </div>
      <Facts log={log} />
    </header>
  );
}

/** Back to the list that the log was opened from, where it was left; undefined when it came by a link. */
export function useBackToList(): (() => void) | undefined {
  const { logsDeep } = useLocation().state;
  const { history } = useRouter();
  return logsDeep === undefined ? undefined : () => history.go(-logsDeep);
}

function Step({ label, icon, go }: { label: string; icon: ReactNode; go: (() => void) | undefined }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={32} aria-label={label} disabled={!go} onClick={() => go?.()}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

function Facts({ log }: { log: LogDetail }) {
  const { usage, performance } = log;
  return (
    <dl className="facts">
      <Fact name="Served by">
        {log.deployment ? (
          <>
            <Link to="/deployments/$key" params={{ key: log.deployment }} search={log.version === null ? {} : { version: String(log.version) }}>
              {log.deployment}
              {log.version !== null && ` v${log.version}`}
            </Link>
            {log.variant && <span className="dim"> · {log.variant}</span>}
          </>
        ) : (
          <span className="dim">no deployment</span>
        )}
      </Fact>
      <Fact name="Model">{log.model ? `${log.provider ? `${log.provider}/` : ""}${log.model}` : "–"}</Fact>
      <Fact name="Latency">{duration(performance.latency)}</Fact>
      <Fact name="First token">{duration(performance.time_to_first_token)}</Fact>
      <Fact name="Tokens">
        {usage ? (
          <span title={`${count(usage.total_tokens)} in all`}>
            {count(usage.prompt_tokens)} in, {count(usage.completion_tokens)} out
          </span>
        ) : (
          "–"
        )}
      </Fact>
      <Fact name="Cost">{usd(log.cost_usd_micros)}</Fact>
      {log.user_id && (
        <Fact name="User">
          <Link to="/logs" search={{ user_id: log.user_id }}>
            {log.user_id}
          </Link>
        </Fact>
      )}
    </dl>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="label">{name}</dt>
      <dd className="num">{children}</dd>
    </div>
  );
}
