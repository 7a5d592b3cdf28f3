// What people wrote instead of the answer, each with its author: to read, or against the original.
import { useActorName } from "~/api/actor";
import { Copy } from "~/ui/Copy";
import { Difference } from "~/ui/Difference";
import { Markdown } from "~/ui/Markdown";
import { SourcePill } from "~/ui/SourcePill";
import { When } from "~/ui/When";
import type { Correction } from "./corrections";

interface Props {
  corrections: Correction[];
  original: string;
  difference: boolean;
}

export function CorrectedView({ corrections, original, difference }: Props) {
  const actorName = useActorName();
  return (
    <>
      {corrections.map(({ feedback, text }) => (
        <section key={feedback.id} className="choice" aria-label="Correction">
          <div className="corrected-by">
            by <strong>{actorName(feedback.author, feedback.author_name)}</strong> <SourcePill source={feedback.source} />
            <span className="dim">
              <When at={feedback.created_at} />
            </span>
            <Copy text={text} what="correction" size="xs" />
          </div>
          {difference ? <Difference before={original} after={text} /> : <Markdown text={text} />}
        </section>
      ))}
    </>
  );
}
