// One's own day: what was done, how fast while working, what is left.
import type { QueueProgress } from "~/api/review/mine";
import { count, duration } from "~/text/format";
import { Fact } from "~/pages/log/LogHead";

export function YourDay({ all }: { all: QueueProgress[] }) {
  const mine = all.flatMap(({ progress }) => (progress?.mine ? [progress.mine] : []));
  const today = mine.reduce((sum, one) => sum + one.today, 0);
  const left = mine.reduce((sum, one) => sum + one.left, 0);
  const paced = mine.filter(({ pace_s, today: n }) => pace_s !== null && n > 0);
  const worked = paced.reduce((sum, one) => sum + one.pace_s! * one.today, 0);
  const rest = all.reduce((sum, { progress }) => sum + (progress?.mine?.pace_s ?? 0) * (progress?.mine?.left ?? 0), 0);
  return (
    <section className="card day" aria-label="Your day">
      <dl className="facts">
        <Fact name="Done today">{count(today)}</Fact>
        {worked > 0 && <Fact name="At work, about">{duration(worked * 1000)}</Fact>}
        {paced.length > 0 && <Fact name="Each, without pauses">{duration((worked / paced.reduce((sum, one) => sum + one.today, 0)) * 1000)}</Fact>}
        <Fact name="Left for you">{count(left)}</Fact>
        {rest > 0 && <Fact name="At your pace that takes">{duration(rest * 1000)}</Fact>}
      </dl>
    </section>
  );
}
