// What waits for the person who is signed in, over all queues.
import { useQueries, useQuery } from "@tanstack/react-query";
import { useMay } from "../session";
import { progressQuery, queuesQuery, type Progress, type Queue } from "./queue";

export interface QueueProgress {
  queue: Queue;
  progress: Progress | undefined;
}

/** Every open queue with its progress, as it comes. */
export function useQueueProgress(enabled = true): QueueProgress[] {
  const queues = useQuery({ ...queuesQuery, enabled }).data ?? [];
  const answers = useQueries({ queries: queues.map(({ id }) => ({ ...progressQuery(id), enabled, staleTime: 25_000, refetchInterval: 60_000 })) });
  return queues.map((queue, i) => ({ queue, progress: answers[i]?.data }));
}

/** How many tasks wait for this person. */
export function useMine(): { left: number } {
  const may = useMay("feedback");
  const all = useQueueProgress(may);
  return { left: all.reduce((sum, { progress }) => sum + (progress?.mine?.left ?? 0), 0) };
}
