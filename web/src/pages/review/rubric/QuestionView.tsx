// One question of the rubric: the control that fits its type, its keys printed on it.
import { UnstyledButton } from "@mantine/core";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useId, type ReactNode } from "react";
import type { Answer, Preference, Question, QuestionOf, Span } from "~/api/review/rubric";
import { plural } from "~/text/format";
import { Key } from "~/ui/Key";
import { Ticks } from "~/ui/Ticks";
import { usePlaces } from "../item/place";
import { Choice } from "./Choice";
import { chosen, noneOf, shownPreference } from "./choose";
import { preferenceOptions } from "./keyPools";
import { NumberAnswer, TextAnswer, focusField } from "./Fields";
import { ManyOptions } from "./ManyOptions";
import { RankingAnswer } from "./RankingAnswer";

export interface QuestionProps {
  question: Question;
  value: Answer | undefined;
  onAnswer: (value: Answer | undefined) => void;
  /** The key for each part of the answer, or for the field itself under "". */
  keys: Map<string, string>;
  wrong: string | undefined;
  suggested: Answer | undefined;
  order: number[];
}

export function QuestionView(props: QuestionProps) {
  const { question, wrong } = props;
  const id = useId();
  const many = question.type === "multi_category" || question.type === "checklist";
  return (
    <section className={question.when ? "question appear" : "question"} aria-labelledby={id} data-question={question.key}>
      <QuestionHead id={id} question={question} hint={many ? "all that apply" : undefined} />
      <Control {...props} labelId={id} />
      {wrong && (
        <p className="question-error" role="alert">
          {wrong}
        </p>
      )}
    </section>
  );
}

export function QuestionHead({ id, question, hint }: { id: string; question: Question; hint?: ReactNode }) {
  return (
    <>
      <div className="question-head rubric-question">
        <h3 id={id} dir="auto">
          {question.title}
          {!question.required && <span className="dim optional"> optional</span>}
        </h3>
        {hint && <span className="dim">{hint}</span>}
      </div>
      {question.help && (
        <p className="question-guide" dir="auto">
          <Ticks text={question.help} />
        </p>
      )}
    </>
  );
}

type Control = QuestionProps & { labelId: string };

function Control(props: Control) {
  const { question } = props;
  switch (question.type) {
    case "thumbs":
      return <Thumbs {...props} />;
    case "yes_no":
      return <Radios {...props} className="opt opt-half" options={[["true", "Yes"], ["false", "No"]]} />;
    case "rating":
      return <Rating {...props} question={question} />;
    case "preference":
      return <PreferenceAnswer {...props} question={question} />;
    case "category":
      return props.keys.has("") || question.options.length > 12 ? <ManyOptions {...props} options={question.options} /> : <Radios {...props} className={asRows(question.options) ? "opt opt-row" : "opt"} options={question.options.map(({ key, title, help }) => [key, title, help])} />;
    case "multi_category":
    case "checklist":
      return props.keys.has("") ? <ManyOptions {...props} options={question.options} /> : <Checks {...props} />;
    case "number":
      return <NumberAnswer {...props} question={question} />;
    case "text":
      return <TextAnswer {...props} question={question} />;
    case "ranking":
      return <RankingAnswer {...props} />;
    case "correction":
    case "spans":
      return (
        <UnstyledButton className="opt opt-row wide-hint" onClick={() => focusField(question.key)}>
          {props.keys.get("") && <Key>{props.keys.get("")!}</Key>}
          <span className="dim">{props.value === undefined ? "under the text" : question.type === "spans" ? plural((props.value as Span[]).length, "span") : "corrected"}</span>
        </UnstyledButton>
      );
  }
}

const asRows = (options: { title: string; help?: string | null }[]): boolean => options.length > 5 || options.some(({ title, help }) => Boolean(help) || title.length > 22);
const isIn = (value: Answer | undefined, option: string): boolean => (Array.isArray(value) ? (value as string[]).includes(option) : typeof value === "object" ? (value as Record<string, boolean>)[option] === true : value !== undefined && String(value) === option);

function useChoose({ question, value, onAnswer, order }: QuestionProps) {
  return (option: string) => onAnswer(chosen(question, value, option, order));
}

