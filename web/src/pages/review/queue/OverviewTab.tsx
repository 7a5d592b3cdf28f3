// How far a queue is: by state, by day, by the clock; and where its tasks come from.
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Inbox } from "lucide-react";
import { progressQuery, type Progress, type Queue } from "~/api/review/queue";
import { useMay } from "~/api/session";
import { Fact } from "~/pages/log/LogHead";
import { compact, count, duration, percent, plural, shortDate, utcDate } from "~/text/format";
import { Empty } from "~/ui/Empty";
import { LinkButton } from "~/ui/LinkButton";
import { LoadError } from "~/ui/LoadError";
import { Markdown } from "~/ui/Markdown";
import { Due } from "../Due";
import { Skipped } from "../Skipped";
import { Backfill } from "./Backfill";

export function OverviewTab({ queue }: { queue: Queue }) {
  const query = useQuery(progressQuery(queue.id));
  const admin = useMay("admin");
  const navigate = useNavigate();
  if (!query.data) return query.isError ? <LoadError query={query} /> : <Skeleton height={260} radius="lg" />;
  const progress = query.data;
  const all = progress.open + progress.in_progress + progress.conflict + progress.complete + progress.cancelled;
  return (
    <div className="stack">
      {all === 0 ? (
        <div className="card">
          <Empty art={<Inbox size={40} strokeWidth={1.4} />} title="Nothing in it yet" action={admin ? <LinkButton to="/review/$id/edit" params={{ id: queue.id }}>Say what flows in</LinkButton> : undefined}>
            {queue.rules.some(({ enabled }) => enabled) ? "New logs that fit its rules come in by themselves, within a second. Those that are there already can be added below." : "A rule says which logs flow in. Without one, tasks are added below, or by the API."}
          </Empty>
        </div>
      ) : (
        <States progress={progress} all={all} />
      )}
      {progress.per_day.some((n) => n > 0) && <Days progress={progress} />}
      <Skipped queue={queue.id} onTaken={() => void navigate({ to: "/review/$id/work", params: { id: queue.id } })} />
      {admin && <Backfill queue={queue} />}
      {queue.guidelines.trim() && (
        <section className="card card-pad" aria-labelledby="guidelines">
          <h2 className="card-title" id="guidelines">Guidelines</h2>
          <Markdown text={queue.guidelines} />
        </section>
      )}
    </div>
  );
}

const STATES: [keyof Progress & ("open" | "in_progress" | "conflict" | "complete" | "cancelled"), string, string][] = [
  ["complete", "Complete", "accepted, or decided"],
  ["conflict", "In conflict", "someone has to decide"],
  ["in_progress", "Under way", "has a review, or is in someone's hands"],
  ["open", "Open", "nobody has begun"],
  ["cancelled", "Cancelled", "taken out of the queue"],
];

function States({ progress, all }: { progress: Progress; all: number }) {
  return (
    <section className="card card-pad" aria-label="States">
      <div className="states-bar" role="img" aria-label={STATES.map(([name, title]) => `${title}: ${progress[name]}`).join(", ")}>
        {STATES.map(([name]) => progress[name] > 0 && <span key={name} className={`state-${name}`} style={{ flexGrow: progress[name] }} />)}
      </div>
      <dl className="states">
        {STATES.filter(([name]) => name !== "cancelled" || progress.cancelled > 0).map(([name, title, about]) => (
          <div key={name}>
            <dt>
              <span className={`dot state-${name}`} aria-hidden /> {title}
            </dt>
            <dd>
              <strong className="num">{count(progress[name])}</strong>
              <span className="dim">{name === "complete" ? `${percent(progress.complete / all)} ${about}` : about}</span>
            </dd>
          </div>
        ))}
      </dl>
      <dl className="facts queue-facts">
        <Fact name="Reviews given">{count(progress.reviews)}</Fact>
        {progress.reviews_saved > 0 && <Fact name="Reviews saved by adaptive overlap">{count(progress.reviews_saved)}</Fact>}
        {progress.mine && <Fact name="By you">{count(progress.mine.done)}</Fact>}
        {progress.mine && <Fact name="Your pace">{progress.mine.pace_s === null ? "–" : `${duration(progress.mine.pace_s * 1000)} each, idle time excluded`}</Fact>}
        {progress.due_at && <Fact name="Next due"><Due at={progress.due_at} overdue={progress.overdue} /></Fact>}
      </dl>
    </section>
  );
}

function Days({ progress }: { progress: Progress }) {
  const days = progress.per_day;
  const most = Math.max(1, ...days);
  const date = (i: number) => shortDate(utcDate(new Date(Date.now() - (days.length - 1 - i) * 86_400_000)));
  return (
    <section className="card card-pad" aria-labelledby="per-day">
      <h2 className="card-title" id="per-day">Reviews a day</h2>
      <div className="days" role="img" aria-label={`Reviews on each of the last ${days.length} days; today ${days.at(-1) ?? 0}`}>
        {days.map((n, i) => (
          <span key={i} className="day-bar" title={`${date(i)}: ${plural(n, "review")}`} style={{ height: `${Math.max(n > 0 ? 4 : 1, (100 * n) / most)}%` }} data-none={n === 0} />
        ))}
      </div>
      <div className="days-ends dim num">
        <span>{date(0)}</span>
        <span>most: {compact(most)}</span>
        <span>today: {compact(days.at(-1) ?? 0)}</span>
      </div>
    </section>
  );
}
