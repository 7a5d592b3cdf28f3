// What a reviewer typed about one log, kept in the browser until the server has it.
import type { MetricValue } from "~/api/types";
import { uuid } from "./uuid";

export interface Draft {
  /** Answers that differ from what the server has; null takes an answer back. */
  values: Record<string, MetricValue | null>;
  /** Sent with the save; a new one for every change, so that a retry of the same save counts once. */
  key: string;
  at: string;
}

/** The part of Storage that is used; a Map behind it in tests. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const PREFIX = "vouch:draft:";
const name = (logId: string) => PREFIX + logId;

export function emptyDraft(): Draft {
  return { values: {}, key: uuid(), at: new Date().toISOString() };
}

export const isEmpty = (draft: Draft): boolean => Object.keys(draft.values).length === 0;

/** The draft with one answer changed; `undefined` makes it what the server has. */
export function withValue(draft: Draft, metric: string, value: MetricValue | null | undefined): Draft {
  const values = { ...draft.values };
  if (value === undefined) delete values[metric];
  else values[metric] = value;
  return { values, key: uuid(), at: new Date().toISOString() };
}

export function loadDraft(shelf: Shelf, logId: string): Draft {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(name(logId)) ?? "null");
    if (isDraft(kept)) return kept;
  } catch {
    // Unreadable: begin anew, below.
  }
  return emptyDraft();
}

/** Keeps the draft, or forgets it when it is empty. False when the browser had no room. */
export function keepDraft(shelf: Shelf, logId: string, draft: Draft): boolean {
  try {
    if (isEmpty(draft)) shelf.removeItem(name(logId));
    else shelf.setItem(name(logId), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/** After a save: forgets what was sent, and keeps what was typed while it was under way. */
export function afterSave(now: Draft, sent: Draft): Draft {
  const values = Object.fromEntries(
    Object.entries(now.values).filter(([metric, value]) => !same(value, sent.values[metric])),
  );
  return { values, key: uuid(), at: now.at };
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function isDraft(kept: unknown): kept is Draft {
  if (typeof kept !== "object" || kept === null) return false;
  const { values, key } = kept as Partial<Draft>;
  return typeof key === "string" && typeof values === "object" && values !== null;
}
