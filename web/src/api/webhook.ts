// Webhooks: programs that are told of what happens, and what they were told.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, part } from "./client";
import type { Delivery, DeliveryState, HookKind, NewWebhook, Page, Webhook } from "./types";

export const webhooksQuery = queryOptions({
  queryKey: ["webhooks"],
  queryFn: ({ signal }) => api.get<Page<Webhook>>("/webhooks", undefined, signal),
  select: (page) => page.items,
  staleTime: 30_000,
});

/** Asked again while something waits to be sent. */
export const deliveriesQuery = (id: string, state: DeliveryState | undefined) =>
  infiniteQueryOptions({
    queryKey: ["deliveries", id, state ?? "all"],
    queryFn: ({ pageParam, signal }) => api.get<Page<Delivery>>(`/webhooks/${part(id)}/deliveries`, { state, cursor: pageParam, limit: 20 }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<Delivery>) => page.next_cursor ?? undefined,
    refetchInterval: ({ state: { data } }) => (data?.pages.some(({ items }) => items.some(isSoon)) ? 1_500 : false),
  });

const isSoon = ({ next_at }: Delivery): boolean => next_at !== null && Date.parse(next_at) < Date.now() + 90_000;

export interface WebhookChange {
  name?: string;
  url?: string;
  events?: HookKind[];
  queues?: string[];
  on?: boolean;
}

export const createWebhook = (webhook: Required<Omit<WebhookChange, "on">>) => api.post<NewWebhook>("/webhooks", webhook);
export const changeWebhook = (id: string, change: WebhookChange) => api.patch<Webhook>(`/webhooks/${part(id)}`, change);
export const removeWebhook = (id: string) => api.delete(`/webhooks/${part(id)}`);
export const rotateWebhook = (id: string) => api.post<NewWebhook>(`/webhooks/${part(id)}/rotate`);
export const testWebhook = (id: string) => api.post<Delivery>(`/webhooks/${part(id)}/test`);
export const replayDelivery = (id: string, delivery: string) => api.post<Delivery>(`/webhooks/${part(id)}/deliveries/${part(delivery)}/replay`);
export const replaySince = (id: string, since: string) => api.post<{ replayed: number; more: boolean }>(`/webhooks/${part(id)}/replay`, { since });
