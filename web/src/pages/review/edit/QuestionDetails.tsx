// What only some types of questions have: options, ends of a scale, limits.
import { ActionIcon, Button, NumberInput, Switch, TextInput } from "@mantine/core";
import { Plus, X } from "lucide-react";
import { useRef } from "react";
import type { Option, Question } from "~/api/review/rubric";
import { MAX_CHARS } from "../rubric/asked";
import { keyOf } from "./spec";

interface Props {
  question: Question;
  onChange: (question: Question) => void;
  errorAt: (part: string) => string | undefined;
}

export function QuestionDetails({ question, onChange, errorAt }: Props) {
  const set = (change: object) => onChange({ ...question, ...change } as Question);
  const number = (label: string, name: string, value: number | null | undefined) => (
    <NumberInput key={name} label={label} size="xs" value={value ?? ""} error={errorAt(`/${name}`)} onChange={(n) => set({ [name]: n === "" ? null : Number(n) })} />
  );
  switch (question.type) {
    case "category":
    case "checklist":
      return <Options what="Option" options={question.options} error={errorAt("/options")} onChange={(options) => set({ options })} />;
    case "multi_category":
      return (
        <>
          <Options what="Option" options={question.options} error={errorAt("/options")} onChange={(options) => set({ options })} />
          <div className="edit-fields">
            {number("At least", "min_choices", question.min_choices)}
            {number("At most", "max_choices", question.max_choices)}
          </div>
        </>
      );
    case "rating": {
      const mean = (n: number, text: string) => set({ labels: Object.fromEntries(Object.entries({ ...question.labels, [n]: text }).filter(([, said]) => said !== "")) });
      const label = (n: number) => <TextInput label={`${n} means`} size="xs" value={question.labels?.[String(n)] ?? ""} onChange={(e) => mean(n, e.currentTarget.value)} />;
      return (
        <div className="edit-fields">
          <NumberInput label="From" size="xs" min={0} max={question.max - 1} value={question.min} error={errorAt("/min")} onChange={(n) => set({ min: Number(n), labels: {} })} />
          <NumberInput label="To" size="xs" min={question.min + 1} max={question.min + 10} value={question.max} error={errorAt("/max")} onChange={(n) => set({ max: Number(n), labels: {} })} />
          {label(question.min)}
          {label(question.max)}
        </div>
      );
    }
    case "number":
      return (
        <div className="edit-fields">
          {number("At least", "min", question.min)}
          {number("At most", "max", question.max)}
          <TextInput label="Unit" size="xs" value={question.unit ?? ""} onChange={(e) => set({ unit: e.currentTarget.value || null })} />
        </div>
      );
    case "text":
      return (
        <div className="edit-fields">
          <NumberInput label="Characters at most" size="xs" min={1} max={MAX_CHARS} placeholder={String(MAX_CHARS)} value={question.max_chars ?? ""} error={errorAt("/max_chars")} onChange={(n) => set({ max_chars: n === "" ? MAX_CHARS : Number(n) })} />
        </div>
      );
    case "spans":
      return (
        <>
          <Options what="Label" options={question.labels} error={errorAt("/labels")} onChange={(labels) => set({ labels })} />
          <div className="edit-fields">
            <TextInput label="In which text: the response, or a field of the record" size="xs" value={question.of} error={errorAt("/of")} onChange={(e) => set({ of: e.currentTarget.value })} />
          </div>
        </>
      );
    case "preference":
      return (
        <div className="edit-fields">
          <NumberInput label="Degrees of better" size="xs" min={1} max={3} value={question.strength ?? 1} error={errorAt("/strength")} onChange={(n) => set({ strength: Number(n) || 1 })} />
          <Switch label="May be about the same" checked={question.tie === true} onChange={(e) => set({ tie: e.currentTarget.checked })} />
        </div>
      );
    default:
      return null;
  }
}

function Options({ what, options, error, onChange }: { what: string; options: Option[]; error: string | undefined; onChange: (options: Option[]) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const focus = (at: number) => setTimeout(() => box.current?.querySelectorAll<HTMLInputElement>("[data-title]")[at]?.focus(), 0);
  const rename = (at: number, title: string) =>
    onChange(
      options.map((option, i) => {
        if (i !== at) return option;
        const taken = options.filter((_, j) => j !== at).map(({ key }) => key);
        return { ...option, title, ...(option.key === keyOf(option.title, taken) ? { key: keyOf(title, taken) } : {}) };
      }),
    );
  const add = (at: number) => {
    const title = `${what} ${options.length + 1}`;
    onChange([...options.slice(0, at), { key: keyOf(title, options.map(({ key }) => key)), title }, ...options.slice(at)]);
    focus(at);
  };
  return (
    <div className="options-edit" ref={box}>
      {options.map((option, i) => (
        <div key={i} className="option-edit">
          <TextInput size="xs" className="grow" data-title aria-label={`${what} ${i + 1}`} value={option.title} onFocus={(e) => e.currentTarget.select()} onChange={(e) => rename(i, e.currentTarget.value)} onKeyDown={(e) => e.key === "Enter" && (e.preventDefault(), add(i + 1))} />
          <TextInput size="xs" className="option-key" classNames={{ input: "mono-input" }} aria-label={`Key of ${what.toLowerCase()} ${i + 1}`} value={option.key} onChange={(e) => onChange(options.map((other, j) => (j === i ? { ...other, key: e.currentTarget.value } : other)))} />
          <ActionIcon aria-label={`Remove ${what.toLowerCase()} ${i + 1}`} onClick={() => onChange(options.filter((_, j) => j !== i))}><X size={14} /></ActionIcon>
        </div>
      ))}
      {error && <p className="question-error">{error}</p>}
      <Button size="compact-xs" variant="subtle" leftSection={<Plus size={13} />} onClick={() => add(options.length)}>
        Add {what === "Label" ? "a label" : "an option"}
      </Button>
    </div>
  );
}
