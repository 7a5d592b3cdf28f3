// For whom tasks are kept, what one skipped, and decided tasks that become checks.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "../client";
import type { components } from "../schema";
import type { Page } from "../types";
import type { Item, Task, Turn } from "./task";

type Schema = components["schemas"];
export type Shared = Schema["Shared"];
export type MadeGold = Schema["MadeGold"];
export type AssignTo = string[] | { group: string };

export interface Skipped {
  task: string;
  reason: string;
  /** Whether one may have it again right now. */
  available: boolean;
  item: Item;
}

export const skippedQuery = (queue: string) =>
  queryOptions({
    queryKey: ["skipped", queue],
    queryFn: ({ signal }) => api.get<Page<Skipped>>(`/queues/${part(queue)}/skipped`, { limit: 50 }, signal),
    select: (page) => page.items,
    staleTime: 5_000,
  });
export const unskipTask = (task: string) => api.post<Turn>(`/tasks/${part(task)}/unskip`);

export const changeTask = (task: string, change: { assignee?: string | null; priority?: Task["priority"] }) => api.patch<Task>(`/tasks/${part(task)}`, change);
/** Those that wait for anybody, in the order in which they would be given out. */
export const shareOut = (queue: string, to: AssignTo, limit: number) => api.post<Shared>(`/queues/${part(queue)}/assign`, { state: "open", to, limit });

export const makeGold = (queue: string, minReviews: number, limit: number, preview: boolean) => api.post<MadeGold>(`/queues/${part(queue)}/gold`, { unanimous: true, min_reviews: minReviews, limit, preview });
export const takeGoldBack = (task: string) => api.delete(`/tasks/${part(task)}/gold`);
