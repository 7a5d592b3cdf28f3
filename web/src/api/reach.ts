// Whether the server can be reached, as the last call found it: one answer for every page.
import { useSyncExternalStore } from "react";

let reachable = true;
const watchers = new Set<() => void>();

export function setReachable(now: boolean): void {
  if (reachable === now) return;
  reachable = now;
  for (const watch of watchers) watch();
}

export const useReachable = (): boolean =>
  useSyncExternalStore(
    (watch) => {
      watchers.add(watch);
      return () => watchers.delete(watch);
    },
    () => reachable,
  );

/** Asks the server whether it is there, and keeps the answer. */
export async function probe(): Promise<boolean> {
  const there = await fetch("/healthz", { cache: "no-store" }).then(
    (answer) => answer.ok,
    () => false,
  );
  setReachable(there);
  return there;
}
