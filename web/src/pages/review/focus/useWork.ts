// The work at one queue, alive as long as its page is open.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { myReviewsQuery } from "~/api/review/task";
import { useReachable } from "~/api/reach";
import { useMe } from "~/api/session";
import { useOutbox } from "../work/outboxes";
import type { WorkState } from "../work/state";
import { Work } from "../work/work";

export function useWork(queue: string): { work: Work; state: WorkState } {
  const { user } = useMe();
  const outbox = useOutbox();
  const work = useMemo(() => new Work(queue, user?.id ?? "key", outbox), [queue, user?.id, outbox]);
  const reachable = useReachable();
  const past = useQuery({ ...myReviewsQuery, staleTime: Infinity, refetchOnMount: "always" }).data;
  useEffect(() => {
    work.start();
    const away = () => work.stop();
    window.addEventListener("pagehide", away);
    return () => {
      window.removeEventListener("pagehide", away);
      work.stop();
    };
  }, [work]);
  useEffect(() => {
    if (past) work.remember(past);
  }, [work, past]);
  useEffect(() => {
    if (reachable) void work.refill();
  }, [work, reachable]);
  useSigns(work);
  return { work, state: useSyncExternalStore(work.subscribe, work.get) };
}

/** Signs of life: at most one a second is looked at. */
function useSigns(work: Work): void {
  useEffect(() => {
    let last = 0;
    const sign = () => {
      if (document.visibilityState !== "visible" || Date.now() - last < 1000) return;
      last = Date.now();
      work.touch();
    };
    const kinds = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "scroll"] as const;
    for (const kind of kinds) window.addEventListener(kind, sign, { passive: true, capture: true });
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, sign, { capture: true });
    };
  }, [work]);
}
