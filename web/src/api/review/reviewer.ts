// The people of a queue: how much, how fast, how well; and how far they agree with each other.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "../client";
import type { QuestionType } from "./rubric";

/** `rows` is what the person said, `columns` what it came to; both in the order of `labels`. */
export interface Confusion {
  question: string;
  labels: string[];
  counts: number[][];
}

export interface Reviewer {
  user: string;
  name: string | null;
  state: "active" | "paused" | "away";
  until: string | null;
  reason: string | null;
  /** Reviews that count, without gold. */
  done: number;
  pace_s: number | null;
  skips: number;
  escalations: number;
  rejected: number;
  /** Reviews on tasks that are decided, and those that said the same on every question. */
  compared: number;
  agreed: number;
  gold_done: number;
  gold_right: number;
  suggested: number;
  followed: number;
  last_at: string | null;
  confusion?: Confusion[];
}

export const reviewersQuery = (queue: string) =>
  queryOptions({
    queryKey: ["reviewers", queue],
    queryFn: ({ signal }) => api.get<{ items: Reviewer[] }>(`/queues/${part(queue)}/reviewers`, undefined, signal),
    select: (page) => page.items,
    staleTime: 10_000,
  });

export const changeReviewer = (queue: string, user: string, change: { state: Reviewer["state"]; until?: string; reason?: string }) =>
  api.patch<Reviewer>(`/queues/${part(queue)}/reviewers/${part(user)}`, change);

export interface Coefficient {
  name: "percent" | "cohen_kappa" | "fleiss_kappa" | "krippendorff_alpha" | "gwet_ac1" | "gwet_ac2" | "icc" | "kendall_w";
  /** null where it cannot be computed; `why` says why. */
  value: number | null;
  low: number | null;
  high: number | null;
  why?: string | null;
}

export interface PairAgreement {
  a: string;
  b: string;
  tasks: number;
  percent: number | null;
  kappa: number | null;
}

export interface QuestionAgreement {
  question: string;
  type: QuestionType;
  /** Tasks with two reviews or more. */
  tasks: number;
  coefficients: Coefficient[];
  pairs: PairAgreement[];
  over_time: { day: string; tasks: number; value: number | null }[];
}

export interface Agreement {
  users: { id: string; name: string }[];
  questions: QuestionAgreement[];
}

export const agreementQuery = (queue: string) =>
  queryOptions({
    queryKey: ["agreement", queue],
    queryFn: ({ signal }) => api.get<Agreement>(`/queues/${part(queue)}/agreement`, undefined, signal),
    staleTime: 10_000,
  });
