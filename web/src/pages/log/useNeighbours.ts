// The logs before and after this one in the list that it was opened from.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { logsQuery } from "~/api/log";
import type { LogFilter } from "~/pages/logs/filter";

export interface Neighbours {
  newer: (() => void) | undefined;
  older: (() => void) | undefined;
}

export function useNeighbours(id: string, filter: LogFilter): Neighbours {
  const navigate = useNavigate();
  const { data, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(logsQuery(filter));
  const ids = (data?.pages ?? []).flatMap((page) => page.items.map((item) => item.id));
  const at = ids.indexOf(id);
  // Ids sort by time: one that is not in the list still has a place in it.
  const place = at >= 0 ? at : ids.findIndex((other) => other < id);
  const newer = at >= 0 ? ids[at - 1] : place > 0 ? ids[place - 1] : undefined;
  const older = at >= 0 ? ids[at + 1] : place >= 0 ? ids[place] : undefined;
  useEffect(() => {
    if (ids.length > 0 && older === undefined && at === ids.length - 1 && hasNextPage && !isFetching) void fetchNextPage();
  }, [ids.length, older, at, hasNextPage, isFetching, fetchNextPage]);
  const go = (to: string | undefined) =>
    to === undefined ? undefined : () => void navigate({ to: "/logs/$id", params: { id: to }, search: filter, state: ({ logsDeep }) => (logsDeep === undefined ? {} : { logsDeep: logsDeep + 1 }) });
  return { newer: go(newer), older: go(older) };
}
