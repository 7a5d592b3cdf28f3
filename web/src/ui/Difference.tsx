// What was changed: word by word, or both texts beside each other where little stayed the same.
import { useMemo } from "react";
import { mostlyChanged, wordDiff } from "~/text/diff";
import { DiffView } from "./DiffView";

export function Difference({ before, after }: { before: string; after: string }) {
  const changes = useMemo(() => wordDiff(before, after), [before, after]);
  if (!mostlyChanged(changes)) return <DiffView changes={changes} />;
  return (
    <div className="sides">
      <Side title="Original" text={before} />
      <Side title="Corrected" text={after} />
    </div>
  );
}

function Side({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <div className="label">{title}</div>
      <div className="said-text" dir="auto">
        {text}
      </div>
    </div>
  );
}
