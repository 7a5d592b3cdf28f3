// Three numbers that say how it goes: thumbs up, mean score, defects; each chooses what is shown below.
import { Skeleton, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { summaryQuery, type Dates } from "~/api/feedback";
import type { FeedbackSummary } from "~/api/types";
import { count, decimal, percent, plural, words } from "~/text/format";
import { colourOf } from "./colours";
import { bucketsOf, counted, labelsOf, measureOf, totalOf, type Bucket } from "./summary";

const SHOWN = ["thumbs", "score", "defects"] as const;
const TITLES = { thumbs: "Thumbs up", score: "Mean score", defects: "Defects" };

export function Overview({ dates, chosen, onChoose }: { dates: Dates; chosen: string; onChoose: (metric: string) => void }) {
  return (
    <div className="overview">
      {SHOWN.map((name) => (
        <Card key={name} name={name} dates={dates} active={chosen === name} onChoose={() => onChoose(name)} />
      ))}
    </div>
  );
}

interface CardProps {
  name: (typeof SHOWN)[number];
  dates: Dates;
  active: boolean;
  onChoose: () => void;
}

function Card({ name, dates, active, onChoose }: CardProps) {
  const { data } = useQuery(summaryQuery(name, "all", dates));
  const buckets = data ? bucketsOf(data.points, dates.from, dates.to) : [];
  return (
    <UnstyledButton className="card overview-card" aria-pressed={active} onClick={onChoose}>
      <span className="label">{TITLES[name]}</span>
      {data ? (
        <>
          <span className="overview-number num">{headline(data, buckets)}</span>
          <span className="dim overview-more">{more(data, buckets)}</span>
          <Spark summary={data} buckets={buckets} />
        </>
      ) : (
        <Skeleton height={88} mt={8} />
      )}
    </UnstyledButton>
  );
}

function headline({ metric }: FeedbackSummary, buckets: Bucket[]): string {
  const all = totalOf(buckets);
  if (metric.type === "boolean") return percent(measureOf(metric, all));
  if (metric.type === "number") return decimal(measureOf(metric, all), 1);
  return count([...all.labels.values()].reduce((n, m) => n + m, 0));
}

function more({ metric }: FeedbackSummary, buckets: Bucket[]): string {
  const all = totalOf(buckets);
  if (all.total.count === 0) return "nothing yet";
  if (metric.type === "boolean" || metric.type === "number") return `of ${plural(all.total.count, ...counted(metric))}`;
  const [worst] = [...all.labels].sort((a, b) => b[1] - a[1]);
  return worst ? `most often ${words(worst[0])}` : plural(all.total.count, ...counted(metric));
}

function Spark({ summary: { metric }, buckets }: { summary: FeedbackSummary; buckets: Bucket[] }) {
  const labels = labelsOf(metric, buckets);
  const most = Math.max(1, ...buckets.map((b) => [...b.labels.values()].reduce((n, m) => n + m, 0)));
  const height = (bucket: Bucket): number => {
    const measure = measureOf(metric, bucket);
    if (metric.type === "boolean") return measure ?? 0;
    if (metric.type === "number") return ((measure ?? 0) - (metric.min ?? 0)) / ((metric.max ?? 100) - (metric.min ?? 0));
    return [...bucket.labels.values()].reduce((n, m) => n + m, 0) / most;
  };
  const colour = metric.type === "boolean" ? colourOf(metric, labels[0] ?? "true", 0) : metric.type === "number" ? "var(--chart-good)" : "var(--c1)";
  return (
    <span className="spark" aria-hidden>
      {buckets.map((bucket) => (
        <i key={bucket.from} style={{ height: bucket.total.count === 0 ? 2 : `${Math.max(6, height(bucket) * 100)}%`, background: bucket.total.count === 0 ? "var(--line)" : colour }} />
      ))}
    </span>
  );
}
