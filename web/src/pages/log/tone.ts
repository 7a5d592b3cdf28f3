// Whether a chosen word says something good or bad of the answer; most words say neither.
import type { MetricDefinition } from "~/api/types";

export type Tone = "good" | "warn" | "bad";

/** The built-in words whose meaning we know. */
const MEANT: Record<string, Record<string, Tone>> = {
  safety: { safe: "good", borderline: "warn", unsafe: "bad" },
  factuality: { accurate: "good", partly_accurate: "warn", inaccurate: "bad" },
  rating: { good: "good", bad: "bad" },
};

export function toneOf({ name, type, direction, built_in }: MetricDefinition, word: string): Tone | undefined {
  const known = built_in ? MEANT[name]?.[word] : undefined;
  if (known || direction === "neutral" || type === "category") return known;
  const good = direction === "higher_is_better";
  return (type === "boolean" ? (word === "true") === good : good) ? "good" : "bad";
}
