// Settings that someone else changed are read again.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useEvents } from "~/api/event";
import type { VouchEvent } from "~/api/types";

const SETTINGS = ["deployments", "deployment", "providers", "models", "prices", "metrics", "keys", "users", "audit", "webhooks", "views", "queues", "queue"];

export function useSettingsEvents(): void {
  const queries = useQueryClient();
  const onEvent = useCallback(
    (event: VouchEvent) => {
      if (event.kind !== "settings.changed") return;
      for (const name of SETTINGS) void queries.invalidateQueries({ queryKey: [name] });
    },
    [queries],
  );
  useEvents(onEvent);
}
