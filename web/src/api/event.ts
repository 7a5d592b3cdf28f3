// The live stream of what happened (GET /events), shared by every screen through one connection.
import { useEffect, useSyncExternalStore } from "react";
import type { EventKind, VouchEvent } from "./types";

type Listener = (event: VouchEvent) => void;

const KINDS: EventKind[] = ["log.created", "log.updated", "feedback.changed", "settings.changed", "queue.changed"];
const listeners = new Set<Listener>();
const watchers = new Set<() => void>();
let source: EventSource | undefined;
let live = false;

function setLive(now: boolean) {
  if (live === now) return;
  live = now;
  for (const watch of watchers) watch();
}

function open() {
  source = new EventSource("/api/v1/events");
  source.onopen = () => setLive(true);
  // EventSource connects again by itself and sends Last-Event-ID, unless it was refused.
  source.onerror = () => setLive(false);
  for (const kind of KINDS) {
    source.addEventListener(kind, (message) => {
      setLive(true);
      const event = JSON.parse((message as MessageEvent<string>).data) as VouchEvent;
      for (const listener of listeners) listener(event);
    });
  }
}

function close() {
  source?.close();
  source = undefined;
  setLive(false);
}

/** Calls `listener` for every event until the answer is called. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener);
  if (!source || source.readyState === EventSource.CLOSED) open();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) close();
  };
}

/** Calls `listener` for every event while the component is there. */
export function useEvents(listener: Listener): void {
  useEffect(() => onEvent(listener), [listener]);
}

/** Whether the stream is connected. */
export function useLive(): boolean {
  return useSyncExternalStore(
    (watch) => {
      watchers.add(watch);
      return () => watchers.delete(watch);
    },
    () => live,
  );
}