function Thumbs(props: Control) {
  const choose = useChoose(props);
  const { value, keys, suggested, labelId } = props;
  return (
    <div className="thumbs" role="radiogroup" aria-labelledby={labelId}>
      {[true, false].map((up) => (
        <Choice key={String(up)} role="radio" className={up ? "opt thumb2 thumb2-up" : "opt thumb2 thumb2-down"} label={up ? "Thumbs up" : "Thumbs down"} checked={value === up} suggested={suggested === up} hotkey={keys.get(String(up))} onChoose={() => choose(String(up))}>
          {up ? <ThumbsUp size={20} aria-hidden /> : <ThumbsDown size={20} aria-hidden />}
        </Choice>
      ))}
    </div>
  );
}

function Radios(props: Control & { className: string; options: [string, string, (string | null)?][] }) {
  const choose = useChoose(props);
  const { options, className, value, keys, suggested, labelId } = props;
  return (
    <div className="opts" role="radiogroup" aria-labelledby={labelId}>
      {options.map(([option, title, help]) => (
        <Choice key={option} role="radio" className={className} checked={isIn(value, option)} suggested={isIn(suggested, option)} hotkey={keys.get(option)} onChoose={() => choose(option)}>
          <OptionText title={title} help={help} />
        </Choice>
      ))}
    </div>
  );
}

function Checks(props: Control) {
  const choose = useChoose(props);
  const { question, value, keys, suggested, labelId, onAnswer } = props as Control & { question: QuestionOf<"multi_category"> };
  const none = noneOf(question);
  return (
    <div className="opts" role="group" aria-labelledby={labelId}>
      {question.options.map(({ key, title, help }) => (
        <Choice key={key} role="checkbox" className={question.type === ("checklist" as string) || asRows(question.options) ? "opt opt-row" : "opt"} checked={isIn(value, key)} suggested={isIn(suggested, key)} hotkey={keys.get(key)} onChoose={() => choose(key)}>
          <OptionText title={title} help={help} />
        </Choice>
      ))}
      {none && (
        <Choice role="checkbox" className="opt opt-row" checked={value !== undefined && Object.values(value).every((on) => !on)} hotkey={undefined} onChoose={() => onAnswer(none)}>
          <span className="dim">None of these</span>
        </Choice>
      )}
    </div>
  );
}

export function OptionText({ title, help }: { title: string; help?: string | null | undefined }) {
  return (
    <span className="opt-text" dir="auto">
      {title}
      {help && (
        <small className="dim">
          <Ticks text={help} />
        </small>
      )}
    </span>
  );
}

function Rating(props: Control & { question: QuestionOf<"rating"> }) {
  const choose = useChoose(props);
  const { question, value, keys, suggested, labelId } = props;
  const { min, max, labels } = question;
  const said = (n: number) => labels?.[String(n)];
  return (
    <div role="radiogroup" aria-labelledby={labelId}>
      <div className="rating">
        {Array.from({ length: max - min + 1 }, (_, i) => min + i).map((n) => (
          <Choice key={n} role="radio" className="opt rate" checked={value === n} suggested={suggested === n} hotkey={keys.get(String(n)) === String(n) ? undefined : keys.get(String(n))} label={said(n) ? `${n}, ${said(n)}` : String(n)} title={said(n)} onChoose={() => choose(String(n))}>
            <span className="num">{n}</span>
          </Choice>
        ))}
      </div>
      {(said(min) || said(max)) && (
        <div className="rating-ends dim" aria-hidden>
          <span>{said(min)}</span>
          <span>{typeof value === "number" && value !== min && value !== max ? said(value) : ""}</span>
          <span>{said(max)}</span>
        </div>
      )}
    </div>
  );
}

const BETTER = [["better"], ["better", "much better"], ["slightly better", "better", "much better"]];

function PreferenceAnswer(props: Control & { question: QuestionOf<"preference"> }) {
  const choose = useChoose(props);
  const { question, value, keys, suggested, order, labelId } = props;
  const strength = question.strength ?? 1;
  const [left, right] = usePlaces(2);
  const now = value === undefined ? undefined : shownPreference(value as Preference, order);
  const hint = suggested === undefined ? undefined : shownPreference(suggested as Preference, order);
  const text = (option: string) => {
    const [side, n] = option.split(":");
    return side === "tie" ? "About the same" : `${side === "left" ? left : right} is ${BETTER[strength - 1]?.[Number(n) - 1] ?? "better"}`;
  };
  return (
    <div className="opts" role="radiogroup" aria-labelledby={labelId}>
      {preferenceOptions(strength, question.tie === true).map((option) => (
        <Choice key={option} role="radio" className="opt opt-row" checked={now === option} suggested={hint === option} hotkey={keys.get(option)} onChoose={() => choose(option)}>
          {text(option)}
        </Choice>
      ))}
    </div>
  );
}
