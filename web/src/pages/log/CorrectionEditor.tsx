// The answer as it should be, beside the original, with the difference by words.
import { Button, Textarea } from "@mantine/core";
import { Undo2, X } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useRef } from "react";
import { changedWords, wordDiff } from "~/text/diff";
import { plural } from "~/text/format";
import { DiffView } from "~/ui/DiffView";
import type { Review } from "./useReview";

export function CorrectionEditor({ original, review }: { original: string; review: Review }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const given = review.value("correction");
  const text = typeof given === "string" ? given : original;
  const settled = useDeferredValue(text);
  const changes = useMemo(() => wordDiff(original, settled), [original, settled]);
  const { added, removed } = changedWords(changes);
  const { correctionFocus } = review;
  useEffect(() => {
    // A draft that comes back opens the editor without taking the keyboard.
    if (correctionFocus > 0) field.current?.focus();
  }, [correctionFocus]);
  const error = review.errorAt("correction");
  return (
    <div className="correction">
      <div className="correction-sides">
        <div>
          <div className="label" id="correction-original">
            Original
          </div>
          <div className="correction-original" dir="auto" tabIndex={0} role="region" aria-labelledby="correction-original">
            {original || <span className="dim">empty</span>}
          </div>
        </div>
        <div>
          <label className="label" htmlFor="correction-text">
            Your correction
          </label>
          <Textarea
            ref={field}
            id="correction-text"
            autosize
            minRows={6}
            maxRows={22}
            value={text}
            error={error}
            onChange={(e) => review.setCorrection(e.currentTarget.value, original)}
            onKeyDown={(e) => {
              if (e.key === "Escape") e.currentTarget.blur();
            }}
          />
        </div>
      </div>
      <div className="correction-diff">
        <div className="row" style={{ justifyContent: "space-between" }}>
          <span className="label" role="status">
            {added + removed === 0 ? "No difference yet" : `Difference: ${plural(removed, "word")} out, ${plural(added, "word")} in`}
          </span>
          <span className="row" style={{ gap: 4 }}>
            {text !== original && (
              <Button size="compact-xs" variant="subtle" color="gray" leftSection={<Undo2 size={13} />} onClick={() => review.setCorrection(original, original)}>
                Back to the original
              </Button>
            )}
            <Button size="compact-xs" variant="subtle" color="gray" leftSection={<X size={13} />} onClick={review.closeCorrection}>
              Close
            </Button>
          </span>
        </div>
        {added + removed > 0 && <DiffView changes={changes} />}
      </div>
    </div>
  );
}
