// What an answer becomes when one of its parts is chosen: by key, mouse or touch alike.
import type { Answer, Preference, Question } from "~/api/review/rubric";

/** The answer after choosing `option` (see keyPools.ts); undefined where it is taken away. */
export function chosen(question: Question, now: Answer | undefined, option: string, order: number[] = [0, 1]): Answer | undefined {
  switch (question.type) {
    case "thumbs":
    case "yes_no":
      return flip(now, option === "true");
    case "rating":
      return flip(now, Number(option));
    case "category":
      return flip(now, option);
    case "multi_category": {
      const all = question.options.map(({ key }) => key);
      const had = Array.isArray(now) ? (now as string[]) : [];
      const next = all.filter((key) => (key === option) !== had.includes(key));
      return next.length > 0 ? next : undefined;
    }
    case "checklist": {
      const had = (now ?? {}) as Record<string, boolean>;
      return Object.fromEntries(question.options.map(({ key }) => [key, key === option ? !had[key] : (had[key] ?? false)]));
    }
    case "preference":
      return preferred(now as Preference | undefined, option, order);
    case "ranking":
      return ranked((now ?? []) as number[][], order[Number(option)] ?? Number(option));
    default:
      return now;
  }
}

/** A checklist of which nothing holds is an answer too. */
export const noneOf = (question: Question): Answer | undefined =>
  question.type === "checklist" ? Object.fromEntries(question.options.map(({ key }) => [key, false])) : undefined;

const flip = <T extends Answer>(now: Answer | undefined, wanted: T): T | undefined => (now === wanted ? undefined : wanted);

/** What stands on the left or right as it is stored: the order may have them swapped. */
function preferred(now: Preference | undefined, option: string, order: number[]): Preference | undefined {
  const [side, strength] = option.split(":");
  const next: Preference = side === "tie" ? { choice: "tie", strength: 1 } : { choice: order[side === "left" ? 0 : 1] === 0 ? "a" : "b", strength: Number(strength) };
  return now?.choice === next.choice && now.strength === next.strength ? undefined : next;
}

/** A preference as it stands on the screen: `left:2`. */
export function shownPreference({ choice, strength }: Preference, order: number[]): string {
  if (choice === "tie") return "tie";
  return `${(choice === "a" ? 0 : 1) === order[0] ? "left" : "right"}:${strength}`;
}

/** Puts a response after those that have a rank; one that has a rank loses it. */
function ranked(now: number[][], response: number): number[][] | undefined {
  const rest = now.map((group) => group.filter((other) => other !== response)).filter((group) => group.length > 0);
  const next = now.some((group) => group.includes(response)) ? rest : [...now, [response]];
  return next.length > 0 ? next : undefined;
}

/** The last response shares the rank of the one before, or gets one of its own again. */
export function tied(now: number[][]): number[][] {
  const last = now.at(-1) ?? [];
  if (last.length > 1) return [...now.slice(0, -1), last.slice(0, -1), last.slice(-1)];
  return now.length < 2 ? now : [...now.slice(0, -2), [...now.at(-2)!, ...last]];
}

/** Types whose answer is one choice: alone in a rubric, they are sent by their key. */
export const isOneChoice = ({ type }: Question): boolean => ["thumbs", "yes_no", "rating", "category", "preference"].includes(type);
