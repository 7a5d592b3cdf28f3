// One reviewer at one queue: the turns in hand, what was decided, and what goes to the server behind the screen.
import { asProblem, type Problem } from "~/api/problem";
import type { Answer, Answers } from "~/api/review/rubric";
import { nextTurns, releaseTask, renewLease, type PastReview, type Reviewed, type Turn } from "~/api/review/task";
import type { Shelf } from "~/text/draft";
import { uuid } from "~/text/uuid";
import { itemTitle } from "../item/itemText";
import { answersTo, wrongIn } from "../rubric/asked";
import { ActiveTime } from "./activeTime";
import { Drafts } from "./drafts";
import { decidedNow, followed, held, ofPast, whyFixed, type Decided, type Held } from "./held";
import type { Outbox, Sending } from "./outbox";
import { BEGIN, type Notice, type WorkState } from "./state";

/** Leased and fetched ahead. */
const AHEAD = 5;
/** Decisions that stay one key away. */
const REMEMBERED = 10;
const TICK_MS = 15_000;
/** Where nothing waits, what others let lapse is asked for at every so many ticks; what comes in is told. */
const TICKS_A_TURN = 4;

export class Work {
  private state: WorkState = BEGIN;
  private readonly watchers = new Set<() => void>();
  private readonly drafts: Drafts;
  private time = new ActiveTime();
  /** All of this sitting. */
  readonly sitting = new ActiveTime();
  private fetching = false;
  private ticks = 0;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private deaf: (() => void) | undefined;
  private stopped = true;

  constructor(
    private readonly queue: string,
    private readonly user: string,
    private readonly outbox: Outbox,
    private readonly shelf: Shelf = localStorage,
    private readonly now: () => number = Date.now,
  ) {
    this.drafts = new Drafts(user, shelf, () => this.time.read(this.now()));
  }

  get = (): WorkState => this.state;

  subscribe = (watch: () => void): (() => void) => {
    this.watchers.add(watch);
    return () => this.watchers.delete(watch);
  };

  private set(change: Partial<WorkState>): void {
    this.state = { ...this.state, ...change };
    for (const watch of this.watchers) watch();
  }

  start(): void {
    this.stopped = false;
    this.deaf = this.outbox.listen({ sent: (sending, answer) => this.sent(sending, answer), refused: (sending, problem) => this.refused(sending, problem) });
    this.ticking = setInterval(() => this.tick(), TICK_MS);
    void this.refill();
  }

  /** Gives back what was not begun, so that others get it at once; the item in hand waits. */
  stop(): void {
    this.stopped = true;
    this.deaf?.();
    clearInterval(this.ticking);
    this.drafts.flush();
    for (const { turn, answers } of this.state.turns.slice(1)) {
      if (turn.draft === null && Object.keys(answers).length === 0) void releaseTask(turn.task).catch(() => undefined);
    }
    this.set({ turns: this.state.turns.slice(0, 1) });
  }

  /** A sign of life. */
  touch(): void {
    const now = this.now();
    if (this.time.idle(now) && this.state.turns.length > 0) void this.renewAll();
    this.time.touch(now);
    this.sitting.touch(now);
  }

  /** What was decided on an earlier page. */
  remember(past: PastReview[]): void {
    const known = new Set(this.state.past.map(({ review }) => review));
    const mine = past.filter(({ review }) => review.queue === this.queue && !known.has(review.id));
    if (this.state.done === 0) this.set({ past: mine.map(ofPast).slice(0, REMEMBERED) });
  }

  // --- what comes ---

  refill = async (): Promise<void> => {
    const { turns } = this.state;
    if (this.fetching || this.stopped || turns.length >= AHEAD) return;
    this.fetching = true;
    try {
      const holding = [...turns.map(({ turn }) => turn.task), ...this.outbox.tasks()];
      const next = await nextTurns(this.queue, AHEAD - turns.length, holding);
      const have = new Set([...this.state.turns.map(({ turn }) => turn.task), ...this.outbox.tasks()]);
      const came = next.items.filter(({ task }) => !have.has(task)).map((turn) => held(turn, this.user, this.shelf));
      const all = [...this.state.turns, ...came];
      const phase = all.length > 0 ? "working" : next.paused ? "paused" : "empty";
      const first = this.state.turns.length === 0 && all.length > 0;
      this.set({ turns: all, phase, pausedFor: next.paused?.reason ?? "", error: undefined });
      if (first) this.begin();
    } catch (thrown) {
      if (this.state.turns.length === 0) this.set({ phase: "failed", error: asProblem(thrown) });
    } finally {
      this.fetching = false;
    }
  };

  private begin(): void {
    this.time = new ActiveTime(this.state.turns[0]?.turn.draft?.active_ms ?? 0);
    this.time.touch(this.now());
  }

