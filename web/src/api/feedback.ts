// Feedback: giving it, taking it back, and what it sums up to.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, part } from "./client";
import type { Feedback, FeedbackSummary, NewFeedback, Page } from "./types";

/** Sends all of it or none; the same `idempotencyKey` sends it once however often it is tried. */
export const giveFeedback = (feedback: NewFeedback[], idempotencyKey: string) =>
  api.post<{ ids: string[] }>("/feedback", { feedback }, { "idempotency-key": idempotencyKey });

export const retractFeedback = (id: string) => api.post<Feedback>(`/feedback/${part(id)}/retract`, {});

export interface Dates {
  from: string;
  to: string;
}

export const summaryQuery = (metric: string, by: string, { from, to }: Dates) =>
  queryOptions({
    queryKey: ["feedback", "summary", metric, by, from, to],
    queryFn: ({ signal }) => api.get<FeedbackSummary>("/feedback/summary", { metric, by, from, to }, signal),
    staleTime: 10_000,
  });

export const dimensionsQuery = ({ from, to }: Dates) =>
  queryOptions({
    queryKey: ["feedback", "dimensions", from, to],
    queryFn: ({ signal }) => api.get<{ items: string[] }>("/feedback/dimensions", { from, to }, signal),
    staleTime: 30_000,
  });

export const feedbackQuery = (filter: { name?: string; source?: string }) =>
  infiniteQueryOptions({
    queryKey: ["feedback", "list", filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Feedback>>("/feedback", { ...filter, cursor: pageParam, limit: 20 }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: 10_000,
  });
