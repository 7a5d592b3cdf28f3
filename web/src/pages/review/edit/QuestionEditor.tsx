// One question being written.
import { ActionIcon, Checkbox, NativeSelect, Switch, TextInput } from "@mantine/core";
import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import type { QueueSpec } from "~/api/review/queue";
import type { Question, QuestionType } from "~/api/review/rubric";
import type { Json } from "~/api/types";
import { same } from "~/text/draft";
import { QuestionDetails } from "./QuestionDetails";
import { TYPES, keyOf, ofType, valuesOf } from "./spec";

interface Props {
  question: Question;
  at: number;
  earlier: Question[];
  types: QuestionType[];
  item: QueueSpec["item"];
  errorAt: (part: string) => string | undefined;
  onChange: (question: Question) => void;
  onRemove: () => void;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
}

export function QuestionEditor({ question, at, earlier, types, item, errorAt, onChange, onRemove, onUp, onDown }: Props) {
  const set = (change: Partial<Question>) => onChange({ ...question, ...change } as Question);
  const taken = earlier.map(({ key }) => key);
  // A key that came from the title follows it.
  const follows = question.key === keyOf(question.title, taken);
  return (
    <section className="question-edit" aria-label={`Question ${at + 1}: ${question.title}`}>
      <div className="question-edit-head">
        <TextInput className="grow" aria-label={`Title of question ${at + 1}`} placeholder="What do you ask?" value={question.title} error={errorAt("/title")} onChange={(e) => set({ title: e.currentTarget.value, ...(follows ? { key: keyOf(e.currentTarget.value, taken) } : {}) })} />
        <NativeSelect aria-label={`Type of question ${at + 1}`} value={question.type} data={types.map((value) => ({ value, label: TYPES[value] }))} onChange={(e) => onChange(ofType(e.currentTarget.value as QuestionType, item, question, question))} />
        <span className="row question-edit-tools">
          <ActionIcon aria-label={`Move question ${at + 1} up`} disabled={!onUp} onClick={onUp}><ArrowUp size={15} /></ActionIcon>
          <ActionIcon aria-label={`Move question ${at + 1} down`} disabled={!onDown} onClick={onDown}><ArrowDown size={15} /></ActionIcon>
          <ActionIcon aria-label={`Remove question ${at + 1}`} onClick={onRemove}><Trash2 size={15} /></ActionIcon>
        </span>
      </div>
      <QuestionDetails question={question} onChange={onChange} errorAt={errorAt} />
      <div className="edit-fields">
        <TextInput label="Help" size="xs" placeholder="One sentence under the question" value={question.help ?? ""} onChange={(e) => set({ help: e.currentTarget.value })} />
        <TextInput label="Key" size="xs" classNames={{ input: "mono-input" }} value={question.key} error={errorAt("/key")} onChange={(e) => set({ key: e.currentTarget.value })} />
        <Switch label="Must be answered" checked={question.required === true} onChange={(e) => set({ required: e.currentTarget.checked })} />
      </div>
      <div className="row">
        {earlier.some((other) => valuesOf(other).length > 0) && <Condition question={question} earlier={earlier} onChange={(when) => set({ when })} error={errorAt("/when")} />}
        <Default question={question} onChange={(value) => onChange(value === undefined ? withoutDefault(question) : ({ ...question, default: value } as Question))} />
      </div>
    </section>
  );
}

function withoutDefault({ default: _, ...rest }: Question): Question {
  return rest as Question;
}

function Condition({ question: { when }, earlier, onChange, error }: { question: Question; earlier: Question[]; onChange: (when: Question["when"]) => void; error: string | undefined }) {
  const on = earlier.find(({ key }) => key === when?.question);
  const values = on ? valuesOf(on) : [];
  const has = (value: Json) => when?.is.some((other) => same(other, value)) === true;
  return (
    <div className="row condition">
      <NativeSelect
        size="xs"
        aria-label="Asked when"
        value={when?.question ?? ""}
        error={error}
        data={[{ value: "", label: "Always asked" }, ...earlier.filter((other) => valuesOf(other).length > 0).map(({ key, title }) => ({ value: key, label: `Only if “${title}” is` }))]}
        onChange={(e) => onChange(e.currentTarget.value === "" ? null : { question: e.currentTarget.value, is: [] })}
      />
      {values.map(({ value, title }) => (
        <Checkbox key={String(value)} size="xs" label={title} checked={has(value)} onChange={() => onChange({ question: when!.question, is: has(value) ? when!.is.filter((other) => !same(other, value)) : [...when!.is, value] })} />
      ))}
    </div>
  );
}

function Default({ question, onChange }: { question: Question; onChange: (value: Json | undefined) => void }) {
  if (!["thumbs", "yes_no", "category", "rating"].includes(question.type)) return null;
  const values = valuesOf(question);
  if (values.length === 0) return null;
  const at = values.findIndex(({ value }) => same(value, question.default));
  return (
    <NativeSelect
      size="xs"
      aria-label="Answer to begin with"
      value={at < 0 ? "" : String(at)}
      data={[{ value: "", label: "Begins without an answer" }, ...values.map(({ title }, i) => ({ value: String(i), label: `Begins with “${title}”` }))]}
      onChange={(e) => onChange(e.currentTarget.value === "" ? undefined : values[Number(e.currentTarget.value)]!.value)}
    />
  );
}
