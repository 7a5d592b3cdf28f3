// The pages of the request log on the screen, kept live: new rows in front, changed rows in place.
import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useEvents } from "~/api/event";
import { fetchLogs, logQuery, logsQuery } from "~/api/log";
import type { LogDetail, LogSummary, Page, VouchEvent } from "~/api/types";
import type { LogFilter } from "./filter";

type Pages = InfiniteData<Page<LogSummary>, string | undefined>;

/** Below this a row would slide away under the reader's eye. */
const AT_TOP_PX = 160;
/** Rows further down than the first page are read one by one, at most so many an event. */
const MAX_SINGLE = 5;

export function useLogList(filter: LogFilter) {
  const queries = useQueryClient();
  const options = logsQuery(filter);
  const list = useInfiniteQuery(options);
  const rows = useMemo(() => (list.data?.pages ?? []).flatMap((page) => page.items), [list.data]);
  const [waiting, setWaiting] = useState<LogSummary[]>([]);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const key = JSON.stringify(filter);
  useEffect(() => {
    setWaiting([]);
    setFresh(new Set());
  }, [key]);

  const prepend = useCallback(
    (items: LogSummary[]) => {
      setFresh(new Set(items.map((item) => item.id)));
      queries.setQueryData<Pages>(options.queryKey, (data) => data && withHead(data, items));
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [queries, key],
  );

  const look = useCallback(
    async (changed: string[]) => {
      const data = queries.getQueryData<Pages>(options.queryKey);
      if (!data) return;
      const head = await fetchLogs(filter).catch(() => undefined);
      if (!head) return;
      const known = new Set(data.pages.flatMap((page) => page.items.map((item) => item.id)));
      const news = head.items.filter((item) => !known.has(item.id));
      queries.setQueryData<Pages>(options.queryKey, (now) => now && withRows(now, head.items));
      // More than a page is new: what lies between is not known, so begin anew.
      if (news.length === head.items.length && news.length > 0 && known.size > 0 && head.next_cursor) {
        void queries.resetQueries({ queryKey: options.queryKey });
      } else if (news.length > 0) {
        if (window.scrollY < AT_TOP_PX) prepend(news);
        else setWaiting((before) => merge(news, before));
      }
      const inHead = new Set(head.items.map((item) => item.id));
      const deep = changed.filter((id) => known.has(id) && !inHead.has(id)).slice(0, MAX_SINGLE);
      for (const id of deep) {
        const detail = await queries.fetchQuery({ ...logQuery(id), staleTime: 0 }).catch(() => undefined);
        if (detail) queries.setQueryData<Pages>(options.queryKey, (now) => now && withDetail(now, detail));
      }
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [queries, key, prepend],
  );

  useBatchedEvents(look);
  const showWaiting = () => {
    prepend(waiting);
    setWaiting([]);
    window.scrollTo({ top: 0 });
  };
  return { list, rows, fresh, waiting: waiting.length, showWaiting };
}

/** Many events in a moment are looked at once. */
function useBatchedEvents(look: (changed: string[]) => Promise<void>) {
  const pending = useRef<Set<string>>(new Set());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const onEvent = useCallback(
    (event: VouchEvent) => {
      if (event.kind === "settings.changed" || event.kind === "queue.changed") return;
      for (const id of event.ids) pending.current.add(id);
      if (timer.current !== undefined) return;
      timer.current = setTimeout(() => {
        timer.current = undefined;
        const changed = [...pending.current];
        pending.current.clear();
        void look(changed);
      }, 250);
    },
    [look],
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  useEvents(onEvent);
}

export function merge(news: LogSummary[], before: LogSummary[]): LogSummary[] {
  const ids = new Set(news.map((item) => item.id));
  return [...news, ...before.filter((item) => !ids.has(item.id))].sort((a, b) => (a.id < b.id ? 1 : -1));
}

function withHead(data: Pages, items: LogSummary[]): Pages {
  const [first, ...rest] = data.pages;
  if (!first) return data;
  return { ...data, pages: [{ ...first, items: merge(items, first.items) }, ...rest] };
}

function withRows(data: Pages, rows: LogSummary[]): Pages {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map((item) => byId.get(item.id) ?? item) })) };
}

function withDetail(data: Pages, log: LogDetail): Pages {
  const change = (row: LogSummary): LogSummary =>
    row.id === log.id
      ? { ...row, status: log.status, usage: log.usage, performance: log.performance, cost_usd_micros: log.cost_usd_micros, user_id: log.user_id, feedback: log.tally }
      : row;
  return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(change) })) };
}
