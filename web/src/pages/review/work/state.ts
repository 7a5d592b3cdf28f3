// What the screen of a queue shows of the work at it.
import type { Problem } from "~/api/problem";
import { askedOf } from "../rubric/asked";
import type { Decided, Held } from "./held";

export interface Notice {
  id: string;
  kind: "gold" | "refused" | "suggestion";
  /** Undefined where it is about something that is no longer at hand. */
  decided: Decided | undefined;
  text: string;
}

export interface WorkState {
  phase: "loading" | "working" | "empty" | "paused" | "failed";
  turns: Held[];
  past: Decided[];
  /** The decision that is looked at; undefined while working. */
  looking: number | undefined;
  notices: Notice[];
  pausedFor: string;
  error: Problem | undefined;
  /** Decisions made since the page was opened. */
  done: number;
}

export const BEGIN: WorkState = { phase: "loading", turns: [], past: [], looking: undefined, notices: [], pausedFor: "", error: undefined, done: 0 };

/** How far one is in the questions that are asked. */
export const answeredOf = ({ turn, answers }: Held): { answered: number; asked: number } => {
  const asked = askedOf(turn.rubric, answers);
  return { answered: asked.filter(({ key }) => answers[key] !== undefined).length, asked: asked.length };
};
