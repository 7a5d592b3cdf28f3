// The form as reviewers will see it; answers here go nowhere.
import { useMemo, useState } from "react";
import type { QueueSpec } from "~/api/review/queue";
import type { Answers } from "~/api/review/rubric";
import type { Item } from "~/api/review/task";
import { RubricForm, WideQuestions } from "../rubric/RubricForm";
import { answerKeys } from "../rubric/keyPools";

const SAMPLE: Item = { type: "record", fields: { response: "The capital of Australia is Sydney. It became the capital in 1927." } };
const ORDER = [0, 1, 2];

export function FormPreview({ spec }: { spec: QueueSpec }) {
  const [answers, setAnswers] = useState<Answers>({});
  const keys = useMemo(() => answerKeys(spec.rubric.questions, spec.item === "responses" ? 3 : 0), [spec.rubric, spec.item]);
  const answer = (name: string, value: Answers[string] | undefined) =>
    setAnswers(({ [name]: _, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }));
  const form = { rubric: spec.rubric, answers, onAnswer: answer, keys, wrong: {}, order: ORDER };
  return (
    <aside className="form-preview" aria-label="Preview">
      <div className="card rubric">
        <header className="rubric-head">
          <h2>As reviewers see it</h2>
          <span className="dim">try it</span>
        </header>
        <div className="rubric-body">
          {spec.rubric.questions.length === 0 ? <p className="dim">Questions appear here as you add them.</p> : <RubricForm {...form} />}
          <WideQuestions {...form} item={SAMPLE} />
        </div>
      </div>
    </aside>
  );
}
