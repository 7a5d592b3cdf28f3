// The origins whose pages may give feedback with a token.
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { AllowedOrigins } from "./types";

export const originsQuery = queryOptions({
  queryKey: ["origins"],
  queryFn: ({ signal }) => api.get<AllowedOrigins>("/origins", undefined, signal),
});

/** Answers with what is kept, as browsers write it. */
export const putOrigins = (origins: AllowedOrigins) => api.put<AllowedOrigins>("/origins", origins);
