// Who is signed in, and what they may do.
import { queryOptions, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Me, Scope, User } from "./types";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => api.get<Me>("/me", undefined, signal),
  staleTime: 60_000,
  retry: false,
});

/** The session; only below the signed-in shell, which has loaded it. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data;

export const may = (me: Me | undefined, scope: Scope): boolean =>
  me !== undefined && (me.scopes.includes(scope) || me.scopes.includes("admin"));

/** Whether the signed-in person may do what `scope` allows. */
export function useMay(scope: Scope): boolean {
  return may(useQuery(meQuery).data, scope);
}

export const signIn = (email: string, password: string) => api.post<{ user: User }>("/session", { email, password });
export const signInByLink = (token: string) => api.post<{ user: User }>("/session/link", { token });
export const signOut = () => api.delete("/session");
export const changePassword = (current: string, next: string) =>
  api.post<void>("/me/password", { current, new: next });
