// One reviewer's work: turns on tasks, drafts, reviews, and what they decided last.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, part } from "../client";
import type { Choice, Json, JsonObject, LogError, LogStatus, Message, Page } from "../types";
import type { Answers, Rubric } from "./rubric";
import type { Priority } from "./queue";

export interface ItemLog {
  id: string;
  created_at: string;
  status: LogStatus;
  messages: Message[];
  choices: Choice[];
  error?: LogError | null;
  deployment?: string | null;
  version?: number | null;
  model?: string | null;
  metadata?: JsonObject;
}

/** One of the responses that are compared: plain text, or a message with parts. */
export interface Response {
  text?: string;
  message?: Message;
  label?: string | null;
}

/** What is judged. A log or conversation that retention took is null. */
export type Item =
  | { type: "log"; log_id: string; log: ItemLog | null }
  | { type: "conversation"; conversation_id: string; turns: ItemLog[] | null }
  | { type: "responses"; prompt: Message[]; responses: Response[] }
  | { type: "record"; fields: Record<string, Json> };

export interface Suggestion {
  source: string;
  answers: Answers;
  score?: number | null;
}

export type TaskState = "open" | "conflict" | "complete" | "cancelled";

export type TaskOrigin = { type: "rule"; key: string } | { type: "added" | "import" | "promoted"; by: string };

export interface Task {
  id: string;
  queue: string;
  state: TaskState;
  /** Why someone has to decide, where they have to. */
  reason?: "differ" | "second_review";
  /** `by` is a user's id. */
  escalated: { by: string; to: string; reason: string; at: string } | null;
  priority: Priority;
  due_at: string | null;
  origin: TaskOrigin;
  wanted: number;
  /** No limit of reviews; only admins are told. */
  gold?: object | null;
  reviews: number;
  leases: number;
  /** For whom places are kept. */
  assignees?: string[];
  created_at: string;
  /** As it is stored: a log by its id alone. */
  item?: { type: Item["type"]; log_id?: string };
  /** The first words of the item, for lists. */
  preview?: string;
}

/** A task that is this person's for a while, with all that is needed to judge it. */
export interface Turn {
  task: string;
  queue: string;
  priority: Priority;
  due_at: string | null;
  item: Item;
  rubric: Rubric;
  rubric_version: number;
  lease: { until: string };
  draft: { answers: Answers; active_ms: number } | null;
  /** The order in which the responses are shown: `[1, 0]` has the second on the left. */
  swapped: number[];
  suggestion: Suggestion | null;
  /** `by` is an actor. */
  returned: { reason: string; by: string } | null;
}

export interface Next {
  items: Turn[];
  paused: { reason: string } | null;
  /** Whether there is more after these. */
  left: boolean;
}

export interface Review {
  id: string;
  task: string;
  queue: string;
  user: string;
  user_name?: string | null;
  answers: Answers;
  active_ms: number;
  created_at: string;
  /** Whether it was right; null unless the task was a check. */
  gold_right?: boolean | null;
}

export interface NewReview {
  answers: Answers;
  active_ms: number;
  submission_id: string;
  order?: number[];
}

/** What came of a task whose answers were known. */
export interface GoldResult {
  right: boolean;
  answers: Answers;
  /** What is told to who missed it. */
  why?: string | null;
}

export interface Reviewed {
  review: Review;
  task: { state: TaskState };
  gold: GoldResult | null;
  /** Where the queue shows suggestions after one's own answer. */
  suggestion?: Suggestion | null;
}

export interface PastReview {
  review: Review;
  item: Item | null;
}

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
