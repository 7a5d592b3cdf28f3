// Where reviewers differ: what each of them said, and the decision of one who may.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "../client";
import type { Page, Schema, Whole, With } from "../types";
import type { Answers, Rubric } from "./rubric";
import type { Item, Review } from "./task";

/** `item` has the log or the conversation in it, as a turn has it; `reviews` are those that count. */
export type Conflict = With<Schema["Conflict"], { item: Item; rubric: Rubric; reviews: Review[] }>;

export const conflictsQuery = (queue: string) =>
  queryOptions({
    queryKey: ["conflicts", queue],
    queryFn: ({ signal }) => api.get<Page<Conflict>>(`/queues/${part(queue)}/conflicts`, { limit: 50 }, signal),
    select: (page) => page.items,
    staleTime: 5_000,
  });

/** `adopted` is the review whose answers these are; null for one's own. */
export type Decision = With<Whole<Schema["Adjudicate"]>, { answers: Answers; reason: string }>;

export const adjudicate = (task: string, decision: Decision) => api.post<unknown>(`/tasks/${part(task)}/adjudicate`, decision);
export const rejectReview = (review: string, reason: string) => api.post<void>(`/reviews/${part(review)}/reject`, { reason });
