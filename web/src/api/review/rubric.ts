// The questions of a queue and what answers them, as the server reads and writes them.
import type { Json, Schema, With } from "../types";

export type Option = Schema["QuestionOption"];
/** Asked only while the answer to an earlier question is one of these. */
export type When = With<Schema["When"], { is: Json[] }>;

type Kind = Schema["QuestionKind"];
export type QuestionType = Kind["type"];
type Common = Omit<Schema["Question"], keyof Kind | "when" | "default"> & { when?: When | null; default?: Json };

export type Question = Common & Kind;
export type QuestionOf<T extends QuestionType> = Common & Extract<Kind, { type: T }>;

export interface Rubric {
  questions: Question[];
}

// Answers are any JSON to OpenAPI: which of these it is depends on the question.

/** Offsets in Unicode code points; `end` is the first that is no longer in it. */
export interface Span {
  start: number;
  end: number;
  label: string;
}

/** `a` and `b` as stored, whichever of them stood on the left. */
export interface Preference {
  choice: "a" | "b" | "tie";
  strength: number;
}

export type Answer = boolean | number | string | string[] | Record<string, boolean> | Span[] | Preference | number[][];
export type Answers = Record<string, Answer>;
