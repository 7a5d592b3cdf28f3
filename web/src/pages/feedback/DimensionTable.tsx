// The metric by the values of a dimension; a row leads to its logs, a part of its bar to that answer.
import { Button } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { FeedbackSummary } from "~/api/types";
import type { LogFilter } from "~/pages/logs/filter";
import { count, decimal, percent } from "~/text/format";
import { colourOf, labelText } from "./colours";
import { counted, labelsOf, measureOf, restOf, rowsOf, type ValueRow } from "./summary";

interface Props {
  summary: FeedbackSummary;
  /** The same metric over everything: shows what no value of the dimension has. */
  whole: FeedbackSummary | undefined;
  title: string;
  logsOf: (value: string, label?: string) => LogFilter;
}

/** A dimension such as the user can have thousands of values. */
const SHOWN = 50;

export function DimensionTable({ summary, whole, title, logsOf }: Props) {
  const { metric } = summary;
  const [all, setAll] = useState(false);
  const rows = rowsOf(summary.points);
  const rest = whole && restOf(whole.points, rows);
  const shown = all ? rows : rows.slice(0, SHOWN);
  const labels = labelsOf(metric, rows);
  const navigate = useNavigate();
  const measured = metric.type === "boolean" ? `${labelText(metric, "true")}` : metric.type === "number" ? "mean" : undefined;
  return (
    <div className="table-wrap">
      <table className="table table-click dimension" aria-label={`${metric.name} by ${title}`}>
        <thead>
          <tr>
            <th>{title}</th>
            <th className="right">{counted(metric)[1]}</th>
            {measured && <th className="right">{measured}</th>}
            <th className="dimension-bar">{labels.length > 0 ? "shares" : ""}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr
              key={row.value}
              onClick={(event) => {
                if (!(event.target as HTMLElement).closest("a")) void navigate({ to: "/logs", search: logsOf(row.value) });
              }}
            >
              <td>
                <Link to="/logs" search={logsOf(row.value)} className="dimension-link clip" title={row.value || undefined}>
                  {row.value || "all"}
                </Link>
              </td>
              <td className="right num">{count(row.total.count)}</td>
              {measured && <td className="right num">{measure(summary, row)}</td>}
              <td className="dimension-bar">
                <Bar summary={summary} row={row} labels={labels} logsOf={logsOf} />
              </td>
            </tr>
          ))}
          {rest && (
            <tr className="dimension-rest">
              <td className="dim">no {title.replace(/^metadata: /, "")}</td>
              <td className="right num">{count(rest.total.count)}</td>
              {measured && <td className="right num">{measure(summary, rest)}</td>}
              <td className="dimension-bar" />
            </tr>
          )}
        </tbody>
      </table>
      {rows.length > SHOWN && !all && (
        <Button variant="subtle" size="xs" mt="xs" onClick={() => setAll(true)}>
          Show all {count(rows.length)}
        </Button>
      )}
    </div>
  );
}

const measure = ({ metric }: FeedbackSummary, row: ValueRow): string =>
  metric.type === "boolean" ? percent(measureOf(metric, row)) : decimal(measureOf(metric, row), 1);

function Bar({ summary: { metric }, row, labels, logsOf }: { summary: FeedbackSummary; row: ValueRow; labels: string[]; logsOf: Props["logsOf"] }) {
  if (metric.type === "number") {
    const { min, max } = metric;
    const mean = measureOf(metric, row) ?? 0;
    if (typeof min !== "number" || typeof max !== "number") return null;
    return (
      <span className="bar-track">
        <span style={{ width: `${((mean - min) / (max - min)) * 100}%`, background: "var(--chart-good)" }} />
      </span>
    );
  }
  const all = labels.reduce((n, label) => n + (row.labels.get(label) ?? 0), 0) || 1;
  return (
    <span className="bar-track">
      {labels.map((label, i) => {
        const n = row.labels.get(label) ?? 0;
        if (n === 0) return null;
        const text = `${n} ${labelText(metric, label)}`;
        return (
          <Link
            key={label}
            to="/logs"
            search={logsOf(row.value, label)}
            title={text}
            aria-label={`${row.value || "all"}: ${text}`}
            style={{ width: `${(n / all) * 100}%`, background: colourOf(metric, label, i) }}
          />
        );
      })}
    </span>
  );
}
