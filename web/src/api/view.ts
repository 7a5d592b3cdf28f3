// Saved views of the request log, shared within the project.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "./client";
import type { Page, View } from "./types";
import type { LogFilter } from "~/pages/logs/filter";

export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: ({ signal }) => api.get<Page<View>>("/views", undefined, signal),
  select: (page) => page.items,
  staleTime: 10_000,
});

/** A filter as a view keeps it: the text by itself, the rest by name. */
function bodyOf({ q, ...filter }: LogFilter) {
  return { q: q ?? "", filter };
}

export const filterOf = (view: View): LogFilter => ({ ...(view.q ? { q: view.q } : {}), ...view.filter });

export const createView = (name: string, filter: LogFilter) => api.post<View>("/views", { name, ...bodyOf(filter) });
export const renameView = (id: string, name: string) => api.patch<View>(`/views/${part(id)}`, { name });
export const replaceView = (id: string, filter: LogFilter) => api.patch<View>(`/views/${part(id)}`, bodyOf(filter));
export const deleteView = (id: string) => api.delete(`/views/${part(id)}`);
