// Providers, and the models that can be named.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "./client";
import type { Model, Provider, ProviderChange } from "./types";

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: ({ signal }) => api.get<{ items: Provider[] }>("/providers", undefined, signal),
  select: (page) => page.items,
  staleTime: 30_000,
});

export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: ({ signal }) => api.get<{ items: Model[] }>("/models", undefined, signal),
  select: (page) => page.items,
  staleTime: 10_000,
  // While a model is being fetched or loaded, look again.
  refetchInterval: (query) => (query.state.data?.items.some((model) => !model.ready) ? 3_000 : false),
});

export const createProvider = (name: string, change: ProviderChange) =>
  api.post<Provider>("/providers", { name, ...change });
export const putProvider = (name: string, change: ProviderChange) =>
  api.put<Provider>(`/providers/${part(name)}`, change);
export const deleteProvider = (name: string) => api.delete(`/providers/${part(name)}`);
