// One reviewer's work: turns on tasks, drafts, reviews, and what they decided last.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, part } from "../client";
import type { Choice, JsonObject, Message, Page, Schema, Whole, With } from "../types";
import type { Answers, Rubric } from "./rubric";

export type ItemLog = With<Whole<Schema["ShownLog"]>, { messages: Message[]; choices: Choice[]; metadata: JsonObject }>;
/** One of the responses that are compared: plain text, or a message with parts. */
export type Response = With<Schema["Response"], { message?: Message | null }>;

type Shown<T extends Schema["Shown"]["type"]> = Extract<Schema["Shown"], { type: T }>;
/** What is judged. A log or conversation that retention took is null. */
export type Item =
  | With<Shown<"log">, { log: ItemLog | null }>
  | With<Shown<"conversation">, { turns: ItemLog[] | null }>
  | With<Shown<"responses">, { prompt: Message[]; responses: Response[] }>
  | With<Shown<"record">, { fields: JsonObject }>;

/** Answers that a model or a program offers. */
export type Suggestion = With<Whole<Schema["TaskSuggestion"]>, { answers: Answers }>;

export type TaskState = Schema["TaskState"]["state"];
export type TaskOrigin = Schema["TaskOrigin"];
/** A task in a list, with the first words of its item. `reason` is there where someone has to decide. */
export type Task = Whole<Schema["TaskView"]> & { reason?: Schema["ConflictReason"] };

/** A task that is this person's for a while, with all that is needed to judge it. */
export type Turn = With<
  Whole<Schema["ReviewTurn"]>,
  { item: Item; rubric: Rubric; draft: { answers: Answers; active_ms: number } | null; suggestion: Suggestion | null }
>;
/** Turns, and whether there is more after these. */
export type Next = With<Whole<Schema["Next"]>, { items: Turn[] }>;

export type Review = With<Schema["Review"], { answers: Answers }>;
export type NewReview = With<Schema["CreateReview"], { answers: Answers; active_ms: number }>;
/** What came of a task whose answers were known. */
export type GoldResult = With<Schema["GoldResult"], { answers: Answers }>;
/** `suggestion` is there where the queue shows it after one's own answer. */
export type Reviewed = With<Schema["CreatedReview"], { review: Review; task: Task; gold: GoldResult | null; suggestion?: Suggestion | null }>;
export type PastReview = With<Schema["PastReview"], { review: Review; item: Item | null }>;

export const nextTurns = (queue: string, count: number, holding: string[]) => api.post<Next>(`/queues/${part(queue)}/next`, { count, holding });
export const renewLease = (task: string) => api.post<{ until: string }>(`/tasks/${part(task)}/renew`);
export const putDraft = (task: string, answers: Answers, active_ms: number) => api.put<void>(`/tasks/${part(task)}/draft`, { answers, active_ms });
export const submitReview = (task: string, review: NewReview) => api.post<Reviewed>(`/tasks/${part(task)}/reviews`, review);
export const undoReview = (review: string) => api.post<Turn>(`/reviews/${part(review)}/undo`);
export const skipTask = (task: string, reason: string) => api.post<void>(`/tasks/${part(task)}/skip`, { reason });
export const escalateTask = (task: string, reason: string) => api.post<void>(`/tasks/${part(task)}/escalate`, { reason });
/** Also while the page goes away. */
export const releaseTask = (task: string) => api.post<void>(`/tasks/${part(task)}/release`, {}, undefined, true);

export const myReviewsQuery = queryOptions({
  queryKey: ["my-reviews"],
  queryFn: ({ signal }) => api.get<{ items: PastReview[] }>("/me/reviews", { limit: 10 }, signal),
  select: (page) => page.items,
  staleTime: 5_000,
});

export const tasksQuery = (queue: string, filter: { state?: string; q?: string }) =>
  infiniteQueryOptions({
    queryKey: ["tasks", queue, filter],
    queryFn: ({ pageParam, signal }) => api.get<Page<Task>>(`/queues/${part(queue)}/tasks`, { ...filter, cursor: pageParam, limit: 50 }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: 5_000,
  });
