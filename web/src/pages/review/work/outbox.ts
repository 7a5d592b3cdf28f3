// What was decided and is not with the server yet: sent one after the other, tried again, kept over a reload.
import { asProblem, type Problem } from "~/api/problem";
import type { NewReview } from "~/api/review/task";
import type { Shelf } from "~/text/draft";

interface Common {
  /** Also the `submission_id` of a review, so that the server counts a second try once. */
  id: string;
  queue: string;
  task: string;
  /** Grows with every entry: the order in which they are sent. */
  seq: number;
}

export type Sending = Common &
  (
    | { kind: "review"; body: NewReview }
    | { kind: "skip" | "escalate"; reason: string }
    /** Takes back the review that was sent as `of`; `review` is its id, once the server gave it one. */
    | { kind: "undo"; of: string; review?: string }
  );

export type Send = (sending: Sending) => Promise<unknown>;

export interface OutboxShelf extends Shelf {
  keys(): string[];
}

/** The browser's own storage as a shelf. */
export const storageShelf = (storage: Storage): OutboxShelf => ({
  getItem: (key) => storage.getItem(key),
  setItem: (key, value) => storage.setItem(key, value),
  removeItem: (key) => storage.removeItem(key),
  keys: () => Object.keys(storage),
});

export interface OutboxListener {
  sent?: (sending: Sending, answer: unknown) => void;
  refused?: (sending: Sending, problem: Problem) => void;
}

/** Waits between two tries, in milliseconds; the last one again and again. */
const WAITS_MS = [400, 1_000, 2_500, 5_000, 10_000];

/** Whether trying again may help: no answer, a busy or failing server, a session that ended. */
export const isPassing = ({ status }: Problem): boolean => status === 0 || status === 401 || status === 408 || status === 429 || status >= 500;

export class Outbox {
  private readonly prefix: string;
  private entries: Sending[];
  private sending: Sending | undefined;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stuck: Problem | undefined;
  private readonly listeners = new Set<OutboxListener>();
  private readonly watchers = new Set<() => void>();
  /** Ids of reviews by the submission that made them. */
  private readonly reviews = new Map<string, string>();
  private seen: { waiting: number; problem: Problem | undefined };

  constructor(
    owner: string,
    private readonly shelf: OutboxShelf,
    private readonly send: Send,
  ) {
    this.prefix = `vouch:outbox:${owner}:`;
    this.entries = this.kept();
    this.seen = { waiting: this.entries.length, problem: undefined };
  }

  /** How many wait, and why the last try failed. The same object until it changes. */
  state = (): { waiting: number; problem: Problem | undefined } => this.seen;

  /** The tasks that something is on its way for. */
  tasks(): string[] {
    return this.entries.map(({ task }) => task);
  }

  subscribe = (watch: () => void): (() => void) => {
    this.watchers.add(watch);
    return () => this.watchers.delete(watch);
  };

  listen(listener: OutboxListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  add(entry: DistributiveOmit<Sending, "seq">): void {
    const sending = { ...entry, seq: (this.entries.at(-1)?.seq ?? 0) + 1 } as Sending;
    if (sending.kind === "undo" && sending.review === undefined) {
      const review = this.reviews.get(sending.of);
      if (review !== undefined) sending.review = review;
    }
    this.entries = [...this.entries, sending];
    this.keep(sending);
    this.changed();
    // Adding costs nothing: what is sent is sent after the next item is on the screen.
    setTimeout(() => this.flush(), 0);
  }

  /** Takes back what has not left yet; false where it has, or is just leaving. */
  withdraw(id: string): boolean {
    const entry = this.entries.find((other) => other.id === id);
    if (!entry || this.sending?.id === id) return false;
    this.forget(entry);
    return true;
  }

  /** Sends what waits, at once. */
  flush = (): void => {
    if (this.sending) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    const [first] = this.entries;
    if (!first) return;
    this.sending = first;
    this.send(first).then(
      (answer) => this.done(first, answer),
      (thrown: unknown) => this.failed(first, asProblem(thrown)),
    );
  };

  private done(entry: Sending, answer: unknown): void {
    this.settle(entry);
    if (entry.kind === "review") this.learn(entry.id, (answer as { review?: { id?: string } } | undefined)?.review?.id);
    for (const listener of this.listeners) listener.sent?.(entry, answer);
    this.flush();
  }

  private failed(entry: Sending, problem: Problem): void {
    if (isPassing(problem)) {
      this.sending = undefined;
      this.stuck = problem;
      const wait = WAITS_MS[Math.min(this.tries, WAITS_MS.length - 1)]!;
      this.tries += 1;
      this.timer = setTimeout(this.flush, wait);
      this.changed();
      return;
    }
    this.settle(entry);
    // What was never accepted need not be taken back.
    if (entry.kind === "review") for (const other of this.entries.filter((later) => later.kind === "undo" && later.of === entry.id)) this.forget(other);
    for (const listener of this.listeners) listener.refused?.(entry, problem);
    this.flush();
  }

  private settle(entry: Sending): void {
    this.sending = undefined;
    this.stuck = undefined;
    this.tries = 0;
    this.forget(entry);
  }

  private learn(submission: string, review: string | undefined): void {
    if (review === undefined) return;
    this.reviews.set(submission, review);
    for (const entry of this.entries) {
      if (entry.kind !== "undo" || entry.of !== submission) continue;
      entry.review = review;
      this.keep(entry);
    }
  }

  private forget(entry: Sending): void {
    this.entries = this.entries.filter((other) => other !== entry);
    try {
      this.shelf.removeItem(this.prefix + entry.id);
    } catch {
      // Sent twice is counted once.
    }
    this.changed();
  }

  private keep(entry: Sending): void {
    try {
      this.shelf.setItem(this.prefix + entry.id, JSON.stringify(entry));
    } catch {
      // No room: it is still sent, only a reload before that would lose it.
    }
  }

  private kept(): Sending[] {
    const found = this.shelf.keys().filter((key) => key.startsWith(this.prefix));
    const entries = found.flatMap((key) => {
      try {
        return [JSON.parse(this.shelf.getItem(key) ?? "") as Sending];
      } catch {
        return [];
      }
    });
    return entries.sort((a, b) => a.seq - b.seq);
  }

  private changed(): void {
    this.seen = { waiting: this.entries.length, problem: this.stuck };
    for (const watch of this.watchers) watch();
  }
}

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;
