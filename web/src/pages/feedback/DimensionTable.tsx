// The metric by the values of a dimension; a row leads to its logs, a part of its bar to that answer.
import { Link, useNavigate } from "@tanstack/react-router";
import type { FeedbackSummary } from "~/api/types";
import type { LogFilter } from "~/pages/logs/filter";
import { count, decimal, percent } from "~/text/format";
import { colourOf, labelText } from "./colours";
import { labelsOf, measureOf, rowsOf, type ValueRow } from "./summary";

interface Props {
  summary: FeedbackSummary;
  title: string;
  logsOf: (value: string, label?: string) => LogFilter;
}

export function DimensionTable({ summary, title, logsOf }: Props) {
  const { metric } = summary;
  const rows = rowsOf(summary.points);
  const labels = labelsOf(metric, rows);
  const navigate = useNavigate();
  const measured = metric.type === "boolean" ? `${labelText(metric, "true")}` : metric.type === "number" ? "mean" : undefined;
  return (
    <div className="table-wrap">
      <table className="table table-click dimension" aria-label={`${metric.name} by ${title}`}>
        <thead>
          <tr>
            <th>{title}</th>
            <th className="right">answers</th>
            {measured && <th className="right">{measured}</th>}
            <th className="dimension-bar">{metric.type === "number" ? "" : "shares"}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.value}
              onClick={(event) => {
                if (!(event.target as HTMLElement).closest("a")) void navigate({ to: "/logs", search: logsOf(row.value) });
              }}
            >
              <td>
                <Link to="/logs" search={logsOf(row.value)} className="dimension-link clip">
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
        </tbody>
      </table>
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
