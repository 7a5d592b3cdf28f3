// What a file of tasks looks like before it is imported, and what came of it afterwards.
import { Button } from "@mantine/core";
import { Download } from "lucide-react";
import type { Imported, NewTask, RejectedRow } from "~/api/review/files";
import type { Queue } from "~/api/review/queue";
import { count, plural } from "~/text/format";

const LAYOUTS: Record<string, string> = { rows: "Rows", vouch: "An export of Vouch", "label-studio": "An export of Label Studio", "label-studio-min": "An export of Label Studio (JSON-MIN)", argilla: "An export of Argilla", prodigy: "An export of Prodigy" };
/** The rows that are listed on the page; all of them can be downloaded. */
const LISTED = 5;

/** The item in a few words. */
function brief({ item }: NewTask): string {
  const told = item.fields ?? item.responses ?? item.log_id ?? item.conversation_id;
  const text = typeof told === "object" && told !== null && !Array.isArray(told) ? Object.entries(told).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join(" · ") : typeof told === "string" ? told : JSON.stringify(told);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

const answers = (said: Record<string, unknown>) => Object.entries(said).map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");

export function ImportPreview({ found, queue }: { found: Imported; queue: Queue }) {
  return (
    <section aria-label="Preview" className="stack">
      <p className="import-said" role="status">
        {LAYOUTS[found.layout] ?? found.layout}, {found.format.toUpperCase()}. Of its beginning {plural(found.created, "row")} {found.created === 1 ? "fits" : "fit"}
        {found.reviews > 0 && `, with ${plural(found.reviews, "review")}`}
        {found.rejected > 0 && `; ${plural(found.rejected, "row")} would be rejected`}.
      </p>
      {found.first.length > 0 && (
        <div className="table-wrap">
          <table className="table" aria-label="The first tasks">
            <thead>
              <tr><th>Key</th><th>{queue.item === "record" ? "Fields" : "Item"}</th><th>Answers</th></tr>
            </thead>
            <tbody>
              {found.first.map((task, i) => (
                <tr key={i}>
                  <td>{task.key ?? <span className="dim">made</span>}</td>
                  <td className="import-item">{brief(task)}</td>
                  <td className="import-item">
                    {task.gold && <div>gold · {answers(task.gold.answers)}</div>}
                    {task.suggestion && <div>{task.suggestion.source} suggests · {answers(task.suggestion.answers)}</div>}
                    {task.reviews.map((review, n) => <div key={n}>{review.email ?? review.by} · {answers(review.answers)}</div>)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Rejected rows={found.rejected_rows} />
      <LeftOut found={found} />
    </section>
  );
}

export function ImportOutcome({ done, name }: { done: Imported; name: string }) {
  return (
    <section aria-label="Outcome" className="stack">
      <p className="import-said" role="status">
        {plural(done.created, "task")} and {plural(done.reviews, "review")} imported; {plural(done.known, "task")} and {plural(done.known_reviews, "review")} were there already
        {done.rejected > 0 && `; ${plural(done.rejected, "row")} rejected`}.
      </p>
      {done.people.length > 0 && (
        <p className="dim import-said">
          {plural(done.people.length, "annotator")} whom nobody knew {done.people.length === 1 ? "is" : "are"} among the people now and cannot sign in: {done.people.slice(0, 10).map(({ name: who }) => who).join(", ")}.
        </p>
      )}
      <Rejected rows={done.rejected_rows} />
      <LeftOut found={done} />
      {done.rejected > 0 && (
        <Button variant="default" leftSection={<Download size={15} aria-hidden />} onClick={() => save(`${name}.rejected.jsonl`, done.rejected_rows)}>
          {done.rejected > done.rejected_rows.length ? `Download the first ${count(done.rejected_rows.length)} rejected rows` : "Download the rejected rows"}
        </Button>
      )}
    </section>
  );
}

function Rejected({ rows }: { rows: RejectedRow[] }) {
  if (rows.length === 0) return null;
  return (
    <ul className="import-list" aria-label="Rejected rows">
      {rows.slice(0, LISTED).map((row, i) => (
        <li key={i}><strong>Line {row.line}</strong> {row.reason}</li>
      ))}
    </ul>
  );
}

function LeftOut({ found }: { found: Imported }) {
  const all = Object.entries(found.left_out);
  if (all.length === 0) return null;
  return <p className="dim import-said">Left out: {all.map(([what, times]) => `${count(times)} ${what}`).join("; ")}.</p>;
}

/** Line, reason and row, one on each line. */
function save(name: string, rows: RejectedRow[]) {
  const url = URL.createObjectURL(new Blob(rows.map((row) => `${JSON.stringify(row)}\n`), { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
