// One colour for each label, the same in every chart of the page.
import type { MetricDefinition } from "~/api/types";

export function colourOf(metric: MetricDefinition, label: string, at: number): string {
  if (metric.type === "boolean") {
    if (metric.direction === "neutral") return label === "true" ? "var(--c4)" : "var(--c2)";
    const good = (label === "true") === (metric.direction === "higher_is_better");
    return good ? "var(--chart-good)" : "var(--chart-bad)";
  }
  return `var(--c${(at % 8) + 1})`;
}

export function labelText(metric: MetricDefinition, label: string): string {
  if (metric.name === "thumbs") return label === "true" ? "up" : "down";
  return label.replaceAll("_", " ");
}