  private tick(): void {
    this.ticks += 1;
    const slow = this.ticks % TICKS_A_TURN === 0;
    if (this.state.phase === "loading" || this.state.phase === "failed" || (slow && this.state.turns.length < 2)) void this.refill();
    // Nobody there: the leases run out, and others get the tasks.
    if (!this.time.idle(this.now())) void this.renewAll(true);
  }

  private async renewAll(onlyOld = false): Promise<void> {
    await Promise.all(
      this.state.turns.map(async ({ turn }) => {
        // Half of a quarter of an hour, whatever the queue says: early is no harm.
        if (onlyOld && Date.parse(turn.lease.until) - this.now() > 450_000) return;
        try {
          const { until } = await renewLease(turn.task);
          this.change(turn.task, (old) => ({ ...old, turn: { ...old.turn, lease: { until } } }));
        } catch (thrown) {
          const { status } = asProblem(thrown);
          if (status === 404 || status === 409) this.gone(turn.task);
        }
      }),
    );
  }

  private readonly lapsed = new Set<string>();

  /** Someone else has it now. What was answered in hand may still be sent while a place is free; the rest goes. */
  private gone(task: string): void {
    const [current] = this.state.turns;
    if (current?.turn.task !== task) return this.drop(task);
    if (this.lapsed.has(task)) return;
    this.lapsed.add(task);
    const begun = Object.keys(current.answers).length > 0;
    const title = `“${itemTitle(current.turn.item).slice(0, 90)}” went to someone else while you were away.`;
    this.notify("refused", undefined, begun ? `${title} What you said is still here, and counts if there is room for it.` : `${title} Here is the next one.`);
    if (begun) return;
    this.drop(task);
    if (this.state.turns.length === 0) this.set({ phase: "loading" });
    this.begin();
    void this.refill();
  }

  private change(task: string, to: (old: Held) => Held): void {
    this.set({ turns: this.state.turns.map((one) => (one.turn.task === task ? to(one) : one)) });
  }

  private drop(task: string): void {
    this.set({ turns: this.state.turns.filter(({ turn }) => turn.task !== task) });
  }

  // --- what is said ---

  answer(question: string, value: Answer | undefined): void {
    const [current] = this.state.turns;
    if (!current || this.state.looking !== undefined) return;
    const { [question]: _, ...rest } = current.answers;
    this.answers(value === undefined ? rest : { ...rest, [question]: value });
  }

  answers(answers: Answers): void {
    const [current] = this.state.turns;
    if (!current) return;
    const id = current.turn.task;
    this.change(id, (old) => ({ ...old, answers, wrong: {} }));
    this.drafts.keep(id, answers);
  }

  swap(): void {
    const [current] = this.state.turns;
    if (current) this.change(current.turn.task, (old) => ({ ...old, order: [...old.order].reverse() }));
  }

  // --- what is decided ---

  /** Sends the answers and shows the next item; answers what is wrong with them, else nothing. */
  submit(): Record<string, string> {
    const [current] = this.state.turns;
    if (!current) return {};
    const { turn, order } = current;
    const wrong = wrongIn(turn.rubric, current.answers, order.length);
    if (Object.keys(wrong).length > 0) {
      this.change(turn.task, (old) => ({ ...old, wrong }));
      return wrong;
    }
    const answers = answersTo(turn.rubric, current.answers);
    const id = uuid();
    this.leave(current, "review", id, answers);
    this.outbox.add({
      kind: "review", id, queue: this.queue, task: turn.task,
      body: { answers, active_ms: Math.round(this.spent), submission_id: id, ...(order.length > 0 ? { order } : {}) },
    });
    return {};
  }

  setAside(kind: "skip" | "escalate", reason: string): void {
    const [current] = this.state.turns;
    if (!current) return;
    const id = uuid();
    this.leave(current, kind, id, current.answers);
    this.outbox.add({ kind, id, queue: this.queue, task: current.turn.task, reason });
  }

  private spent = 0;

  private leave(current: Held, kind: Decided["kind"], id: string, answers: Answers): void {
    const now = this.now();
    this.spent = this.time.read(now);
    const { task } = current.turn;
    this.drafts.forget(task);
    const decided = decidedNow(kind, id, new Date(now).toISOString(), current, answers);
    const turns = this.state.turns.slice(1);
    const past = [decided, ...this.state.past.filter((other) => other.task !== task)].slice(0, REMEMBERED);
    this.set({ turns, past, looking: undefined, done: this.state.done + 1, phase: turns.length > 0 ? "working" : "loading" });
    this.begin();
    if (turns.length <= AHEAD - 2) setTimeout(() => void this.refill(), 0);
  }

