// What each reviewer said, question by question, and the decision: adopt one with its digit, or write one's own.
import { Button, TextInput, UnstyledButton } from "@mantine/core";
import { PencilLine } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import type { Conflict, Decision } from "~/api/review/conflict";
import type { Answers, Rubric, Span } from "~/api/review/rubric";
import type { Review } from "~/api/review/task";
import { useKeys } from "~/shell/keys";
import { same } from "~/text/draft";
import { ago, duration, shortId } from "~/text/format";
import { Confirm } from "~/ui/Confirm";
import { Difference } from "~/ui/Difference";
import { Key } from "~/ui/Key";
import { ProblemBox } from "~/ui/ProblemBox";
import { itemText } from "../item/itemText";
import { AnswerText } from "../rubric/AnswerText";
import { MarkedText } from "../rubric/MarkedText";
import { RubricForm, WideQuestions } from "../rubric/RubricForm";
import { answersTo, askedOf, wrongIn } from "../rubric/asked";
import { chosen } from "../rubric/choose";
import { focusField } from "../rubric/Fields";
import { answerKeys } from "../rubric/keyPools";

interface Props {
  conflict: Conflict;
  rubric: Rubric;
  busy: boolean;
  error: unknown;
  onDecide: (decision: Decision) => void;
  onReject: (review: string, reason: string) => void;
}

const nameOf = ({ user, user_name }: Review): string => user_name ?? shortId(user);
const letter = (at: number): string => String.fromCharCode(65 + at);

/** What all of them said: where one's own answer begins. */
function common({ reviews }: Conflict): Answers {
  const [first, ...rest] = reviews;
  return first ? Object.fromEntries(Object.entries(first.answers).filter(([key, value]) => rest.every((other) => same(other.answers[key], value)))) : {};
}

