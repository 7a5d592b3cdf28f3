// What a chart of days says: the scale beside its columns, and each column in words.
import type { MetricDefinition } from "~/api/types";
import { decimal, percent, plural, shortDate } from "~/text/format";
import { labelText } from "./colours";
import { counted, measureOf, type Bucket } from "./summary";

export interface Scale {
  min: number;
  max: number;
  ticks: { at: number; text: string }[];
}

export function scaleOf(metric: MetricDefinition, buckets: Bucket[], labels: string[]): Scale {
  if (metric.type === "boolean") return { min: 0, max: 1, ticks: [0, 0.5, 1].map((at) => ({ at, text: percent(at) })) };
  if (metric.type === "number") {
    const means = buckets.map((b) => measureOf(metric, b)).filter((m) => m !== undefined);
    const min = metric.min ?? Math.min(0, ...means);
    const max = metric.max ?? Math.max(1, ...means);
    return { min, max, ticks: [0, 0.5, 1].map((at) => ({ at, text: decimal(min + at * (max - min), 1) })) };
  }
  const heights = buckets.map((b) => (labels.length ? labels.reduce((n, label) => n + (b.labels.get(label) ?? 0), 0) : b.total.count));
  const most = Math.max(1, ...heights);
  const max = most <= 4 ? most : Math.ceil(most / 4) * 4;
  const ticks = most <= 2 ? [0, 1] : [0, 0.5, 1];
  return { min: 0, max, ticks: ticks.map((at) => ({ at, text: decimal(at * max, 1) })) };
}

export function told(metric: MetricDefinition, bucket: Bucket, labels: string[]): string {
  const when = bucket.from === bucket.to ? shortDate(bucket.from) : `${shortDate(bucket.from)} to ${shortDate(bucket.to)}`;
  const { count } = bucket.total;
  if (count === 0) return `${when}: nothing`;
  const measure = measureOf(metric, bucket);
  if (metric.type === "number") return `${when}: mean ${decimal(measure, 1)} of ${plural(count, ...counted(metric))}`;
  const parts = labels.filter((l) => bucket.labels.has(l)).map((l) => `${bucket.labels.get(l)} ${labelText(metric, l)}`);
  const share = metric.type === "boolean" ? ` (${percent(measure)} ${labelText(metric, "true")})` : "";
  return `${when}: ${parts.length ? parts.join(", ") : plural(count, ...counted(metric))}${share}`;
}
