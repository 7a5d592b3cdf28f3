// Which key gives which answer: each question has a pool of keys of its own, a row of the keyboard.
import type { MetricDefinition } from "~/api/types";

const POOLS = ["123456789", "qwerty", "asdf"];
/** Taken by the page itself. */
const TAKEN = new Set(["t", "y"]);

export interface AnswerKey {
  key: string;
  metric: string;
  word: string;
}

/** The order in which a reviewer is asked. */
const FIRST = ["thumbs", "score", "defects", "safety", "factuality"];
/** Given elsewhere: with their own field, or by the application's users. */
const APART = new Set(["comment", "correction"]);
/** Said by other metrics, or about what users do; asked last and folded. */
const LAST = new Set(["rating", "interactions"]);

export interface Questions {
  asked: MetricDefinition[];
  folded: MetricDefinition[];
}

export function questionsOf(metrics: MetricDefinition[]): Questions {
  const open = metrics.filter((metric) => metric.state === "defined" && !APART.has(metric.name));
  const rank = (metric: MetricDefinition) => {
    const at = FIRST.indexOf(metric.name);
    return at < 0 ? FIRST.length : at;
  };
  const asked = open.filter((metric) => !(metric.built_in && LAST.has(metric.name)));
  asked.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return { asked, folded: open.filter((metric) => metric.built_in && LAST.has(metric.name)) };
}

/** Keys for the words of the metrics, the digits for the one with the most. */
export function answerKeys(metrics: MetricDefinition[]): AnswerKey[] {
  const keys: AnswerKey[] = [];
  const pools = POOLS.map((pool) => [...pool].filter((key) => !TAKEN.has(key)));
  const worded = metrics.filter((metric) => (metric.type === "category" || metric.type === "multi_category") && (metric.categories?.length ?? 0) > 0);
  for (const metric of [...worded.filter((m) => m.type === "multi_category"), ...worded.filter((m) => m.type === "category")]) {
    const categories = metric.categories ?? [];
    const at = pools.findIndex((pool) => pool.length >= categories.length);
    const [pool] = at < 0 ? [] : pools.splice(at, 1);
    if (pool) keys.push(...categories.map((word, i) => ({ key: pool[i]!, metric: metric.name, word })));
  }
  return keys;
}
