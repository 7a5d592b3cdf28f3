// All questions that are asked now; those that need the width of the text stand under it, see WideQuestions.
import { useMemo } from "react";
import type { Answer, Answers, Question, Rubric } from "~/api/review/rubric";
import type { Item, Suggestion } from "~/api/review/task";
import { itemText } from "../item/itemText";
import { CorrectionAnswer } from "./CorrectionAnswer";
import { QuestionView } from "./QuestionView";
import { SpansAnswer } from "./SpansAnswer";
import { askedOf } from "./asked";
import { keysFor, type AnswerKey } from "./keyPools";

export interface FormProps {
  rubric: Rubric;
  answers: Answers;
  onAnswer: (question: string, value: Answer | undefined) => void;
  keys: AnswerKey[];
  wrong: Record<string, string>;
  order: number[];
  suggestion?: Suggestion | null;
}

export const isWide = ({ type }: Question): boolean => type === "correction" || type === "spans";

export function RubricForm({ rubric, answers, onAnswer, keys, wrong, order, suggestion }: FormProps) {
  const asked = useMemo(() => askedOf(rubric, answers), [rubric, answers]);
  return (
    <>
      {asked.map((question) => (
        <QuestionView
          key={question.key}
          question={question}
          value={answers[question.key]}
          onAnswer={(value) => onAnswer(question.key, value)}
          keys={keysFor(keys, question.key)}
          wrong={isWide(question) ? undefined : wrong[question.key]}
          suggested={suggestion?.answers[question.key]}
          order={order}
        />
      ))}
    </>
  );
}

export function WideQuestions({ rubric, answers, onAnswer, keys, wrong, item }: FormProps & { item: Item }) {
  const asked = useMemo(() => askedOf(rubric, answers).filter(isWide), [rubric, answers]);
  return (
    <>
      {asked.map((question) => {
        const rest = { question, value: answers[question.key], onAnswer: (value: Answer | undefined) => onAnswer(question.key, value), keys: keysFor(keys, question.key), wrong: wrong[question.key] };
        return question.type === "spans" ? <SpansAnswer key={question.key} {...rest} text={itemText(item, question.of)} /> : <CorrectionAnswer key={question.key} {...rest} text={itemText(item)} />;
      })}
    </>
  );
}
