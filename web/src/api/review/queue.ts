// Queues: what is reviewed, by whom, how often; and how far each of them is.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "../client";
import type { Page } from "../types";
import type { Rubric } from "./rubric";

export type ItemKind = "log" | "conversation" | "responses" | "record";
export type Priority = "low" | "normal" | "high" | "urgent";
export type Overlap = { type: "fixed"; reviews: number } | { type: "adaptive"; min: number; max: number; confidence: number; question: string };

export interface Rule {
  key: string;
  filter: string;
  sample: number;
  per_day: number | null;
  priority: Priority;
  enabled: boolean;
}

export interface GoldPolicy {
  rate: number;
  onboarding: number;
  pause_below: number | null;
  window: number;
  tolerance: Record<string, number>;
}

/** What an admin writes of a queue. */
export interface QueueSpec {
  name: string;
  key: string;
  item: ItemKind;
  rubric: Rubric;
  guidelines: string;
  overlap: Overlap;
  consensus: { method: "majority" | "dawid_skene" | "one_coin" | "mace"; tie: "conflict" | "first"; scale?: "median" | "mean"; spans?: number | null };
  accept: "unanimous" | "consensus";
  second_review: number;
  rules: Rule[];
  due_after_s: number | null;
  lease_s: number;
  people: string[];
  groups?: string[];
  assignment?: "line" | "even";
  escalate_to: "admin" | string[] | { group: string };
  gold: GoldPolicy;
  suggestions: "shown" | "hidden" | "after";
  blur: boolean;
  remind_after_min: number | null;
  alert: { alpha_below: number; last_tasks: number } | null;
}

export interface Queue extends QueueSpec {
  id: string;
  state: "open" | "paused" | "closed";
  rubric_version: number;
  guidelines_version: number;
  created_at: string;
  archived_at: string | null;
}

export interface Progress {
  /** Nobody has begun. */
  open: number;
  in_progress: number;
  /** Someone has to decide. */
  conflict: number;
  complete: number;
  cancelled: number;
  reviews: number;
  due_at: string | null;
  overdue: number;
  /** Reviews a day, the last of them today. */
  per_day: number[];
  reviews_saved: number;
  /** Of who asks; null for a program. */
  mine: Mine | null;
}

export interface Mine {
  done: number;
  today: number;
  /** Median active seconds for one. */
  pace_s: number | null;
  /** Counted to 1,000. */
  left: number;
  state?: "active" | "paused" | "away";
  reason?: string | null;
}

export interface RulePreview {
  logs: number;
  taken: number;
  partial: boolean;
  examples: string[];
}

export const queuesQuery = queryOptions({
  queryKey: ["queues"],
  queryFn: ({ signal }) => api.get<Page<Queue>>("/queues", { limit: 200 }, signal),
  select: (page) => page.items,
  staleTime: 20_000,
});

export const queueQuery = (id: string) =>
  queryOptions({ queryKey: ["queue", id], queryFn: ({ signal }) => api.get<Queue>(`/queues/${part(id)}`, undefined, signal), staleTime: 20_000 });

/** Others work on it too: it is read again now and then while it is on the screen. */
export const progressQuery = (id: string) =>
  queryOptions({
    queryKey: ["progress", id],
    queryFn: ({ signal }) => api.get<Progress>(`/queues/${part(id)}/progress`, undefined, signal),
    staleTime: 10_000,
    refetchInterval: 30_000,
  });

export const createQueue = (spec: QueueSpec) => api.post<Queue>("/queues", spec);
export const changeQueue = (id: string, change: Partial<QueueSpec> & { state?: Queue["state"]; reopen?: boolean }) => api.patch<Queue>(`/queues/${part(id)}`, change);
export const archiveQueue = (id: string) => api.delete(`/queues/${part(id)}`);
export const previewRule = (id: string, filter: string, sample: number) => api.post<RulePreview>(`/queues/${part(id)}/preview`, { filter, sample });

export interface Added {
  created: number;
  known: number;
  ids: string[];
  /** Where a filter may find more. */
  next_cursor: string | null;
}

/** Puts logs that are there already into the queue, call by call. */
export async function backfill(id: string, filter: string, sample: number, most: number): Promise<Pick<Added, "created" | "known">> {
  const sum = { created: 0, known: 0 };
  let cursor: string | null = null;
  do {
    const limit = Math.min(1000, most - sum.created - sum.known);
    const added: Added = await api.post<Added>(`/queues/${part(id)}/tasks`, { filter, sample, limit, ...(cursor ? { cursor } : {}) });
    sum.created += added.created;
    sum.known += added.known;
    cursor = added.next_cursor;
  } while (cursor && sum.created + sum.known < most);
  return sum;
}
