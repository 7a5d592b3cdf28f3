// The roles, as people choose between them.
import type { Role } from "~/api/types";

export const ROLES: { value: Role; label: string }[] = [
  { value: "viewer", label: "viewer – reads" },
  { value: "reviewer", label: "reviewer – rates and corrects" },
  { value: "admin", label: "admin – everything" },
];
