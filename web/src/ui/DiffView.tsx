// Two texts as one, what went struck through and what came underlined.
import type { Change } from "~/text/diff";

export function DiffView({ changes, mono = false }: { changes: Change[]; mono?: boolean }) {
  return (
    <div className={mono ? "diff mono" : "diff"} dir={mono ? "ltr" : "auto"}>
      {changes.map((change, i) =>
        change.kind === "same" ? (
          <span key={i}>{change.text}</span>
        ) : change.kind === "added" ? (
          <ins key={i}>{change.text}</ins>
        ) : (
          <del key={i}>{change.text}</del>
        ),
      )}
    </div>
  );
}
