// Where reviewers differ: what each of them said, and the decision of one who may.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "../client";
import type { Page } from "../types";
import type { Answers } from "./rubric";
import type { Item, Review, Task } from "./task";

export interface Conflict {
  task: Task;
  /** With the log or the conversation in it, as a turn has it. */
  item: Item;
  /** Those that count. */
  reviews: Review[];
}

export const conflictsQuery = (queue: string) =>
  queryOptions({
    queryKey: ["conflicts", queue],
    queryFn: ({ signal }) => api.get<Page<Conflict>>(`/queues/${part(queue)}/conflicts`, { limit: 50 }, signal),
    select: (page) => page.items,
    staleTime: 5_000,
  });

export interface Decision {
  answers: Answers;
  /** The review whose answers these are; null for one's own. */
  adopted: string | null;
  reason: string;
}

export const adjudicate = (task: string, decision: Decision) => api.post<Task>(`/tasks/${part(task)}/adjudicate`, decision);
export const rejectReview = (review: string, reason: string) => api.post<void>(`/reviews/${part(review)}/reject`, { reason });
