// What reviewers say together about one question, task by task, by the queue's method or another one.
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, part } from "../client";
import type { QueueConsensus } from "../types";

export type { QueueConsensus, TaskConsensus } from "../types";

export const consensusQuery = (queue: string, question: string, method: string) =>
  infiniteQueryOptions({
    queryKey: ["consensus", queue, question, method],
    queryFn: ({ pageParam, signal }) => api.get<QueueConsensus>(`/queues/${part(queue)}/consensus`, { question, ...(method ? { method } : {}), limit: 20, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 10_000,
  });
