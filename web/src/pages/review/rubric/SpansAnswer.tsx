// Places in a text, marked with labels: by mouse, or word by word with the arrow keys; they may overlap.
import { ActionIcon, UnstyledButton } from "@mantine/core";
import { X } from "lucide-react";
import { useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { Answer, Question, QuestionOf, Span } from "~/api/review/rubric";
import { useKeys } from "~/shell/keys";
import { Key } from "~/ui/Key";
import { fieldId } from "./Fields";
import { MarkedText, rangeIn } from "./MarkedText";
import { QuestionHead } from "./QuestionView";
import { sorted, toggledSpan, trimmed, wordsOf, type Range } from "./spans";

interface Props {
  question: Question;
  text: string;
  value: Answer | undefined;
  onAnswer: (value: Answer | undefined) => void;
  keys: Map<string, string>;
  wrong: string | undefined;
}

export function SpansAnswer({ question, text, value, onAnswer, keys, wrong }: Props) {
  const { labels, title } = question as QuestionOf<"spans">;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const spans = useMemo(() => sorted((value ?? []) as Span[]), [value]);
  const words = useMemo(() => wordsOf(text), [text]);
  /** What the next label goes on. */
  const [range, setRange] = useState<Range>();
  /** Words from where the walk began to where it is. */
  const [walk, setWalk] = useState<{ from: number; to: number }>();
  /** A label that was chosen first goes on whatever is marked next. */
  const [armed, setArmed] = useState<string | undefined>(labels.length === 1 ? labels[0]!.key : undefined);
  const points = useMemo(() => [...text], [text]);
  const put = (next: Span[]) => onAnswer(next.length > 0 || question.required !== true ? next : undefined);
  const mark = (label: string, on = range) => {
    if (!on) return setArmed(armed === label ? undefined : label);
    put(toggledSpan(spans, { ...on, label }));
    setRange(undefined);
    window.getSelection()?.removeAllRanges();
  };
  const select = () => {
    const picked = box.current ? rangeIn(box.current) : undefined;
    const found = picked && trimmed(text, picked);
    if (!found) return;
    setRange(found);
    if (armed) mark(armed, found);
  };
  const step = (by: number, extend: boolean) => {
    const at = Math.min(words.length - 1, Math.max(0, walk ? walk.to + by : by > 0 ? 0 : words.length - 1));
    const next = { from: extend && walk ? walk.from : at, to: at };
    setWalk(next);
    setRange({ start: words[Math.min(next.from, next.to)]!.start, end: words[Math.max(next.from, next.to)]!.end });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || words.length === 0) return;
    const run: Record<string, (() => void) | undefined> = {
      ArrowRight: () => step(1, event.shiftKey),
      ArrowLeft: () => step(-1, event.shiftKey),
      Home: () => step(-words.length, event.shiftKey),
      End: () => step(words.length, event.shiftKey),
      Backspace: () => put(range && spans.some((s) => s.start < range.end && s.end > range.start) ? spans.filter((s) => s.start >= range.end || s.end <= range.start) : spans.slice(0, -1)),
      Escape: () => (setRange(undefined), setWalk(undefined), (event.currentTarget as HTMLElement).blur()),
    };
    run.Delete = run.Backspace;
    if (!run[event.key]) return;
    event.preventDefault();
    run[event.key]!();
  };
  useKeys("Answer", labels.flatMap(({ key, title: name }) => (keys.get(key) ? [{ key: keys.get(key)!, does: `Mark as ${name}`, run: () => mark(key) }] : [])));
  const said = (span: Range) => points.slice(span.start, span.end).join("");
  return (
    <section className="card wide-question" aria-labelledby={id} data-question={question.key}>
      <QuestionHead id={id} question={question} hint={<>mark with the mouse, or <kbd className="kbd kbd-hint">{keys.get("") ?? "Tab"}</kbd> and the arrow keys</>} />
      <div className="row span-labels" role="group" aria-label={`Labels of ${title}`}>
        {labels.map((label, i) => (
          <UnstyledButton key={label.key} className={`opt span-label span-${i % 8}`} aria-pressed={armed === label.key} aria-keyshortcuts={keys.get(label.key)} onMouseDown={(e) => e.preventDefault()} onClick={() => mark(label.key)}>
            {keys.get(label.key) && <Key>{keys.get(label.key)!}</Key>} {label.title}
          </UnstyledButton>
        ))}
        <span className="dim span-hint">{range ? "Now the label." : armed ? "Every mark gets this label." : ""}</span>
      </div>
      <div
        ref={box}
        id={fieldId(question.key)}
        className="span-text"
        tabIndex={0}
        role="group"
        aria-label={`Text to mark for ${title}; arrow keys walk word by word, with Shift they mark`}
        dir="auto"
        onMouseUp={select}
        onKeyDown={onKeyDown}
        onFocus={(e) => e.target === e.currentTarget && e.currentTarget.matches(":focus-visible") && !walk && !range && step(1, false)}
      >
        <MarkedText text={text} spans={spans} range={range} labels={labels} />
      </div>
      <p className="sr-only" role="status">
        {range ? `Marked: ${said(range)}` : `${spans.length} spans`}
      </p>
      {spans.length > 0 && (
        <ul className="span-list" aria-label={`Spans of ${title}`}>
          {spans.map((span) => (
            <li key={`${span.start}-${span.end}-${span.label}`}>
              <span className={`span-name span-${labels.findIndex(({ key }) => key === span.label) % 8}`}>{labels.find(({ key }) => key === span.label)?.title ?? span.label}</span>
              <span className="clip" dir="auto">{said(span)}</span>
              <ActionIcon size={20} aria-label={`Remove ${said(span)}`} onClick={() => put(toggledSpan(spans, span))}>
                <X size={13} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      {wrong && <p className="question-error" role="alert">{wrong}</p>}
    </section>
  );
}
