// What waits for the person who is signed in, over all queues.
import { useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useMay, useMe } from "../session";
import { progressQuery, queuesQuery, type Progress, type Queue } from "./queue";

export interface QueueProgress {
  queue: Queue;
  progress: Progress | undefined;
}

/** The queues with their progress, as it comes; only those for which `wanted` is true. */
export function useQueueProgress(enabled = true, wanted: (queue: Queue) => boolean = () => true): QueueProgress[] {
  const queues = (useQuery({ ...queuesQuery, enabled }).data ?? []).filter(wanted);
  const answers = useQueries({ queries: queues.map(({ id }) => ({ ...progressQuery(id), enabled, staleTime: 25_000 })) });
  return queues.map((queue, i) => ({ queue, progress: answers[i]?.data }));
}

/** How many tasks wait for this person. A queue that rests, or is for others, is not asked for. */
export function useMine(): { left: number } {
  const may = useMay("feedback");
  const { user } = useMe();
  const all = useQueueProgress(may, ({ state, people }) => state === "open" && (people.length === 0 || people.includes(user?.id ?? "")));
  return { left: all.reduce((sum, { progress }) => sum + (progress?.mine?.left ?? 0), 0) };
}

/** Calls `come` when something else waits in the queue than before, or its person is paused or may work again; `idle` says that they have nothing. */
export function useComing(queue: string, idle: boolean, come: () => void): void {
  const mine = useQuery(progressQuery(queue)).data?.mine;
  const [left, state] = [mine?.left ?? 0, mine?.state];
  const before = useRef({ left, state });
  useEffect(() => {
    const old = before.current;
    before.current = { left, state };
    const stateChanged = old.state !== undefined && state !== old.state;
    if (idle && (stateChanged || (left > 0 && left !== old.left))) come();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [left, state, idle]);
}
