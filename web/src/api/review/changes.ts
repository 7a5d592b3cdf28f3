// What others do in a queue is read again: when the server says that the queue changed, and now and then where it cannot say so.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useEvents, useLive } from "../event";
import type { VouchEvent } from "../types";

/** What a queue's events make old, and how long they are gathered first, in milliseconds. */
const GATHERED: { names: string[]; ms: number }[] = [
  { names: ["progress", "conflicts"], ms: 1_200 },
  { names: ["tasks", "reviewers", "report", "agreement", "consensus"], ms: 10_000 },
];
/** Without the stream everything is asked for this often, in milliseconds. */
const POLL_MS = 30_000;

/** Gathers the events of a while: a busy queue costs one question for each screen, not one for each review. */
export class QueueChanges {
  private readonly waiting = GATHERED.map(() => ({ queues: new Set<string>(), timer: undefined as ReturnType<typeof setTimeout> | undefined }));

  /** `read` gets the names of what is old, and of which queue; undefined stands for all queues. */
  constructor(private readonly read: (names: string[], queue: string | undefined) => void) {}

  /** These queues changed; none named means any of them. */
  of(queues: string[]): void {
    GATHERED.forEach(({ names, ms }, i) => {
      const own = this.waiting[i]!;
      for (const queue of queues.length > 0 ? queues : [ALL]) own.queues.add(queue);
      own.timer ??= setTimeout(() => {
        const told = own.queues.has(ALL) ? [undefined] : [...own.queues];
        own.timer = undefined;
        own.queues.clear();
        for (const queue of told) this.read(names, queue);
      }, ms);
    });
  }

  stop(): void {
    for (const own of this.waiting) {
      clearTimeout(own.timer);
      own.timer = undefined;
      own.queues.clear();
    }
  }
}

const ALL = "";

/** Once, around all pages. */
export function useQueueChanges(): void {
  const queries = useQueryClient();
  const live = useLive();
  const changes = useMemo(
    () =>
      new QueueChanges((names, queue) => {
        // A page that nobody sees reads when it is looked at again.
        const refetchType = document.visibilityState === "visible" ? "active" : "none";
        for (const name of names) void queries.invalidateQueries({ queryKey: queue === undefined ? [name] : [name, queue], refetchType });
      }),
    [queries],
  );
  useEffect(() => () => changes.stop(), [changes]);
  useEvents(useCallback((event: VouchEvent) => event.kind === "queue.changed" && changes.of(event.ids), [changes]));
  const wasLive = useRef(false);
  useEffect(() => {
    if (live) {
      wasLive.current = true;
      return;
    }
    const timer = setInterval(() => changes.of([]), POLL_MS);
    return () => {
      clearInterval(timer);
      // The stream is back: what happened without it is read now.
      if (wasLive.current) changes.of([]);
    };
  }, [live, changes]);
}
