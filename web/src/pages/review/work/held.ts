// A turn in the hand of its reviewer, and a decision that was just made.
import type { Answers } from "~/api/review/rubric";
import type { GoldResult, PastReview, Suggestion, Turn } from "~/api/review/task";
import type { Shelf } from "~/text/draft";
import { same } from "~/text/draft";
import { defaultsOf } from "../rubric/asked";
import { localDraft } from "./localDraft";

export interface Held {
  turn: Turn;
  answers: Answers;
  /** The order in which the responses stand on the screen. */
  order: number[];
  /** What the server said is wrong with the answers, by question. */
  wrong: Record<string, string>;
}

export interface Decided {
  /** The submission's id; of one that was decided on an earlier page, the review's. */
  id: string;
  kind: "review" | "skip" | "escalate";
  task: string;
  at: string;
  answers: Answers;
  held: Held | undefined;
  past: PastReview | undefined;
  review: string | undefined;
  gold: GoldResult | undefined;
  /** What a model had said, told afterwards. */
  suggestion: Suggestion | undefined;
  /** Why the server did not take it. */
  refused: string | undefined;
}

export function held(turn: Turn, user: string, shelf: Shelf): Held {
  const k = turn.item.type === "responses" ? turn.item.responses.length : 0;
  const order = turn.swapped.length === k ? turn.swapped : Array.from({ length: k }, (_, i) => i);
  // What the browser kept is newer: it goes as soon as the server has it.
  const answers = localDraft(shelf, user, turn.task) ?? turn.draft?.answers ?? defaultsOf(turn.rubric);
  return { turn, answers, order, wrong: {} };
}

export const decidedNow = (kind: Decided["kind"], id: string, at: string, current: Held, answers: Answers): Decided => ({
  id, kind, at, answers, task: current.turn.task, held: current, past: undefined, review: undefined, gold: undefined, suggestion: undefined, refused: undefined,
});

/** Why a decision cannot be changed any more, where that is so. */
export const whyFixed = ({ gold, past }: Decided): string | undefined =>
  gold !== undefined || (past?.review.gold_right ?? null) !== null ? "This one was a check: what is right is known, so your answer stays as it is." : undefined;

export const ofPast = (past: PastReview): Decided => ({
  id: past.review.id, kind: "review", task: past.review.task, at: past.review.created_at, answers: past.review.answers, held: undefined, past, review: past.review.id, gold: undefined, suggestion: undefined, refused: undefined,
});

/** Whether the person said the same as the suggestion wherever it said something; undefined where there was none to see. */
export function followed({ turn }: Held, answers: Answers): boolean | undefined {
  if (!turn.suggestion) return undefined;
  return Object.entries(turn.suggestion.answers).every(([key, value]) => same(answers[key], value));
}
