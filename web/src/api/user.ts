// The people of the project.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "./client";
import type { Page, Role, SigninLink, User, CreatedUser } from "./types";

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: ({ signal }) => api.get<Page<User>>("/users", { limit: 200 }, signal),
  select: (page) => page.items,
  staleTime: 10_000,
});

export interface NewUser {
  email: string;
  name: string;
  role: Role;
  password?: string;
}

export interface UpdateUser {
  name?: string;
  role?: Role;
  password?: string;
  disabled?: boolean;
  groups?: string[];
}

export const createUser = (user: NewUser) => api.post<CreatedUser>("/users", user);
export const changeUser = (id: string, change: UpdateUser) => api.patch<User>(`/users/${part(id)}`, change);
export const makeSigninLink = (id: string) =>
  api.post<SigninLink>(`/users/${part(id)}/signin-link`, {});
