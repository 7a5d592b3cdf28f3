// Waits for the first log that was sent with a key.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useEvents } from "~/api/event";
import { fetchLogs, logQuery } from "~/api/log";
import type { VouchEvent } from "~/api/types";

/** The first log sent with the key of that id, once there is one. */
export function useFirstCall(keyId: string | undefined): string | undefined {
  const queries = useQueryClient();
  const [found, setFound] = useState<{ key: string; log: string }>();
  const done = found !== undefined && found.key === keyId;
  const look = useCallback(
    async (ids: string[]) => {
      for (const id of ids) {
        const log = await queries.fetchQuery(logQuery(id)).catch(() => undefined);
        if (keyId && log?.sent_by === `key:${keyId}`) setFound((now) => (now?.key === keyId ? now : { key: keyId, log: id }));
      }
    },
    [keyId, queries],
  );
  const onEvent = useCallback(
    (event: VouchEvent) => {
      if (keyId && !done && event.kind === "log.created") void look(event.ids.slice(0, 10));
    },
    [keyId, done, look],
  );
  useEvents(onEvent);
  // A proxy may hold the stream back: look by hand now and then too.
  useQuery({
    queryKey: ["first-call", keyId],
    enabled: keyId !== undefined && !done,
    refetchInterval: 5_000,
    queryFn: async () => {
      const page = await fetchLogs({}, undefined, 5);
      await look(page.items.map((item) => item.id));
      return page.items.length;
    },
  });
  return done ? found.log : undefined;
}
