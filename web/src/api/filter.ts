// The filter language while it is typed: what could come next.
import { api } from "./client";

export interface Suggestion {
  insert: string;
  about: string;
}

/** A suggestion takes the place of the characters from `at` to `end`; a character is a code point. */
export interface Completion {
  at: number;
  end: number;
  suggestions: Suggestion[];
}

export const completeFilter = (text: string, cursor: number, signal?: AbortSignal) =>
  api.get<Completion>("/filters/complete", { text, cursor }, signal);
