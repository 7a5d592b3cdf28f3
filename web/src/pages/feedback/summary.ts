// Roll-up points as what the charts show: one bucket a day (or more days), one row a value.
import type { MetricDefinition, SummaryPoint } from "~/api/types";

export interface Sum {
  count: number;
  sum: number;
}

export interface Bucket {
  from: string;
  to: string;
  total: Sum;
  labels: Map<string, number>;
}

export interface ValueRow {
  value: string;
  total: Sum;
  labels: Map<string, number>;
}

const DAY_MS = 86_400_000;
const dayOf = (date: string): number => Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** `days` days up to and with `today`. */
export const lastDays = (days: number, today: Date): { from: string; to: string } => {
  const to = Math.floor(today.getTime() / DAY_MS);
  return { from: dateOf(to - days + 1), to: dateOf(to) };
};

/** A range that can be drawn: two real dates, in order, at most ten years. */
export function checkDates(from: string | undefined, to: string | undefined, today: Date): { from: string; to: string } {
  const fallback = lastDays(30, today);
  const real = (date: string | undefined): date is string => date !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(dayOf(date));
  const range = { from: real(from) ? from : fallback.from, to: real(to) ? to : fallback.to };
  const days = dayOf(range.to) - dayOf(range.from);
  return days >= 0 && days < 3660 ? range : fallback;
}

/** At most this many columns; longer ranges are put together by days. */
const MAX_COLUMNS = 62;

export function bucketsOf(points: SummaryPoint[], from: string, to: string): Bucket[] {
  const first = dayOf(from);
  const days = dayOf(to) - first + 1;
  const width = days <= MAX_COLUMNS ? 1 : 7 * Math.ceil(days / MAX_COLUMNS / 7);
  const buckets: Bucket[] = Array.from({ length: Math.ceil(days / width) }, (_, i) => ({
    from: dateOf(first + i * width),
    to: dateOf(Math.min(first + (i + 1) * width - 1, first + days - 1)),
    total: { count: 0, sum: 0 },
    labels: new Map(),
  }));
  for (const point of points) {
    const bucket = buckets[Math.floor((dayOf(point.date) - first) / width)];
    if (bucket) add(bucket, point);
  }
  return buckets;
}

/** One row for each value of the dimension, the one with the most feedback first. */
export function rowsOf(points: SummaryPoint[]): ValueRow[] {
  const rows = new Map<string, ValueRow>();
  for (const point of points) {
    let row = rows.get(point.value);
    if (!row) rows.set(point.value, (row = { value: point.value, total: { count: 0, sum: 0 }, labels: new Map() }));
    add(row, point);
  }
  return [...rows.values()].filter((row) => row.total.count > 0).sort((a, b) => b.total.count - a.total.count || a.value.localeCompare(b.value));
}

function add(into: { total: Sum; labels: Map<string, number> }, { label, count, sum }: SummaryPoint) {
  if (label === "") {
    into.total.count += count;
    into.total.sum += sum;
  } else into.labels.set(label, (into.labels.get(label) ?? 0) + count);
}

/** The labels in a steady order: as the metric defines them, then by count. */
export function labelsOf(metric: MetricDefinition, rows: { labels: Map<string, number> }[]): string[] {
  if (metric.type === "boolean") return metric.direction === "lower_is_better" ? ["false", "true"] : ["true", "false"];
  // Free text has no labels; an old server counted short remarks as if they were words.
  if (metric.type === "text") return [];
  const counts = new Map<string, number>();
  for (const { labels } of rows) for (const [label, n] of labels) counts.set(label, (counts.get(label) ?? 0) + n);
  const defined = (metric.categories ?? []).filter((label) => counts.has(label));
  const others = [...counts.keys()].filter((label) => !defined.includes(label)).sort((a, b) => counts.get(b)! - counts.get(a)!);
  return [...defined, ...others];
}

/** The one number of a sum: share of true for booleans, mean for numbers, nothing for words. */
export function measureOf(metric: MetricDefinition, { total, labels }: { total: Sum; labels: Map<string, number> }): number | undefined {
  if (total.count === 0) return undefined;
  if (metric.type === "boolean") return (labels.get("true") ?? 0) / total.count;
  return metric.type === "number" ? total.sum / total.count : undefined;
}

export const totalOf = (rows: { total: Sum; labels: Map<string, number> }[]): { total: Sum; labels: Map<string, number> } => {
  const all = { total: { count: 0, sum: 0 }, labels: new Map<string, number>() };
  for (const { total, labels } of rows) {
    all.total.count += total.count;
    all.total.sum += total.sum;
    for (const [label, n] of labels) all.labels.set(label, (all.labels.get(label) ?? 0) + n);
  }
  return all;
};

/**
 * What the rows of a dimension leave out of everything: feedback on logs without that dimension.
 * Undefined where nothing is left out, or one of the two was read a moment before the other.
 */
export function restOf(all: SummaryPoint[], rows: ValueRow[]): ValueRow | undefined {
  const [whole, counted] = [totalOf(rowsOf(all)), totalOf(rows)];
  const total = { count: whole.total.count - counted.total.count, sum: whole.total.sum - counted.total.sum };
  if (total.count <= 0) return undefined;
  const labels = [...whole.labels].map(([label, n]): [string, number] => [label, n - (counted.labels.get(label) ?? 0)]);
  return { value: "", total, labels: new Map(labels.filter(([, n]) => n > 0)) };
}

/** The columns that get a date under them: evenly apart, the last one always. */
export function datedColumns(columns: number, most = 7): number[] {
  const step = Math.max(1, Math.ceil(columns / most));
  const dated: number[] = [];
  for (let at = columns - 1; at >= 0; at -= step) dated.unshift(at);
  return dated;
}

/** What is counted: feedback, of which a log can have several. */
export const counted = ({ type }: Pick<MetricDefinition, "type">): [one: string, many: string] =>
  type === "boolean" ? ["vote", "votes"] : type === "text" ? ["entry", "entries"] : ["rating", "ratings"];