  /** Opens the last review again, whether it was sent or not; false where there is none. */
  undo(at = this.state.past.findIndex(({ kind, refused }) => kind === "review" && refused === undefined)): boolean {
    const decided = this.state.past[at];
    if (!decided || decided.kind !== "review") return false;
    const fixed = whyFixed(decided);
    if (fixed !== undefined) {
      this.notify("refused", decided, fixed);
      return false;
    }
    this.drafts.flush();
    if (!decided.held) {
      this.reopen(decided);
      return true;
    }
    const again: Held = { ...decided.held, answers: decided.answers, wrong: {} };
    this.set({ turns: [again, ...this.state.turns.filter(({ turn }) => turn.task !== decided.task)], past: this.state.past.filter((other) => other !== decided), looking: undefined, phase: "working", done: Math.max(0, this.state.done - 1) });
    this.begin();
    if (!this.outbox.withdraw(decided.id)) {
      this.outbox.add({ kind: "undo", id: uuid(), queue: this.queue, task: decided.task, of: decided.id, ...(decided.review === undefined ? {} : { review: decided.review }) });
    }
    return true;
  }

  /** Tasks of an earlier page that come with the answer to their undo. */
  private readonly reopening = new Set<string>();

  /** One of an earlier page: the server has the item. */
  private reopen(decided: Decided): void {
    this.reopening.add(decided.task);
    this.outbox.add({ kind: "undo", id: uuid(), queue: this.queue, task: decided.task, of: decided.id, review: decided.review! });
    this.set({ past: this.state.past.filter((other) => other !== decided), looking: undefined });
  }

  /** Looks at an older (1) or newer (-1) decision; past the newest, work goes on. */
  look(by: 1 | -1): void {
    const { looking, past } = this.state;
    const at = (looking ?? -1) + by;
    if (at < past.length) this.lookAt(at < 0 ? undefined : at);
  }

  lookAt(looking: number | undefined): void {
    this.set({ looking });
  }

  dismiss(id: string): void {
    this.set({ notices: this.state.notices.filter((notice) => notice.id !== id) });
  }

  // --- what the server says of it ---

  private sent(sending: Sending, answer: unknown): void {
    if (sending.queue !== this.queue) return;
    if (sending.kind === "undo") return this.reopened(answer as Turn);
    if (sending.kind !== "review") return;
    const { review, gold, suggestion } = answer as Reviewed;
    const decided = this.state.past.find(({ id }) => id === sending.id);
    if (!decided) return;
    const known: Decided = { ...decided, review: review.id, gold: gold ?? undefined, suggestion: suggestion ?? undefined };
    this.set({ past: this.state.past.map((other) => (other === decided ? known : other)) });
    if (gold && !gold.right) this.notify("gold", known, gold.why ?? "That one was a check. Others who know the subject well had answered it differently.");
    else if (suggestion && !known.held?.turn.suggestion && followed({ ...known.held!, turn: { ...known.held!.turn, suggestion } }, known.answers) === false) this.notify("suggestion", known, `${suggestion.source} had suggested something else.`);
  }

  private reopened(turn: Turn): void {
    const known = this.state.turns.some((other) => other.turn.task === turn.task);
    if (known) return this.change(turn.task, (old) => ({ ...old, turn: { ...old.turn, lease: turn.lease } }));
    // Where it had been on the screen all along, it was decided anew in the meantime.
    if (!this.reopening.delete(turn.task)) return;
    this.set({ turns: [held(turn, this.user, this.shelf), ...this.state.turns], phase: "working" });
    this.begin();
  }

  private refused(sending: Sending, problem: Problem): void {
    if (sending.queue !== this.queue) return;
    if (sending.kind === "undo") {
      this.drop(sending.task);
      if (this.state.turns.length === 0) void this.refill();
    }
    const decided = this.state.past.find(({ id }) => id === sending.id);
    if (sending.kind !== "review" || !decided) {
      if (sending.kind === "undo") this.notify("refused", undefined, problem.detail || problem.title);
      return;
    }
    if (problem.status === 422 && decided.held) {
      const wrong = Object.fromEntries(problem.errors.map(({ pointer, detail }) => [pointer.split("/")[2] ?? "", detail]));
      this.set({ turns: [{ ...decided.held, answers: decided.answers, wrong }, ...this.state.turns], past: this.state.past.filter((other) => other !== decided), phase: "working" });
      return this.notify("refused", decided, `The server did not take it: ${problem.detail || problem.title}`);
    }
    const marked = { ...decided, refused: problem.detail || problem.title };
    this.set({ past: this.state.past.map((other) => (other === decided ? marked : other)) });
    this.notify("refused", marked, `Not counted: ${marked.refused}`);
  }

  private notify(kind: Notice["kind"], decided: Decided | undefined, text: string): void {
    this.set({ notices: [...this.state.notices, { id: uuid(), kind, decided, text }].slice(-3) });
  }
}
