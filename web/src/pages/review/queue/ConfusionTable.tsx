// What a person said against what it came to: off the diagonal is where they differ.
import type { Question } from "~/api/review/rubric";
import type { Confusion } from "~/api/review/reviewer";

const NAMES: Record<string, Record<string, string>> = { thumbs: { true: "up", false: "down" }, yes_no: { true: "yes", false: "no" } };

export function labelText(question: Question | undefined, label: string): string {
  if (!question) return label;
  if (question.type === "category") return question.options.find(({ key }) => key === label)?.title ?? label;
  return NAMES[question.type]?.[label] ?? label;
}

export function ConfusionTable({ confusion: { labels, counts }, question, name }: { confusion: Confusion; question: Question | undefined; name: string }) {
  const most = Math.max(1, ...counts.flat());
  return (
    <div className="table-wrap">
      <table className="confusion" aria-label={`${question?.title ?? ""}: what ${name} said and what it came to`}>
        <caption className="label">{question?.title ?? ""} <span className="dim">said (rows), and what it came to (columns)</span></caption>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">{labelText(question, label)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, i) => (
            <tr key={label}>
              <th scope="row">{labelText(question, label)}</th>
              {labels.map((other, j) => {
                const n = counts[i]?.[j] ?? 0;
                return (
                  <td key={other} className="num" style={{ background: n === 0 ? undefined : `color-mix(in srgb, ${i === j ? "var(--accent)" : "var(--bad)"} ${Math.round(12 + (26 * n) / most)}%, var(--surface))` }}>
                    {n}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
