// The metrics that feedback is given on.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "./client";
import type { MetricChange, MetricDefinition } from "./types";

export const metricsQuery = queryOptions({
  queryKey: ["metrics"],
  queryFn: ({ signal }) => api.get<{ items: MetricDefinition[] }>("/metrics-definitions", undefined, signal),
  select: (page) => page.items,
  staleTime: 60_000,
});

export const putMetric = (name: string, change: MetricChange) =>
  api.put<MetricDefinition>(`/metrics-definitions/${part(name)}`, change);
