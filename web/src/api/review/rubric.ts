// The questions of a queue and what answers them, as the server reads and writes them.
import type { Json } from "../types";

export interface Option {
  key: string;
  title: string;
  help?: string | null;
}

/** Asked only while the answer to an earlier question is one of these. */
export interface When {
  question: string;
  is: Json[];
}

interface Common {
  key: string;
  title: string;
  help?: string | null;
  required?: boolean;
  when?: When | null;
  default?: Json;
}

export type Question = Common &
  (
    | { type: "thumbs" | "yes_no" | "correction" }
    | { type: "checklist"; options: Option[] }
    | { type: "rating"; min: number; max: number; labels?: Record<string, string> | null }
    | { type: "category"; options: Option[] }
    | { type: "multi_category"; options: Option[]; min_choices?: number | null; max_choices?: number | null }
    | { type: "number"; min?: number | null; max?: number | null; unit?: string | null }
    | { type: "text"; max_chars?: number | null }
    | { type: "spans"; labels: Option[]; of: string }
    | { type: "preference"; strength?: number | null; tie?: boolean }
    | { type: "ranking" }
  );

export type QuestionType = Question["type"];
export type QuestionOf<T extends QuestionType> = Extract<Question, { type: T | QuestionType }> & { type: T };

export interface Rubric {
  questions: Question[];
}

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
