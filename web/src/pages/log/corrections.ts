// The answers as people say they should have been.
import type { Feedback } from "~/api/types";

/** The correction that a feedback carries, if it does. */
export const correctionIn = ({ name, value, correction }: Feedback): string | undefined =>
  correction ?? (name === "correction" && typeof value === "string" ? value : undefined);

export interface Correction {
  feedback: Feedback;
  text: string;
}

/** The corrections of this log that count, the newest first. */
export const correctionsOf = (all: Feedback[]): Correction[] =>
  all
    .filter((f) => f.counts && f.log_id !== undefined)
    .flatMap((feedback) => {
      const text = correctionIn(feedback);
      return text === undefined ? [] : [{ feedback, text }];
    })
    .reverse();
