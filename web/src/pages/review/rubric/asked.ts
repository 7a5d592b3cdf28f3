// Which questions are asked after these answers, and what is still missing or does not fit.
import type { Answer, Answers, Question, Rubric, When } from "~/api/review/rubric";
import type { Json } from "~/api/types";
import { plural } from "~/text/format";
import { same } from "~/text/draft";

/** A list meets what it holds, a checklist what was ticked, a preference its choice. */
const meets = ({ is }: When, value: Answer): boolean =>
  is.some((wanted: Json) => {
    if (Array.isArray(value)) return (value as unknown[]).includes(wanted);
    if (typeof value !== "object") return same(wanted, value);
    return "choice" in value ? value.choice === wanted : (value as Record<string, boolean>)[String(wanted)] === true;
  });

/** Blanks are no answer. */
const given = (value: Answer | undefined): boolean => value !== undefined && !(typeof value === "string" && value.trim() === "");

/** The questions that are asked, in order: one whose condition is not met hides those that hang on it too. */
export function askedOf({ questions }: Rubric, answers: Answers): Question[] {
  const asked: Question[] = [];
  for (const question of questions) {
    const { when } = question;
    const value = when ? answers[when.question] : undefined;
    if (!when || (value !== undefined && asked.some((other) => other.key === when.question) && meets(when, value))) asked.push(question);
  }
  return asked;
}

/** Only what was asked: what is no longer asked is not answered. */
export function answersTo(rubric: Rubric, answers: Answers): Answers {
  return Object.fromEntries(askedOf(rubric, answers).flatMap(({ key }) => (given(answers[key]) ? [[key, answers[key]!]] : [])));
}

/** Where everyone begins. */
export const defaultsOf = ({ questions }: Rubric): Answers =>
  Object.fromEntries(questions.flatMap((q) => (q.default === undefined || q.default === null ? [] : [[q.key, q.default as Answer]])));

/** What is wrong with the answers, by question; empty where they can be sent. */
export function wrongIn(rubric: Rubric, answers: Answers, responses = 0): Record<string, string> {
  return Object.fromEntries(
    askedOf(rubric, answers).flatMap((question) => {
      const wrong = wrongWith(question, answers[question.key], responses);
      return wrong === undefined ? [] : [[question.key, wrong]];
    }),
  );
}

const chars = (text: string): number => [...text].length;
/** What the server takes where the question sets no limit. */
export const MAX_CHARS = 10_000;

function wrongWith(question: Question, value: Answer | undefined, responses: number): string | undefined {
  if (value === undefined || !given(value)) return question.required ? "This needs an answer." : undefined;
  switch (question.type) {
    case "number": {
      const { min, max } = question;
      if (typeof value !== "number") return "This is not a number.";
      if (min != null && value < min) return `At least ${min}.`;
      return max != null && value > max ? `At most ${max}.` : undefined;
    }
    case "text": {
      const most = question.max_chars ?? MAX_CHARS;
      return chars(value as string) > most ? `At most ${plural(most, "character")}; these are ${chars(value as string)}.` : undefined;
    }
    case "multi_category": {
      const n = (value as string[]).length;
      const { min_choices: least, max_choices: most } = question;
      if (least != null && n < least) return `Choose at least ${least}.`;
      return most != null && n > most ? `Choose at most ${most}.` : undefined;
    }
    case "ranking": {
      const left = responses - (value as number[][]).flat().length;
      return left > 0 ? `${plural(left, "response")} ${left === 1 ? "has" : "have"} no rank yet.` : undefined;
    }
    default:
      return undefined;
  }
}