export function ConflictPanel({ conflict, rubric, busy, error, onDecide, onReject }: Props) {
  const { reviews, item } = conflict;
  const [choice, setChoice] = useState<number>();
  const [own, setOwn] = useState<Answers>(() => common(conflict));
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const field = useRef<HTMLInputElement>(null);
  const responses = item.type === "responses" ? item.responses.length : 0;
  const order = useMemo(() => Array.from({ length: responses }, (_, i) => i), [responses]);
  const writing = choice === reviews.length;
  const keys = useMemo(() => (writing ? answerKeys(rubric.questions, responses) : []), [writing, rubric, responses]);
  const questions = rubric.questions.filter((question) => reviews.some(({ answers }) => askedOf(rubric, answers).includes(question)));
  const decide = () => {
    if (choice === undefined || busy) return;
    const review = reviews[choice];
    const answers = review?.answers ?? answersTo(rubric, own);
    const found = review ? {} : wrongIn(rubric, own, responses);
    setWrong(found);
    if (Object.keys(found).length === 0) onDecide({ answers, adopted: review?.id ?? null, reason: reason.trim() });
  };
  const answer = (name: string, value: Answers[string] | undefined) => {
    const { [name]: _, ...rest } = own;
    setOwn(value === undefined ? rest : { ...rest, [name]: value });
    setWrong({});
  };
  const free = () => !document.activeElement?.closest('button:not([role="radio"]):not([role="checkbox"]):not(.submit):not(.verdict), a');
  useKeys("Decide", [
    ...(writing ? [] : reviews.slice(0, 8).map((review, i) => ({ key: String(i + 1), does: `Adopt ${letter(i)}, ${nameOf(review)}`, run: () => setChoice(i) }))),
    ...(writing ? [{ key: "Escape", does: "Back to what they said", run: () => setChoice(undefined) }] : [{ key: String(Math.min(9, reviews.length + 1)), does: "Write my own", run: () => setChoice(reviews.length) }]),
    ...(writing ? [] : [{ key: "r", does: "Say why, Esc leaves", run: () => field.current?.focus() }]),
    { key: "Enter", does: "Decide and next", run: decide, when: free },
    { key: "mod+Enter", does: "Decide, also while typing", run: decide, inFields: true },
  ]);
  const asked = writing ? askedOf(rubric, own) : [];
  useKeys("Answer", keys.map(({ key, question: name, option }) => ({
    key, does: rubric.questions.find((q) => q.key === name)?.title ?? name, hidden: true,
    run: () => {
      const question = asked.find((q) => q.key === name);
      if (!question) return;
      if (option === "") focusField(name);
      else if (question.type !== "spans") answer(name, chosen(question, own[name], option, order));
    },
  })));
  return (
    <section className="card conflict" aria-label="What they said">
      <div className="conflict-columns" style={{ gridTemplateColumns: `minmax(110px, 0.7fr) repeat(${Math.max(1, reviews.length)}, minmax(150px, 1fr))` }} role="table" aria-label="Answers by reviewer">
        <div role="row" className="conflict-row">
          <span role="columnheader" className="dim">Question</span>
          {reviews.map((review, i) => (
            <span key={review.id} role="columnheader" className="conflict-who">
              <strong>{letter(i)}</strong> {nameOf(review)}
              <small className="dim">{ago(review.created_at)}{review.active_ms > 0 && ` · took ${duration(review.active_ms)}`}</small>
            </span>
          ))}
        </div>
        {questions.map((question) => {
          const differ = reviews.some((review) => !same(review.answers[question.key], reviews[0]!.answers[question.key]));
          return (
            <div role="row" key={question.key} className={differ ? "conflict-row conflict-differs" : "conflict-row"}>
              <span role="rowheader" dir="auto">{question.title}{differ && <span className="sr-only"> (they differ)</span>}</span>
              {reviews.map((review, i) => (
                <span key={review.id} role="cell" className={choice === i ? "conflict-chosen" : undefined}>
                  {question.type === "correction" && typeof review.answers[question.key] === "string" ? (
                    <Difference before={itemText(item)} after={review.answers[question.key] as string} />
                  ) : question.type === "spans" && Array.isArray(review.answers[question.key]) ? (
                    <span className="conflict-spans"><MarkedText text={itemText(item, question.of)} spans={review.answers[question.key] as Span[]} range={undefined} labels={question.labels} /></span>
                  ) : (
                    <AnswerText question={question} value={review.answers[question.key]} order={order} />
                  )}
                </span>
              ))}
            </div>
          );
        })}
      </div>
      {reviews.length === 0 && <p className="dim conflict-none">Nobody has answered it. Say yourself what is right.</p>}
      <div className="row verdicts" role="radiogroup" aria-label="Decision">
        {reviews.map((review, i) => (
          <UnstyledButton key={review.id} role="radio" aria-checked={choice === i} className="opt verdict" onClick={() => setChoice(i)}>
            {!writing && i < 8 && <Key>{String(i + 1)}</Key>} Adopt {letter(i)}
          </UnstyledButton>
        ))}
        <UnstyledButton role="radio" aria-checked={writing} className="opt verdict" onClick={() => setChoice(reviews.length)}>
          {!writing && <Key>{String(Math.min(9, reviews.length + 1))}</Key>} <PencilLine size={14} aria-hidden /> My own
        </UnstyledButton>
      </div>
      {writing && (
        <div className="conflict-own stack">
          <RubricForm rubric={rubric} answers={own} onAnswer={answer} keys={keys} wrong={wrong} order={order} />
          <WideQuestions rubric={rubric} answers={own} onAnswer={answer} keys={keys} wrong={wrong} order={order} item={item} />
        </div>
      )}
      {Boolean(error) && <ProblemBox error={error} />}
      <div className="row conflict-foot">
        <TextInput ref={field} className="grow" aria-label="Reason" placeholder="Why? Reviewers learn from it." value={reason} maxLength={2000} rightSection={reason || writing ? undefined : <Key>r</Key>} onChange={(e) => setReason(e.currentTarget.value)} onKeyDown={(e) => (e.key === "Escape" ? e.currentTarget.blur() : e.key === "Enter" && !e.ctrlKey && !e.metaKey && !e.nativeEvent.isComposing && decide())} />
        <Button className="submit" disabled={choice === undefined} loading={busy} onClick={decide} rightSection={<Key>↵</Key>}>
          Decide and next
        </Button>
      </div>
      {reviews.length > 0 && (
        <div className="row send-back">
          <span className="dim">Or send it back to its author:</span>
          {reviews.map((review, i) => (
            <Confirm key={review.id} size="compact-xs" question={reason.trim() ? `Send ${nameOf(review)}'s review back, with what you wrote as the reason?` : "First write above why; its author reads it."} confirm="Send back" onConfirm={() => (reason.trim() ? onReject(review.id, reason.trim()) : field.current?.focus())}>
              {letter(i)}, {nameOf(review)}
            </Confirm>
          ))}
        </div>
      )}
    </section>
  );
}
