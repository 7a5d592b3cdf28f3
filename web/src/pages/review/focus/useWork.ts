// The work at one queue, alive as long as its page is open.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { useLive } from "~/api/event";
import { useComing } from "~/api/review/mine";
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
  useCounts(queue);
  const state = useSyncExternalStore(work.subscribe, work.get);
  useComing(queue, state.turns.length === 0, () => void work.refill());
  return { work, state };
}

/** Quick decisions are counted together. */
const COUNT_MS = 1_200;

/** What was sent changes how much is left: the server tells of it, where it can. */
export function useCounts(queue: string): void {
  const outbox = useOutbox();
  const queries = useQueryClient();
  const live = useLive();
  const told = useRef(live);
  told.current = live;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deaf = outbox.listen({
      sent: () => {
        clearTimeout(timer);
        if (told.current) return;
        timer = setTimeout(() => void queries.invalidateQueries({ queryKey: ["progress", queue] }), COUNT_MS);
      },
    });
    return () => {
      deaf();
      clearTimeout(timer);
      void queries.invalidateQueries({ queryKey: ["progress", queue] });
    };
  }, [outbox, queries, queue]);
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
