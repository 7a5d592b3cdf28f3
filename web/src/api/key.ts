// API keys of programs.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "./client";
import type { ApiKey, NewApiKey, Page, Scope } from "./types";

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: ({ signal }) => api.get<Page<ApiKey>>("/keys", { limit: 200 }, signal),
  select: (page) => page.items,
  staleTime: 10_000,
});

export const createKey = (name: string, scopes: Scope[], perMinute: number | null = null) =>
  api.post<NewApiKey>("/keys", { name, scopes, requests_per_minute: perMinute });
export const limitKey = (id: string, perMinute: number | null) =>
  api.patch<ApiKey>(`/keys/${part(id)}`, { requests_per_minute: perMinute });
export const revokeKey = (id: string) => api.delete(`/keys/${part(id)}`);
