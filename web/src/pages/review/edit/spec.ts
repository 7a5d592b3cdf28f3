// A queue as it is written: what a new one begins with, templates of questions, and keys out of titles.
import type { Queue, QueueSpec, Rule } from "~/api/review/queue";
import type { Option, Question, QuestionType } from "~/api/review/rubric";

export const EMPTY: QueueSpec = {
  name: "", key: "", item: "log", rubric: { questions: [] }, guidelines: "", overlap: { type: "fixed", reviews: 1 }, consensus: { method: "majority", tie: "conflict", scale: "median", spans: null }, accept: "unanimous", second_review: 0,
  rules: [], due_after_s: null, lease_s: 900, people: [], groups: [], assignment: "line", escalate_to: "admin", gold: { rate: 0, onboarding: 0, pause_below: null, window: 20, tolerance: {} }, suggestions: "shown", blur: false, remind_after_min: null, alert: null,
};

/** What an admin writes of a queue; the rest is the server's. */
export function specOf(queue: Queue): QueueSpec {
  return Object.fromEntries(Object.keys(EMPTY).map((name) => [name, queue[name as keyof QueueSpec]])) as unknown as QueueSpec;
}

/** `Was it helpful?` as `was_it_helpful`; not one of `taken`. */
export function keyOf(title: string, taken: string[] = []): string {
  const slug = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 40) || "question";
  for (let n = 1; ; n++) {
    const key = n === 1 ? slug : `${slug}_${n}`;
    if (!taken.includes(key)) return key;
  }
}

export const TYPES: Record<QuestionType, string> = {
  thumbs: "Thumbs up or down", yes_no: "Yes or no", rating: "Rating on a scale", category: "One of several", multi_category: "Any of several", checklist: "Checklist", number: "Number", text: "Free text",
  correction: "Correction of the response", spans: "Marked places in the text", preference: "Which of two is better", ranking: "Ranking of responses",
};

/** Types that need something of an item that not all have. */
const FITS: Partial<Record<QuestionType, QueueSpec["item"][]>> = { preference: ["responses"], ranking: ["responses"], correction: ["log"], spans: ["log", "record"] };

export const typesFor = (item: QueueSpec["item"]): QuestionType[] =>
  (Object.keys(TYPES) as QuestionType[]).filter((type) => FITS[type]?.includes(item) ?? true);

const options = (...titles: string[]): Option[] => titles.map((title) => ({ key: keyOf(title), title }));

/** A question of another type, keeping what both have. */
export function ofType(type: QuestionType, item: QueueSpec["item"], { key, title, help, required, when }: Pick<Question, "key" | "title" | "help" | "required" | "when">, old?: Question): Question {
  const common = { key, title, ...(help ? { help } : {}), required: required ?? true, ...(when ? { when } : {}) };
  const had = old && "options" in old ? old.options : options("First", "Second");
  switch (type) {
    case "category":
    case "multi_category":
    case "checklist":
      return { ...common, type, options: had };
    case "rating":
      return { ...common, type, min: 1, max: 5, labels: { 1: "bad", 5: "good" } };
    case "spans":
      return { ...common, type, labels: old && "options" in old ? old.options : options("Error"), of: item === "record" ? "text" : "response" };
    case "preference":
      return { ...common, type, strength: 2, tie: true };
    default:
      return { ...common, type };
  }
}

export const TEMPLATES: { name: string; about: string; item: QueueSpec["item"][]; questions: Question[] }[] = [
  {
    name: "Good or bad, and why", about: "Thumbs; after thumbs down, what is wrong.", item: ["log", "conversation", "record"],
    questions: [
      { key: "helpful", title: "Was it helpful?", type: "thumbs", required: true },
      { key: "defect", title: "What is wrong?", type: "multi_category", required: true, when: { question: "helpful", is: [false] }, options: options("A fact is wrong", "Incomplete", "Off topic", "Tone", "Unsafe") },
    ],
  },
  {
    name: "Rate and correct", about: "A scale, and the answer as it should be.", item: ["log"],
    questions: [
      { key: "quality", title: "How good is it?", type: "rating", min: 1, max: 5, labels: { 1: "useless", 5: "nothing to change" }, required: true },
      { key: "correction", title: "How should it read?", type: "correction", required: false },
    ],
  },
  { name: "Mark the errors", about: "Places in the text, each with its kind.", item: ["log"], questions: [{ key: "errors", title: "Where are errors?", type: "spans", of: "response", labels: options("Wrong fact", "Unclear", "Language"), required: false }] },
  { name: "Which is better?", about: "Two responses beside each other.", item: ["responses"], questions: [{ key: "better", title: "Which one is better?", type: "preference", strength: 2, tie: true, required: true }] },
  { name: "Rank them", about: "From the best to the worst.", item: ["responses"], questions: [{ key: "order", title: "Rank the responses, best first", type: "ranking", required: true }] },
];

export const newRule = (rules: Rule[]): Rule => ({ key: keyOf("rule", rules.map(({ key }) => key)), filter: "thumbs:down", sample: 1, per_day: null, priority: "normal", enabled: true });

/** Values that a condition can name. */
export function valuesOf(question: Question): { value: string | number | boolean; title: string }[] {
  switch (question.type) {
    case "thumbs":
      return [{ value: true, title: "up" }, { value: false, title: "down" }];
    case "yes_no":
      return [{ value: true, title: "yes" }, { value: false, title: "no" }];
    case "category":
    case "multi_category":
    case "checklist":
      return question.options.map(({ key, title }) => ({ value: key, title }));
    case "preference":
      return [{ value: "a", title: "the first is better" }, { value: "b", title: "the second is better" }, ...(question.tie ? [{ value: "tie", title: "about the same" }] : [])];
    case "rating":
      return Array.from({ length: Math.max(0, Math.min(11, question.max - question.min + 1)) }, (_, i) => ({ value: question.min + i, title: String(question.min + i) }));
    default:
      return [];
  }
}
