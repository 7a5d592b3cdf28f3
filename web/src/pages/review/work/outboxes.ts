// The outbox of whoever is signed in: one for all pages, flushed when the connection is back.
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { escalateTask, skipTask, submitReview, undoReview } from "~/api/review/task";
import { Problem } from "~/api/problem";
import { useReachable } from "~/api/reach";
import { useMe } from "~/api/session";
import { Outbox, storageShelf, type Sending } from "./outbox";

const boxes = new Map<string, Outbox>();

async function send(sending: Sending): Promise<unknown> {
  switch (sending.kind) {
    case "review":
      return submitReview(sending.task, sending.body);
    case "skip":
      return skipTask(sending.task, sending.reason);
    case "escalate":
      return escalateTask(sending.task, sending.reason);
    case "undo":
      if (sending.review === undefined) throw new Problem(404, "There is nothing to take back", "");
      return undoReview(sending.review);
  }
}

export function outboxOf(user: string): Outbox {
  const known = boxes.get(user);
  if (known) return known;
  const made = new Outbox(user, storageShelf(localStorage), send);
  boxes.set(user, made);
  window.addEventListener("online", made.flush);
  // What an earlier page left behind goes now.
  setTimeout(made.flush, 0);
  return made;
}

export function useOutbox(): Outbox {
  const { user } = useMe();
  return useMemo(() => outboxOf(user?.id ?? "key"), [user?.id]);
}

/** How much is not sent yet; looks again as soon as the server answers anyone. */
export function useOutboxState(): ReturnType<Outbox["state"]> {
  const box = useOutbox();
  const reachable = useReachable();
  useEffect(() => {
    if (reachable) box.flush();
  }, [box, reachable]);
  return useSyncExternalStore(box.subscribe, box.state);
}
