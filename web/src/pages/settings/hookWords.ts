// What people read of webhooks.
import type { DeliveryAttempt, Delivery, HookKind, Webhook } from "~/api/types";
import { duration } from "~/text/format";

export const EVENTS: { kind: HookKind; title: string; about: string }[] = [
  { kind: "task.completed", title: "Task completed", about: "A task was decided, by consensus or by a person" },
  { kind: "queue.drained", title: "Queue drained", about: "Nothing is left to do in a queue" },
  { kind: "agreement.low", title: "Agreement low", about: "Reviewers agree less than the queue's alert asks for" },
];

/** Why a webhook is told nothing. */
export function offText({ off }: Webhook): string {
  switch (off?.because) {
    case undefined:
      return "";
    case "paused":
      return "off";
    case "gone":
      return "off: it answered that it is gone (410)";
    case "failures":
      return "off: it took nothing for five days";
  }
}

/** `200 in 84 ms`, or why nothing came back. */
export function attemptText({ status, error, duration_ms }: DeliveryAttempt): string {
  return `${status ?? error ?? "no answer"} ${status === null ? "after" : "in"} ${duration(duration_ms)}`;
}

/** The state of a delivery in words, and how it is coloured. */
export function stateOf({ state, attempts }: Delivery): { text: string; tone: string } {
  if (state === "delivered") return { text: "delivered", tone: "pill-good" };
  if (state === "failed") return { text: "failed", tone: "pill-bad" };
  return attempts.length === 0 ? { text: "waiting", tone: "" } : { text: "tried, waiting", tone: "pill-warn" };
}
