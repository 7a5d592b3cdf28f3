// What models cost.
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { Price } from "./types";

export const pricesQuery = queryOptions({
  queryKey: ["prices"],
  queryFn: ({ signal }) => api.get<{ items: Price[] }>("/prices", undefined, signal),
  select: (page) => page.items,
  staleTime: 30_000,
});

export const putPrice = (price: Price) => api.put<Price>("/prices", price);
export const deletePrice = ({ provider, model }: Pick<Price, "provider" | "model">) =>
  api.delete("/prices", { provider, model });
