// Which key gives which answer: each question has a pool of keys of its own, a row of the keyboard.
import type { Question } from "~/api/review/rubric";

/** Taken by the screen itself; see focus/useFocusKeys.ts. */
const TAKEN = new Set([..."ugseijkxd"]);
const POOLS = ["123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
/** The letter that leads to a field, where it is free. */
const FIELD: Partial<Record<Question["type"], string>> = { correction: "c", text: "t", number: "n", spans: "m", ranking: "r", category: "o", multi_category: "o" };

/** For fields, where the letters are used up. */
const SPARE = [..."0-,;[]"];

export interface AnswerKey {
  key: string;
  question: string;
  /** The part of the answer that it gives; empty where it leads to the question's field. */
  option: string;
}

/** The parts of a question's answer that have keys, in the order in which they stand on the screen. */
export function optionsOf(question: Question, responses = 0): string[] {
  switch (question.type) {
    case "thumbs":
    case "yes_no":
      return ["true", "false"];
    case "rating":
      return Array.from({ length: question.max - question.min + 1 }, (_, i) => String(question.min + i));
    case "category":
    case "multi_category":
      return question.options.map(({ key }) => key);
    case "checklist":
      return question.options.map(({ key }) => key);
    case "spans":
      return question.labels.map(({ key }) => key);
    case "preference":
      return preferenceOptions(question.strength ?? 1, question.tie === true);
    case "ranking":
      return Array.from({ length: responses }, (_, i) => String(i));
    default:
      return [];
  }
}

/** From the left to the right: `left:2 left:1 tie right:1 right:2`. */
export function preferenceOptions(strength: number, tie: boolean): string[] {
  const levels = Array.from({ length: strength }, (_, i) => i + 1);
  return [...levels.map((n) => `left:${n}`).reverse(), ...(tie ? ["tie"] : []), ...levels.map((n) => `right:${n}`)];
}

/** Keys for all questions, also for those that are not asked yet: a key never changes its meaning. */
export function answerKeys(questions: Question[], responses = 0): AnswerKey[] {
  const pools = POOLS.map((pool) => [...pool].filter((key) => !TAKEN.has(key)));
  const whole = pools.map((pool) => pool.length);
  const take = (key: string) => {
    for (const pool of pools) if (pool.includes(key)) pool.splice(pool.indexOf(key), 1);
  };
  const free = (key: string) => pools.some((pool) => pool.includes(key));
  const keys: AnswerKey[] = [];
  const binary = questions.find(({ type }) => type === "thumbs" || type === "yes_no");
  if (binary) {
    keys.push({ key: "y", question: binary.key, option: "true" }, { key: "n", question: binary.key, option: "false" });
    whole[1]! -= 1;
    whole[3]! -= 1;
    take("y");
    take("n");
  }
  for (const question of questions) {
    const options = optionsOf(question, responses);
    if (question === binary || options.length === 0) continue;
    const digits = pools[0]!;
    if (question.type === "rating" && digits.length === whole[0] && question.min >= 1 && question.max <= 9) {
      keys.push(...options.map((option) => ({ key: option, question: question.key, option })));
      pools[0] = [];
      continue;
    }
    // A row that nobody has begun; where there is none, what is left of one.
    const fresh = pools.findIndex((pool, i) => pool.length === whole[i] && pool.length >= options.length);
    const at = fresh >= 0 ? fresh : pools.findIndex((pool) => pool.length >= options.length);
    if (at < 0) continue;
    const taken = pools[at]!.splice(0, options.length);
    keys.push(...options.map((option, i) => ({ key: taken[i]!, question: question.key, option })));
    // The rest of a row of letters may still lead to fields; digits of two questions would confuse.
    if (at === 0) pools[0] = [];
  }
  const spare = [...SPARE];
  for (const question of questions) {
    const wanted = FIELD[question.type];
    const worded = keys.some((key) => key.question === question.key);
    if (!wanted || (worded && question.type !== "spans")) continue;
    const rest = pools.slice(1).flat();
    const key = free(wanted) ? wanted : (rest.at(-1) ?? spare.shift());
    if (!key) continue;
    take(key);
    keys.push({ key, question: question.key, option: "" });
  }
  return keys;
}

/** The keys of one question by the part of the answer; that of its field under "". */
export const keysFor = (keys: AnswerKey[], question: string): Map<string, string> =>
  new Map(keys.filter((key) => key.question === question).map(({ option, key }) => [option, key]));
