// The audit trail: who did what, and whether the chain is whole.
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { AuditEntry, AuditVerdict, Page } from "./types";

export const auditQuery = infiniteQueryOptions({
  queryKey: ["audit"],
  queryFn: ({ pageParam, signal }) =>
    api.get<Page<AuditEntry>>("/audit", { cursor: pageParam, limit: 50 }, signal),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next_cursor ?? undefined,
  staleTime: 5_000,
});

export const verifyAudit = () => api.get<AuditVerdict>("/audit/verify");
