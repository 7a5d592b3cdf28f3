// The response as it should be, with the difference by words under it.
import { Button, Textarea } from "@mantine/core";
import { Undo2 } from "lucide-react";
import { useDeferredValue, useId, useMemo } from "react";
import type { Answer, Question } from "~/api/review/rubric";
import { changedWords, wordDiff } from "~/text/diff";
import { plural } from "~/text/format";
import { DiffView } from "~/ui/DiffView";
import { fieldId } from "./Fields";
import { QuestionHead } from "./QuestionView";

interface Props {
  question: Question;
  text: string;
  value: Answer | undefined;
  onAnswer: (value: Answer | undefined) => void;
  keys: Map<string, string>;
  wrong: string | undefined;
}

export function CorrectionAnswer({ question, text: original, value, onAnswer, keys, wrong }: Props) {
  const id = useId();
  const text = typeof value === "string" ? value : original;
  const settled = useDeferredValue(text);
  const changes = useMemo(() => wordDiff(original, settled), [original, settled]);
  const { added, removed } = changedWords(changes);
  return (
    <section className="card wide-question" aria-labelledby={id} data-question={question.key}>
      <QuestionHead id={id} question={question} hint={keys.get("") && <kbd className="kbd kbd-hint">{keys.get("")}</kbd>} />
      <Textarea
        id={fieldId(question.key)}
        aria-labelledby={id}
        autosize
        minRows={4}
        maxRows={20}
        value={text}
        error={wrong}
        onChange={(e) => onAnswer(e.currentTarget.value === original ? undefined : e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.key !== "Escape") return;
          e.preventDefault();
          e.currentTarget.blur();
        }}
      />
      <div className="row correction-foot">
        <span className="label grow" role="status">
          {added + removed === 0 ? (value === undefined ? "As it is" : "The same words") : `${plural(removed, "word")} out, ${plural(added, "word")} in`}
        </span>
        {value === undefined && question.required && (
          <Button size="compact-xs" variant="subtle" onClick={() => onAnswer(original)}>
            Nothing to correct
          </Button>
        )}
        {value !== undefined && (
          <Button size="compact-xs" variant="subtle" color="gray" leftSection={<Undo2 size={13} />} onClick={() => onAnswer(undefined)}>
            Back to the original
          </Button>
        )}
      </div>
      {added + removed > 0 && <DiffView changes={changes} />}
    </section>
  );
}
