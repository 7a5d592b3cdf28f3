// What of a draft cannot be saved, before anyone is asked: by metric, in words.
import type { MetricDefinition, MetricValue } from "~/api/types";
import { decimal } from "~/text/format";

export type Wrong = Record<string, string>;

export function wrongIn(values: Record<string, MetricValue | null>, metrics: MetricDefinition[]): Wrong {
  const wrong: Wrong = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === null) continue;
    const said = name === "correction" ? wrongCorrection(value) : wrongNumber(metrics.find((m) => m.name === name), value);
    if (said) wrong[name] = said;
  }
  return wrong;
}

const wrongCorrection = (value: MetricValue): string | undefined =>
  typeof value === "string" && value.trim() === "" ? "An empty correction cannot be saved: write it, or go back to the original." : undefined;

function wrongNumber(metric: MetricDefinition | undefined, value: MetricValue): string | undefined {
  if (metric?.type !== "number") return undefined;
  const { min, max } = metric;
  const fits = typeof value === "number" && Number.isFinite(value) && value >= (min ?? -Infinity) && value <= (max ?? Infinity);
  return fits ? undefined : `${rangeText(metric)}; ${typeof value === "number" ? decimal(value, 4) : `“${String(value)}”`} is not.`;
}

function rangeText({ min, max }: MetricDefinition): string {
  if (typeof min === "number" && typeof max === "number") return `A number from ${min} to ${max}`;
  if (typeof min === "number") return `A number of at least ${min}`;
  return typeof max === "number" ? `A number of at most ${max}` : "A number";
}
