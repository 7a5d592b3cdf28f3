// What people think, over time and by whatever the logs can be told apart by.
import "./feedback.css";
import { NativeSelect, SegmentedControl, Skeleton, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ChartNoAxesColumn } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useEvents } from "~/api/event";
import { dimensionsQuery, summaryQuery, type Dates } from "~/api/feedback";
import { metricsQuery } from "~/api/metric";
import type { FeedbackSummary, VouchEvent } from "~/api/types";
import { filterOfDimension, type LogFilter } from "~/pages/logs/filter";
import { words } from "~/text/format";
import { Empty } from "~/ui/Empty";
import { PageHead } from "~/ui/PageHead";
import { LoadError } from "~/ui/LoadError";
import { DayChart } from "./DayChart";
import { DimensionTable } from "./DimensionTable";
import { LatestFeedback } from "./LatestFeedback";
import { Overview } from "./Overview";
import { bucketsOf, checkDates, labelsOf, lastDays } from "./summary";
import { LinkButton } from "~/ui/LinkButton";

const RANGES = [7, 30, 90];

export function FeedbackPage() {
  const search = useSearch({ from: "/app/feedback" });
  const navigate = useNavigate();
  const today = useMemo(() => new Date(), []);
  const dates = checkDates(search.from, search.to, today);
  const metric = search.metric ?? "thumbs";
  const by = search.by ?? "all";
  const set = (change: Partial<typeof search>) =>
    void navigate({ to: "/feedback", search: { ...search, ...change }, resetScroll: false });
  useFeedbackEvents();
  const summary = useQuery(summaryQuery(metric, by, dates));
  const whole = useQuery({ ...summaryQuery(metric, "all", dates), enabled: by !== "all" });
  return (
    <div className="page">
      <PageHead title="Feedback" lede="What people think of the answers. Every number leads to the logs behind it." actions={<Range dates={dates} today={today} onChange={set} />} />
      <div className="stack">
        <Overview dates={dates} chosen={metric} onChoose={(name) => set({ metric: name })} />
        <section className="card card-pad" aria-label="Chart">
          <Choose metric={metric} by={by} dates={dates} onChange={set} />
          <LoadError query={summary} />
          {summary.isPending && <Skeleton height={240} />}
          {summary.data && <Result summary={summary.data} whole={by === "all" ? undefined : whole.data} dates={dates} by={by} />}
        </section>
        <LatestFeedback />
      </div>
    </div>
  );
}

function Range({ dates, today, onChange }: { dates: Dates; today: Date; onChange: (dates: Partial<Dates>) => void }) {
  const preset = RANGES.find((days) => {
    const range = lastDays(days, today);
    return range.from === dates.from && range.to === dates.to;
  });
  return (
    <div className="row range">
      <SegmentedControl
        size="xs"
        aria-label="Range"
        data={RANGES.map((days) => ({ value: String(days), label: `${days} days` }))}
        value={preset === undefined ? "" : String(preset)}
        onChange={(days) => onChange(lastDays(Number(days), today))}
      />
      <div className="row range-dates">
        <TextInput size="xs" type="date" aria-label="From, UTC" value={dates.from} max={dates.to} onChange={(e) => e.currentTarget.value && onChange({ ...dates, from: e.currentTarget.value })} />
        <span className="dim">to</span>
        <TextInput size="xs" type="date" aria-label="To, UTC" value={dates.to} min={dates.from} onChange={(e) => e.currentTarget.value && onChange({ ...dates, to: e.currentTarget.value })} />
      </div>
    </div>
  );
}

const DIMENSIONS: Record<string, string> = { all: "everything", deployment: "deployment", variant: "variant", model: "model", user: "user" };
const dimensionText = (name: string) => DIMENSIONS[name] ?? name.replace(/^meta:/, "metadata: ");

interface ChooseProps {
  metric: string;
  by: string;
  dates: Dates;
  onChange: (change: { metric?: string; by?: string }) => void;
}

function Choose({ metric, by, dates, onChange }: ChooseProps) {
  const metrics = useQuery(metricsQuery).data ?? [];
  const dimensions = useQuery(dimensionsQuery(dates)).data?.items ?? [];
  const names = [...new Set([...metrics.map((m) => m.name), metric])];
  const all = [...new Set(["all", ...dimensions, by])];
  return (
    <div className="choose">
      <NativeSelect label="Metric" size="xs" value={metric} data={names.map((value) => ({ value, label: words(value) }))} onChange={(e) => onChange({ metric: e.currentTarget.value })} />
      <NativeSelect label="By" size="xs" value={by} data={all.map((value) => ({ value, label: dimensionText(value) }))} onChange={(e) => onChange({ by: e.currentTarget.value })} />
    </div>
  );
}

interface ResultProps {
  summary: FeedbackSummary;
  whole: FeedbackSummary | undefined;
  dates: Dates;
  by: string;
}

function Result({ summary, whole, dates, by }: ResultProps) {
  const { metric, points } = summary;
  const buckets = bucketsOf((whole ?? summary).points, dates.from, dates.to);
  const labels = labelsOf(metric, buckets);
  const feedback = (label?: string) => (label === undefined ? metric.name : `${metric.name}:${label}`);
  const logs = (from: string, to: string, label?: string): LogFilter => ({ feedback: feedback(label), feedback_from: from, feedback_to: to });
  if ([...points, ...(whole?.points ?? [])].every((point) => point.count === 0)) {
    return (
      <Empty
        art={<ChartNoAxesColumn size={40} strokeWidth={1.4} />}
        title={`No ${words(metric.name)} in these days`}
        action={
          <div className="row">
            <LinkButton to="/">Give some in the Playground</LinkButton>
            <LinkButton to="/logs" search={{ has_feedback: "false" }} variant="default">Review logs</LinkButton>
          </div>
        }
      >
        Thumbs from the Playground, reviews of logs and what your application sends all end up here.
      </Empty>
    );
  }
  return (
    <div className="stack">
      <DayChart metric={metric} buckets={buckets} labels={labels} logsOf={(bucket, label) => logs(bucket.from, bucket.to, label)} />
      <DimensionTable
        summary={summary}
        whole={whole}
        title={dimensionText(by)}
        logsOf={(value, label) => ({ ...filterOfDimension(by, value), ...logs(dates.from, dates.to, label) })}
      />
    </div>
  );
}

/** New feedback moves the charts while one looks. */
function useFeedbackEvents() {
  const queries = useQueryClient();
  const onEvent = useCallback(
    (event: VouchEvent) => {
      if (event.kind === "feedback.changed") void queries.invalidateQueries({ queryKey: ["feedback"] });
    },
    [queries],
  );
  useEvents(onEvent);
}
