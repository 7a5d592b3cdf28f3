// The request log: newest first, live, filtered by what stands in the URL.
import "./logs.css";
import { Button, Skeleton } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowUp, ScrollText, SearchX } from "lucide-react";
import { useMemo, useRef } from "react";
import { useLive } from "~/api/event";
import { loadDraft, isEmpty } from "~/text/draft";
import { useKeys } from "~/shell/keys";
import { Empty } from "~/ui/Empty";
import { PageHead } from "~/ui/PageHead";
import { LoadError } from "~/ui/LoadError";
import { LinkButton } from "~/ui/LinkButton";
import { FilterBar } from "./FilterBar";
import { FilterBox } from "./FilterBox";
import { LogRow } from "./LogRow";
import { More } from "./More";
import { ViewsMenu } from "./ViewsMenu";
import { isFiltered, withQ, type LogFilter } from "./filter";
import { wrongIn } from "./typed";
import { useLogList } from "./useLogList";

export function LogsPage() {
  const filter = useSearch({ from: "/app/logs" });
  const navigate = useNavigate();
  const setFilter = (next: LogFilter) => void navigate({ to: "/logs", search: next });
  const { list, rows, fresh, waiting, showWaiting } = useLogList(filter);
  const table = useRef<HTMLTableElement>(null);
  useListKeys(table, () => setFilter({}));
  const live = useLive();
  const q = filter.q ?? "";
  const wrong = useMemo(() => wrongIn(list.error, q), [list.error, q]);
  const empty = !list.isPending && !list.isError && rows.length === 0 && !list.hasNextPage;
  return (
    <div className="page">
      <PageHead
        title="Logs"
        lede="Every call, newest first. Open one to read it and to say what you think."
        actions={
          <span className={live ? "pill pill-good" : "pill"} role="status">
            <span className={live ? "dot dot-live" : "dot"} aria-hidden /> {live ? "Live" : "Not connected"}
          </span>
        }
      />
      <div className="find">
        <FilterBox q={q} onApply={(text) => text !== q && setFilter(withQ(filter, text))} wrong={wrong} />
        <ViewsMenu filter={filter} onOpen={setFilter} />
      </div>
      <FilterBar filter={filter} onChange={setFilter} />
      {waiting > 0 && (
        <div className="logs-new">
          <Button radius="xl" size="xs" leftSection={<ArrowUp size={14} />} onClick={showWaiting}>
            {waiting} new
          </Button>
        </div>
      )}
      <p className="sr-only" role="status">
        {waiting > 0 ? `${waiting} new logs above` : ""}
      </p>
      {!wrong && <LoadError query={list} />}
      {empty && <Nothing filtered={isFiltered(filter)} onClear={() => setFilter({})} />}
      {list.isPending && <Outline />}
      {rows.length > 0 && (
        <div className="card logs-card">
          <table className="table table-click logs-table" ref={table} aria-label="Logs">
            <thead>
              <tr>
                <th className="log-time">Time</th>
                <th>Input and output</th>
                <th className="log-served">Served by</th>
                <th className="log-user">User</th>
                <th className="right log-latency">Latency, first token</th>
                <th className="right log-tokens">Tokens, cost</th>
                <th className="log-tally">Feedback</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((log) => (
                <LogRow key={log.id} log={log} filter={filter} fresh={fresh.has(log.id)} draft={!isEmpty(loadDraft(localStorage, log.id))} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More list={list} />
    </div>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) {
    return (
      <div className="card">
        <Empty art={<SearchX size={40} strokeWidth={1.4} />} title="No log fits this filter" action={<Button variant="default" onClick={onClear}>Clear the filter</Button>}>
          Take a part of it away, or widen the dates.
        </Empty>
      </div>
    );
  }
  return (
    <div className="card">
      <Empty
        art={<ScrollText size={40} strokeWidth={1.4} />}
        title="No calls yet"
        action={
          <div className="row">
            <LinkButton to="/">Open the Playground</LinkButton>
            <LinkButton to="/connect" variant="default">Connect your application</LinkButton>
          </div>
        }
      >
        Say something in the Playground, or point your application here. The first call appears at once.
      </Empty>
    </div>
  );
}

function Outline() {
  return (
    <div className="card card-pad stack" aria-busy="true" aria-label="Loading logs">
      {Array.from({ length: 8 }, (_, i) => (
        <Skeleton key={i} height={34} radius="sm" />
      ))}
    </div>
  );
}

/** j and k walk through the rows; Enter opens the focused one by itself. */
function useListKeys(table: React.RefObject<HTMLTableElement | null>, clear: () => void) {
  const step = (by: 1 | -1) => {
    const links = [...(table.current?.querySelectorAll<HTMLElement>(".log-link") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    const next = links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useKeys("Logs", [
    { key: "j", does: "Next log", run: () => step(1) },
    { key: "k", does: "Previous log", run: () => step(-1) },
    { key: "Enter", does: "Open the log", run: () => (document.activeElement as HTMLElement | null)?.click(), when: () => document.activeElement?.classList.contains("log-link") === true },
    { key: "x", does: "Clear the filter", run: clear },
  ]);
}
