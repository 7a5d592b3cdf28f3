// Invitations by link: made and revoked by an admin, accepted by whoever has the link.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "./client";
import type { Invitation, NewInvitation, OpenInvitation, Page, Role, User } from "./types";

export const invitationsQuery = queryOptions({
  queryKey: ["invitations"],
  queryFn: ({ signal }) => api.get<Page<Invitation>>("/invitations", undefined, signal),
  select: (page) => page.items,
  staleTime: 10_000,
});

export interface Acceptance {
  token: string;
  name: string;
  email: string;
  password: string;
}

export const invite = (role: Role, email: string) =>
  api.post<NewInvitation>("/invitations", { role, ...(email ? { email } : {}) });
export const revokeInvitation = (id: string) => api.delete(`/invitations/${part(id)}`);
export const lookAtInvitation = (token: string) => api.post<OpenInvitation>("/invitations/look", { token });
export const acceptInvitation = (acceptance: Acceptance) => api.post<{ user: User }>("/invitations/accept", acceptance);
