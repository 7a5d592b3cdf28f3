// How a person worked week by week, and whether they work otherwise than before.
import type { ReviewerReport } from "~/api/review/reviewer";
import { count, duration, percent, shortDate } from "~/text/format";

const share = (right: number, of: number) => (of === 0 ? "–" : percent(right / of));

export function ReviewerWork({ report: { weeks, drift }, name }: { report: ReviewerReport; name: string }) {
  const drifted = drift.measures.some((measure) => measure.drifted);
  return (
    <section className="reviewer-work" aria-label={`How ${name} works`}>
      <p className="reviewer-drift">
        <span className={drifted ? "pill pill-warn" : "pill"}>{drifted ? "drift" : drift.measures.length > 0 ? "steady" : "too early"}</span> <span dir="auto">{drift.says}</span>
      </p>
      {weeks.length > 0 && (
        <div className="table-wrap">
          <table className="table" aria-label={`Weeks of ${name}`}>
            <thead>
              <tr>
                <th>Week of</th>
                <th className="right">Reviews</th>
                <th className="right">Each</th>
                <th className="right">Agrees</th>
                <th className="right">Checks</th>
              </tr>
            </thead>
            <tbody>
              {weeks.slice(-8).reverse().map((week) => (
                <tr key={week.day}>
                  <td>{shortDate(week.day.slice(0, 10))}</td>
                  <td className="right num">{count(week.reviews)}</td>
                  <td className="right num">{week.pace_s === null ? "–" : duration(week.pace_s * 1000)}</td>
                  <td className="right num" title={`${week.agreed} of ${week.compared}`}>{share(week.agreed, week.compared)}</td>
                  <td className="right num" title={`${week.gold_right} of ${week.gold_done}`}>{share(week.gold_right, week.gold_done)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
