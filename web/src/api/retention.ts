// How long logs are kept.
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { Retention, RetentionPreview } from "./types";

export const retentionQuery = queryOptions({
  queryKey: ["retention"],
  queryFn: ({ signal }) => api.get<Retention>("/retention", undefined, signal),
  staleTime: 30_000,
});

/** What would leave if logs were kept for so many days. */
export const retentionPreviewQuery = (days: number) =>
  queryOptions({
    queryKey: ["retention", "preview", days],
    queryFn: ({ signal }) => api.get<RetentionPreview>("/retention/preview", { days: String(days) }, signal),
    staleTime: 30_000,
  });

export const putRetention = (retention: Retention) => api.put<Retention>("/retention", retention);
