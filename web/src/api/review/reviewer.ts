// The people of a queue: how much, how fast, how well; and how far they agree with each other.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "../client";
import type { Agreement, Reviewer, ReviewerReport } from "../types";

export type { Agreement, Coefficient, Confusion, PairAgreement, QuestionAgreement, Reviewer, ReviewerReport } from "../types";

export const reviewersQuery = (queue: string) =>
  queryOptions({
    queryKey: ["reviewers", queue],
    queryFn: ({ signal }) => api.get<{ items: Reviewer[] }>(`/queues/${part(queue)}/reviewers`, undefined, signal),
    select: (page) => page.items,
    staleTime: 10_000,
  });

/** What a person said against what it came to, by question. */
export const reportQuery = (queue: string, user: string) =>
  queryOptions({
    queryKey: ["report", queue, user],
    queryFn: ({ signal }) => api.get<ReviewerReport>(`/queues/${part(queue)}/reviewers/${part(user)}/report`, undefined, signal),
    staleTime: 10_000,
  });

export const changeReviewer = (queue: string, user: string, change: { state: Reviewer["state"]; until?: string; reason?: string }) =>
  api.patch<Reviewer>(`/queues/${part(queue)}/reviewers/${part(user)}`, change);

export const agreementQuery = (queue: string) =>
  queryOptions({
    queryKey: ["agreement", queue],
    queryFn: ({ signal }) => api.get<Agreement>(`/queues/${part(queue)}/agreement`, undefined, signal),
    staleTime: 10_000,
  });
