// Drafts: in the browser at every key, at the server a moment later; the browser forgets what the server has.
import { putDraft } from "~/api/review/task";
import type { Answers } from "~/api/review/rubric";
import type { Shelf } from "~/text/draft";
import { keepLocal } from "./localDraft";

const WAIT_MS = 700;

export class Drafts {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last: { task: string; answers: Answers } | undefined;

  constructor(
    private readonly user: string,
    private readonly shelf: Shelf,
    /** Milliseconds worked at the task in hand. */
    private readonly activeMs: () => number,
  ) {}

  keep(task: string, answers: Answers): void {
    keepLocal(this.shelf, this.user, task, answers);
    this.last = { task, answers };
    clearTimeout(this.timer);
    this.timer = setTimeout(this.flush, WAIT_MS);
  }

  /** Sends what waits, at once. */
  flush = (): void => {
    if (this.timer === undefined || !this.last) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    const sent = this.last;
    putDraft(sent.task, sent.answers, Math.round(this.activeMs())).then(
      () => {
        if (this.last === sent) keepLocal(this.shelf, this.user, sent.task, undefined);
      },
      // The browser has it still.
      () => undefined,
    );
  };

  /** The task was decided: its draft is nobody's any more. */
  forget(task: string): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.last = undefined;
    keepLocal(this.shelf, this.user, task, undefined);
  }
}
