// Queues: what is reviewed, by whom, how often; and how far each of them is.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "../client";
import type { Page, Schema, Whole, With } from "../types";
import type { Rubric } from "./rubric";

export type ItemKind = Schema["ItemKind"];
export type Priority = Schema["Priority"];
export type Overlap = Schema["Overlap"];
export type Rule = Whole<Schema["Rule"]>;
export type GoldPolicy = With<Whole<Schema["GoldSettings"]>, { tolerance: Record<string, number> }>;

/** What an admin writes of a queue. `"admin"`, which OpenAPI shows as null, is the admins alone. */
export type QueueSpec = With<
  Whole<Schema["QueueSettings"]>,
  { rubric: Rubric; rules: Rule[]; escalate_to: "admin" | Exclude<Schema["EscalateTo"], null>; gold: GoldPolicy }
>;
export type Queue = QueueSpec & Whole<Omit<Schema["Queue"], keyof Schema["QueueSettings"]>>;

/** How far a queue is; `mine` is of who asks, and null for a program. */
export type Progress = Whole<Schema["Progress"]>;
/** `left` is counted to 1,000. */
export type Mine = Whole<Schema["Mine"]>;
/** What a rule would take. */
export type RulePreview = Whole<Schema["Preview"]>;

/** How often the clock alone is worth a question. */
const LATE_MS = 300_000;

export const queuesQuery = queryOptions({
  queryKey: ["queues"],
  queryFn: ({ signal }) => api.get<Page<Queue>>("/queues", { limit: 200 }, signal),
  select: (page) => page.items,
  staleTime: 20_000,
});

export const queueQuery = (id: string) =>
  queryOptions({ queryKey: ["queue", id], queryFn: ({ signal }) => api.get<Queue>(`/queues/${part(id)}`, undefined, signal), staleTime: 20_000 });

/** Others work on it too: it is read again when they do (`changes.ts`). What is late is so by itself. */
export const progressQuery = (id: string) =>
  queryOptions({
    queryKey: ["progress", id],
    queryFn: ({ signal }) => api.get<Progress>(`/queues/${part(id)}/progress`, undefined, signal),
    staleTime: 10_000,
    refetchInterval: LATE_MS,
  });

export const createQueue = (spec: QueueSpec) => api.post<Queue>("/queues", spec);
export const changeQueue = (id: string, change: Partial<QueueSpec> & { state?: Queue["state"]; reopen?: boolean }) => api.patch<Queue>(`/queues/${part(id)}`, change);
export const archiveQueue = (id: string) => api.delete(`/queues/${part(id)}`);
export const previewRule = (id: string, filter: string, sample: number) => api.post<RulePreview>(`/queues/${part(id)}/preview`, { filter, sample });

/** What was put in; `next_cursor` is where a filter may find more. */
export type Added = Whole<Schema["AddedTasks"]>;

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
