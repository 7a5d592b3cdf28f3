// Columns over time. Each part of a column leads to the logs behind it; arrows walk, Enter opens.
import { useNavigate } from "@tanstack/react-router";
import { useState, type CSSProperties, type KeyboardEvent, type MouseEvent } from "react";
import type { MetricDefinition } from "~/api/types";
import type { LogFilter } from "~/pages/logs/filter";
import { shortDate } from "~/text/format";
import { stringifySearch } from "~/text/search";
import { scaleOf, told, type Scale } from "./chart";
import { colourOf, labelText } from "./colours";
import { counted, datedColumns, measureOf, type Bucket } from "./summary";

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
    <figure className="chart" style={{ "--columns": buckets.length } as CSSProperties}>
      <figcaption className="chart-caption num">
        {shown ? told(metric, shown, labels) : <span className="dim">Point at a column, click it to see its logs. One log can have several {counted(metric)[1]}.</span>}
      </figcaption>
      <div className="chart-plot" style={{ height }}>
        <div className="chart-axis num" aria-hidden>
          {scale.ticks.map((tick) => (
            <span key={tick.text} style={{ bottom: `${tick.at * 100}%` }}>
              {tick.text}
            </span>
          ))}
        </div>
        <div className="chart-columns chart-grid" onKeyDown={walk} onMouseLeave={() => setAt(undefined)} role="group" aria-label={`${metric.name} over time, days in UTC`}>
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
        <span className="chart-zone" title="A day begins and ends at midnight UTC">
          UTC
        </span>
        <div className="chart-grid">
          {datedColumns(buckets.length).map((at) => (
            <span key={at} className="chart-date" style={{ gridColumn: at + 1 }}>
              {shortDate(buckets[at]!.from)}
            </span>
          ))}
        </div>
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

function Mean({ metric, bucket, scale }: { metric: MetricDefinition; bucket: Bucket; scale: Scale }) {
  const mean = measureOf(metric, bucket);
  if (mean === undefined) return null;
  const share = (mean - scale.min) / (scale.max - scale.min || 1);
  return <span className="chart-part chart-mean" style={{ height: `${Math.max(1, share * 100)}%` }} />;
}
