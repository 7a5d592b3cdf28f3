// One question of the review panel: the control that fits the metric's type, its keys printed on it.
import { Textarea, TextInput, UnstyledButton } from "@mantine/core";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useId, useState } from "react";
import type { MetricDefinition, MetricValue } from "~/api/types";
import { words } from "~/text/format";
import { Fold } from "~/ui/Fold";
import { Key } from "~/ui/Key";
import { Ticks } from "~/ui/Ticks";
import { NumberField } from "./NumberField";
import { toneOf } from "./tone";

interface Props {
  metric: MetricDefinition;
  value: MetricValue | undefined;
  onChange: (value: MetricValue | undefined) => void;
  changed: boolean;
  error: string | undefined;
  /** The key for each word, or for the field itself under "". */
  keys: Map<string, string>;
}

/** Longer guidelines begin folded, so that every question stays near. */
const GUIDE_PX = 40;

export function MetricQuestion(props: Props) {
  const { metric, changed, error } = props;
  const id = useId();
  return (
    <section className="question" role="group" aria-labelledby={id}>
      <div className="question-head">
        <h3 id={id}>{words(metric.name)}</h3>
        {changed && <span className="question-changed" title="Not saved yet" role="img" aria-label="not saved yet" />}
        {metric.type === "multi_category" && !metric.guideline && <span className="dim">all that apply</span>}
      </div>
      {/* A thumb needs no telling. */}
      {metric.guideline && metric.name !== "thumbs" && (
        <div className="question-guide" dir="auto">
          <Fold px={GUIDE_PX}>
            <Ticks text={metric.guideline} />
          </Fold>
        </div>
      )}
      <Field {...props} labelId={id} />
      {error && (
        <p className="question-error" role="alert">
          {error}
        </p>
      )}
    </section>
  );
}

function Field(props: Props & { labelId: string }) {
  const { metric } = props;
  if (metric.name === "thumbs") return <Thumbs {...props} />;
  switch (metric.type) {
    case "boolean":
      return <Words {...props} choices={[["true", true], ["false", false]]} />;
    case "number":
      return <NumberField {...props} hotkey={props.keys.get("")} />;
    case "category":
      return metric.categories?.length ? <Words {...props} choices={metric.categories.map((word) => [word, word])} /> : <WordField {...props} />;
    case "multi_category":
      return metric.categories?.length ? <ManyWords {...props} /> : <WordsField {...props} />;
    case "text":
      return <TextField {...props} />;
  }
}

function Thumbs({ value, onChange, keys }: Props) {
  const button = (up: boolean) => (
    <UnstyledButton
      className={up ? "thumb thumb-up" : "thumb thumb-down"}
      aria-pressed={value === up}
      aria-label={up ? "Thumbs up" : "Thumbs down"}
      onClick={() => onChange(value === up ? undefined : up)}
    >
      {up ? <ThumbsUp size={19} aria-hidden /> : <ThumbsDown size={19} aria-hidden />}
      <Key>{keys.get(String(up)) ?? ""}</Key>
    </UnstyledButton>
  );
  return (
    <div className="thumbs">
      {button(true)}
      {button(false)}
    </div>
  );
}

function Words({ metric, choices, value, onChange, keys }: Props & { choices: [string, MetricValue][] }) {
  return (
    <div className="words">
      {choices.map(([word, meant]) => (
        <Word key={word} metric={metric} word={word} pressed={value === meant} hotkey={keys.get(word)} onClick={() => onChange(value === meant ? undefined : meant)} />
      ))}
    </div>
  );
}

function ManyWords({ metric, value, onChange, keys }: Props) {
  const chosen = Array.isArray(value) ? value : [];
  return (
    <div className="words">
      {(metric.categories ?? []).map((word) => (
        <Word key={word} metric={metric} word={word} pressed={chosen.includes(word)} hotkey={keys.get(word)} onClick={() => onChange(toggled(chosen, word))} />
      ))}
    </div>
  );
}

interface WordProps {
  metric: MetricDefinition;
  word: string;
  pressed: boolean;
  hotkey: string | undefined;
  onClick: () => void;
}

function Word({ metric, word, pressed, hotkey, onClick }: WordProps) {
  const tone = toneOf(metric, word);
  return (
    <UnstyledButton className={tone ? `word word-${tone}` : "word"} aria-pressed={pressed} onClick={onClick}>
      {words(word)} {hotkey && <Key>{hotkey}</Key>}
    </UnstyledButton>
  );
}

/** With the word in or out, sorted as the server sorts; nothing chosen is no answer. */
export function toggled(chosen: string[], word: string): string[] | undefined {
  const next = chosen.includes(word) ? chosen.filter((other) => other !== word) : [...chosen, word].sort();
  return next.length > 0 ? next : undefined;
}

function WordField({ value, onChange, labelId }: Props & { labelId: string }) {
  return <TextInput aria-labelledby={labelId} placeholder="a word" value={typeof value === "string" ? value : ""} onChange={(e) => onChange(e.currentTarget.value || undefined)} />;
}

function WordsField({ value, onChange, labelId }: Props & { labelId: string }) {
  const [text, setText] = useState(Array.isArray(value) ? value.join(", ") : "");
  const change = (next: string) => {
    setText(next);
    const list = [...new Set(next.split(",").map((word) => word.trim()).filter(Boolean))].sort();
    onChange(list.length > 0 ? list : undefined);
  };
  return <TextInput aria-labelledby={labelId} placeholder="words, with commas between" value={text} onChange={(e) => change(e.currentTarget.value)} />;
}

function TextField({ metric, value, onChange, labelId, keys, error }: Props & { labelId: string }) {
  return (
    <Textarea
      aria-labelledby={labelId}
      id={`metric-${metric.name}`}
      autosize
      minRows={2}
      maxRows={10}
      value={typeof value === "string" ? value : ""}
      error={Boolean(error)}
      rightSection={!value && keys.has("") ? <Key>{keys.get("")!}</Key> : undefined}
      onChange={(e) => onChange(e.currentTarget.value || undefined)}
      onKeyDown={(e) => {
        if (e.key === "Escape") e.currentTarget.blur();
      }}
    />
  );
}
