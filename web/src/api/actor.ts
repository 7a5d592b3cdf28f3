// Actors by the names that people know, where the signed-in person may know them.
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { actorName } from "~/text/format";
import { keysQuery } from "./key";
import { useMay, useMe } from "./session";
import { usersQuery } from "./user";

/** Says an actor's name; `name` is what the server said, if it did. */
export function useActorName(): (actor: string, name?: string | null) => string {
  const me = useMe();
  const admin = useMay("admin");
  const users = useQuery({ ...usersQuery, enabled: admin }).data;
  const keys = useQuery({ ...keysQuery, enabled: admin }).data;
  return useCallback(
    (actor, name) => {
      if (name) return name;
      if (me.user && actor === `user:${me.user.id}`) return me.user.name;
      const user = users?.find(({ id }) => actor === `user:${id}`);
      const key = keys?.find(({ id }) => actor === `key:${id}`);
      return user?.name ?? (key ? `key “${key.name}”` : actorName(actor));
    },
    [me, users, keys],
  );
}
