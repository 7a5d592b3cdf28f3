// Columns over time. Each part of a column leads to the logs behind it; arrows walk, Enter opens.
import { useNavigate } from "@tanstack/react-router";
import { useState, type KeyboardEvent, type MouseEvent } from "react";
import type { MetricDefinition } from "~/api/types";
import type { LogFilter } from "~/pages/logs/filter";
import { decimal, percent, plural, shortDate } from "~/text/format";
import { stringifySearch } from "~/text/search";
import { colourOf, labelText } from "./colours";
import { measureOf, type Bucket } from "./summary";

interface Props {
  metric: MetricDefinition;
  buckets: Bucket[];
  labels: string[];
  /** The logs behind a column, or behind one label of it. */
  logsOf: (bucket: Bucket, label?: string) => LogFilter;
  height?: number;
}

export function DayChart({ metric, buckets, labels, logsOf, height = 190 }: Props) {
  const [at, setAt] = useState<number>();
  const [focus, setFocus] = useState(0);
  const navigate = useNavigate();
  const scale = scaleOf(metric, buckets, labels);
  const follow = (search: LogFilter) => (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    void navigate({ to: "/logs", search });
  };
  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = Math.min(buckets.length - 1, Math.max(0, focus + by));
    setFocus(next);
    event.currentTarget.querySelectorAll<HTMLElement>(".chart-column")[next]?.focus();
  };
  const shown = at === undefined ? undefined : buckets[at];
  return (
    <figure className="chart">
      <figcaption className="chart-caption num">{shown ? told(metric, shown, labels) : <span className="dim">Point at a column, click it to see its logs.</span>}</figcaption>
      <div className="chart-plot" style={{ height }}>
        <div className="chart-axis num" aria-hidden>
          {scale.ticks.map((tick) => (
            <span key={tick.text} style={{ bottom: `${tick.at * 100}%` }}>
              {tick.text}
            </span>
          ))}
        </div>
        <div className="chart-columns" onKeyDown={walk} onMouseLeave={() => setAt(undefined)} role="group" aria-label={`${metric.name} over time`}>
          {scale.ticks.map((tick) => (
            <i key={tick.text} className="chart-line" style={{ bottom: `${tick.at * 100}%` }} />
          ))}
          {buckets.map((bucket, i) => (
            <a
              key={bucket.from}
              className="chart-column"
              href={`/logs${stringifySearch(logsOf(bucket))}`}
              tabIndex={i === Math.min(focus, buckets.length - 1) ? 0 : -1}
              aria-label={told(metric, bucket, labels)}
              onClick={follow(logsOf(bucket))}
              onMouseEnter={() => setAt(i)}
              onFocus={() => {
                setAt(i);
                setFocus(i);
              }}
            >
              {metric.type === "number" ? (
                <Mean metric={metric} bucket={bucket} scale={scale} />
              ) : (
                labels.map((label, j) => {
                  const share = (bucket.labels.get(label) ?? 0) / (metric.type === "boolean" ? bucket.total.count || 1 : scale.max);
                  return share > 0 ? (
                    <span
                      key={label}
                      className="chart-part"
                      data-label={label}
                      style={{ height: `${share * 100}%`, background: colourOf(metric, label, j) }}
                      onClick={(event) => {
                        event.stopPropagation();
                        follow(logsOf(bucket, label))(event);
                      }}
                    />
                  ) : null;
                })
              )}
              {labels.length === 0 && metric.type !== "number" && bucket.total.count > 0 && (
                <span className="chart-part" style={{ height: `${(bucket.total.count / scale.max) * 100}%`, background: "var(--c4)" }} />
              )}
            </a>
          ))}
        </div>
      </div>
      <div className="chart-dates num" aria-hidden>
        {datesOf(buckets).map((date) => (
          <span key={date}>{shortDate(date)}</span>
        ))}
      </div>
      {labels.length > 0 && (
        <ul className="chart-legend">
          {labels.map((label, j) => (
            <li key={label}>
              <i style={{ background: colourOf(metric, label, j) }} /> {labelText(metric, label)}
            </li>
          ))}
        </ul>
      )}
    </figure>
  );
}

interface Scale {
  min: number;
  max: number;
  ticks: { at: number; text: string }[];
}

function Mean({ metric, bucket, scale }: { metric: MetricDefinition; bucket: Bucket; scale: Scale }) {
  const mean = measureOf(metric, bucket);
  if (mean === undefined) return null;
  const share = (mean - scale.min) / (scale.max - scale.min || 1);
  return <span className="chart-part chart-mean" style={{ height: `${Math.max(1, share * 100)}%` }} />;
}

function scaleOf(metric: MetricDefinition, buckets: Bucket[], labels: string[]): Scale {
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

function told(metric: MetricDefinition, bucket: Bucket, labels: string[]): string {
  const when = bucket.from === bucket.to ? shortDate(bucket.from) : `${shortDate(bucket.from)} to ${shortDate(bucket.to)}`;
  const { count } = bucket.total;
  if (count === 0) return `${when}: nothing`;
  const measure = measureOf(metric, bucket);
  if (metric.type === "number") return `${when}: mean ${decimal(measure, 1)} of ${plural(count, "answer")}`;
  const parts = labels.filter((l) => bucket.labels.has(l)).map((l) => `${bucket.labels.get(l)} ${labelText(metric, l)}`);
  const share = metric.type === "boolean" ? ` (${percent(measure)} ${labelText(metric, "true")})` : "";
  return `${when}: ${parts.length ? parts.join(", ") : plural(count, "answer")}${share}`;
}

function datesOf(buckets: Bucket[]): string[] {
  const [first, middle, last] = [buckets[0], buckets[Math.floor(buckets.length / 2)], buckets.at(-1)];
  return [...new Set([first?.from, middle?.from, last?.to].filter((date) => date !== undefined))];
}
