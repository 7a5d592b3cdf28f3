// Answers that are typed: a number and a text.
import { NumberInput, Textarea } from "@mantine/core";
import type { QuestionOf } from "~/api/review/rubric";
import { Key } from "~/ui/Key";
import type { QuestionProps } from "./QuestionView";

/** The field of a question, for its key. */
export const fieldId = (question: string): string => `answer-${question}`;

export function focusField(question: string): void {
  const field = document.getElementById(fieldId(question));
  field?.focus();
  field?.scrollIntoView({ block: "nearest" });
  // A text is gone on with, a number replaced.
  if (field instanceof HTMLTextAreaElement) field.setSelectionRange(field.value.length, field.value.length);
  else if (field instanceof HTMLInputElement) field.select();
}

const leave = (event: React.KeyboardEvent<HTMLElement>, enter: boolean) => {
  const { key, ctrlKey, metaKey } = event;
  if (key !== "Escape" && !(enter && key === "Enter" && !ctrlKey && !metaKey)) return;
  event.preventDefault();
  event.currentTarget.blur();
};

type Typed<T extends "number" | "text"> = QuestionProps & { question: QuestionOf<T>; labelId: string };

export function NumberAnswer({ question, value, onAnswer, keys, labelId, wrong }: Typed<"number">) {
  const { min, max, unit } = question;
  return (
    <div className="row">
      <NumberInput
        id={fieldId(question.key)}
        aria-labelledby={labelId}
        className="number-answer"
        clampBehavior="none"
        placeholder={min != null && max != null ? `${min}–${max}` : "a number"}
        value={typeof value === "number" || typeof value === "string" ? value : ""}
        error={Boolean(wrong)}
        rightSection={value === undefined && keys.get("") ? <Key>{keys.get("")!}</Key> : undefined}
        onChange={(next) => onAnswer(next === "" ? undefined : Number.isFinite(Number(next)) ? Number(next) : String(next))}
        onKeyDown={(e) => leave(e, true)}
      />
      {unit && <span className="dim">{unit}</span>}
    </div>
  );
}

export function TextAnswer({ question, value, onAnswer, keys, labelId, wrong }: Typed<"text">) {
  return (
    <Textarea
      id={fieldId(question.key)}
      aria-labelledby={labelId}
      autosize
      minRows={2}
      maxRows={12}
      value={typeof value === "string" ? value : ""}
      error={Boolean(wrong)}
      rightSection={!value && keys.get("") ? <Key>{keys.get("")!}</Key> : undefined}
      onChange={(e) => onAnswer(e.currentTarget.value || undefined)}
      onKeyDown={(e) => leave(e, false)}
    />
  );
}
