// How far reviewers agree: a coefficient with its interval and one sentence, the pairs as a matrix, and time.
import { NativeSelect, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { useState } from "react";
import type { Queue } from "~/api/review/queue";
import { agreementQuery, type Coefficient, type QuestionAgreement } from "~/api/review/reviewer";
import { decimal, percent, plural, shortDate } from "~/text/format";
import { Empty } from "~/ui/Empty";
import { LoadError } from "~/ui/LoadError";
import { MEANINGS, verdict } from "./meaning";

export function AgreementTab({ queue }: { queue: Queue }) {
  const query = useQuery(agreementQuery(queue.id));
  const [name, setName] = useState<string>();
  if (!query.data) return query.isError ? <LoadError query={query} /> : <Skeleton height={300} radius="lg" />;
  const { questions, users } = query.data;
  const shared = questions.filter(({ tasks }) => tasks > 0);
  if (shared.length === 0) {
    return (
      <div className="card">
        <Empty art={<Scale size={40} strokeWidth={1.4} />} title="No task has two reviews yet">
          Agreement needs the same task answered by different people. {queue.overlap.type === "fixed" && queue.overlap.reviews < 2 ? "This queue asks for one review of each: set the overlap to two or more in its settings." : "It appears here as soon as the second person has answered."}
        </Empty>
      </div>
    );
  }
  const one = shared.find(({ question }) => question === name) ?? shared[0]!;
  const title = (key: string) => queue.rubric.questions.find((question) => question.key === key)?.title ?? key;
  return (
    <div className="stack">
      {shared.length > 1 && (
        <NativeSelect label="Question" size="xs" className="agreement-choose" value={one.question} data={shared.map(({ question }) => ({ value: question, label: title(question) }))} onChange={(e) => setName(e.currentTarget.value)} />
      )}
      <section className="card card-pad" aria-labelledby="coefficients">
        <h2 className="card-title" id="coefficients">
          <span dir="auto">{title(one.question)}</span>
          <span className="dim num">{plural(one.tasks, "task")} with two reviews or more</span>
        </h2>
        <div className="coefficients">
          {one.coefficients.map((coefficient) => (
            <CoefficientView key={coefficient.name} coefficient={coefficient} />
          ))}
        </div>
      </section>
      {one.pairs.length > 0 && <Matrix agreement={one} users={users} />}
      {one.over_time.length > 1 && <OverTime agreement={one} />}
    </div>
  );
}

function CoefficientView({ coefficient: { name, value, low, high, why } }: { coefficient: Coefficient }) {
  const { title, about } = MEANINGS[name];
  const share = name === "percent" || name === "span_f1";
  const shown = (n: number) => (share ? percent(n) : decimal(n, 2));
  const at = (n: number) => `${Math.max(0, Math.min(100, share ? n * 100 : (n + 1) * 50))}%`;
  return (
    <div className="coefficient">
      <div className="label">{title}</div>
      <div className="coefficient-value num">
        {value === null ? "–" : shown(value)}
        {value !== null && <span className="coefficient-word">{verdict(name, value)}</span>}
      </div>
      {value !== null && low !== null && high !== null && (
        <>
          <div className="interval" role="img" aria-label={`95 % interval from ${shown(low)} to ${shown(high)}`}>
            <span className="interval-range" style={{ insetInlineStart: at(low), width: `calc(${at(high)} - ${at(low)})` }} />
            <span className="interval-point" style={{ insetInlineStart: at(value) }} />
          </div>
          <div className="dim num interval-text">95 % between {shown(low)} and {shown(high)}</div>
        </>
      )}
      <p className="dim">{value === null ? (why ?? about) : about}</p>
    </div>
  );
}

function Matrix({ agreement: { pairs }, users }: { agreement: QuestionAgreement; users: { id: string; name: string | null }[] }) {
  const [measure, setMeasure] = useState<"kappa" | "percent">("kappa");
  const pair = (a: string, b: string) => pairs.find((one) => (one.a === a && one.b === b) || (one.a === b && one.b === a));
  return (
    <section className="card card-pad" aria-labelledby="pairs">
      <h2 className="card-title" id="pairs">
        Pair by pair
        <NativeSelect size="xs" aria-label="Measure" value={measure} data={[{ value: "kappa", label: "Cohen's kappa" }, { value: "percent", label: "Percent" }]} onChange={(e) => setMeasure(e.currentTarget.value as "kappa" | "percent")} />
      </h2>
      <div className="table-wrap" tabIndex={0} role="region" aria-label="Agreement of pairs">
        <table className="confusion matrix" aria-labelledby="pairs">
          <thead>
            <tr>
              <td />
              {users.map(({ id, name }) => (
                <th key={id} scope="col">{name ?? id}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {users.map((a) => (
              <tr key={a.id}>
                <th scope="row">{a.name ?? a.id}</th>
                {users.map((b) => {
                  const found = pair(a.id, b.id);
                  const value = found?.[measure] ?? null;
                  if (a.id === b.id) return <td key={b.id} className="matrix-self" aria-label="the same person" />;
                  return (
                    <td key={b.id} className="num" title={found ? plural(found.tasks, "task") : "no task in common"} style={{ background: value === null ? undefined : `color-mix(in srgb, ${value < 0.4 ? "var(--bad)" : "var(--accent)"} ${Math.round(8 + 30 * Math.abs(value))}%, var(--surface))` }}>
                      {value === null ? "–" : measure === "percent" ? percent(value) : decimal(value, 2)}
                      {found && <small className="dim">{found.tasks}</small>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="dim tab-lede">The small number is how many tasks both have answered. One row that is paler than the others is a person who reads the guidelines differently.</p>
    </section>
  );
}

function OverTime({ agreement: { over_time } }: { agreement: QuestionAgreement }) {
  // Spans have no alpha: theirs is the overlap.
  const alpha = over_time.some((week) => week.alpha !== null);
  const shown = over_time.map(({ day, tasks, value, alpha: of, low, high }) => ({ day: day.slice(0, 10), tasks, value: alpha ? of : value, low, high }));
  const text = (n: number | null) => (n === null ? "no value" : decimal(n, 2));
  const told = ({ day, value, tasks, low, high }: (typeof shown)[number]) => `${shortDate(day)}: ${text(value)}${low !== null && high !== null ? ` (95 % between ${text(low)} and ${text(high)})` : ""} over ${plural(tasks, "task")}`;
  return (
    <section className="card card-pad" aria-labelledby="over-time">
      <h2 className="card-title" id="over-time">{alpha ? "Krippendorff's alpha" : "Agreement"} by week</h2>
      <div className="days" role="img" aria-label={shown.map(told).join(", ")}>
        {shown.map((week) => (
          <span key={week.day} className="day-bar" data-none={week.value === null} title={told(week)} style={{ height: `${Math.max(2, 100 * Math.max(0, week.value ?? 0))}%` }} />
        ))}
      </div>
      <div className="days-ends dim num">
        <span>{shortDate(shown[0]!.day)}</span>
        <span>{shortDate(shown.at(-1)!.day)}</span>
      </div>
      <p className="dim tab-lede">By the last review of each task. With few tasks in a week the value jumps: the interval is on each bar.</p>
    </section>
  );
}
