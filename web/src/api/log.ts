// The request log: pages of it, and one entry whole.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, part } from "./client";
import type { LogDetail, LogSummary, Page } from "./types";
import type { LogFilter } from "~/pages/logs/filter";

export const PAGE_SIZE = 50;
/** How many logs the server looks at for one page, at most. */
export const LOOKED_AT = 2_000;

export const fetchLogs = (filter: LogFilter, cursor?: string, limit = PAGE_SIZE, signal?: AbortSignal) =>
  api.get<Page<LogSummary>>("/logs", { ...filter, cursor, limit }, signal);

export const logsQuery = (filter: LogFilter) =>
  infiniteQueryOptions({
    queryKey: ["logs", filter],
    queryFn: ({ pageParam, signal }) => fetchLogs(filter, pageParam, PAGE_SIZE, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: 5_000,
  });

export const fetchLog = (id: string, signal?: AbortSignal) => api.get<LogDetail>(`/logs/${part(id)}`, undefined, signal);

export const logQuery = (id: string) =>
  queryOptions({
    queryKey: ["log", id],
    queryFn: ({ signal }) => fetchLog(id, signal),
    staleTime: 5_000,
  });
