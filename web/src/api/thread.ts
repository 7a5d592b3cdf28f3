// Conversations and chains: their calls in order, with what they come to.
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, part } from "./client";
import type { ThreadPage } from "./types";

export type ThreadKind = "conversations" | "chains";

const PAGE_SIZE = 50;

export const fetchThread = (kind: ThreadKind, id: string, cursor?: string, limit = PAGE_SIZE, signal?: AbortSignal) =>
  api.get<ThreadPage>(`/${kind}/${part(id)}`, { cursor, limit }, signal);

export const threadQuery = (kind: ThreadKind, id: string) =>
  infiniteQueryOptions({
    queryKey: ["thread", kind, id],
    queryFn: ({ pageParam, signal }) => fetchThread(kind, id, pageParam, PAGE_SIZE, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: 5_000,
  });
