// A decision that was made: what was said, and the way to change it.
import { Button } from "@mantine/core";
import { Undo2 } from "lucide-react";
import type { Rubric } from "~/api/review/rubric";
import { ago } from "~/text/format";
import { Key } from "~/ui/Key";
import { AnswerText } from "../rubric/AnswerText";
import { askedOf } from "../rubric/asked";
import { whyFixed, type Decided } from "../work/held";

interface Props {
  decided: Decided;
  rubric: Rubric;
  onUndo: () => void;
  onClose: () => void;
}

const SAID = { review: "Your answers", skip: "You skipped this one", escalate: "You handed this one on" };

export function DecidedView({ decided, rubric: current, onUndo, onClose }: Props) {
  const fixed = whyFixed(decided);
  const rubric = decided.held?.turn.rubric ?? current;
  const asked = decided.kind === "review" ? askedOf(rubric, decided.answers) : [];
  return (
    <aside className="rubric card" aria-label="Decision">
      <header className="rubric-head">
        <h2>{SAID[decided.kind]}</h2>
        <span className="dim">{ago(decided.at)}</span>
      </header>
      <div className="rubric-body">
        {decided.refused !== undefined && <p className="question-error">Not counted: {decided.refused}</p>}
        <dl className="said-answers">
          {asked.map((question) => (
            <div key={question.key}>
              <dt>{question.title}</dt>
              <dd>
                <AnswerText question={question} value={decided.answers[question.key]} {...(decided.held ? { order: decided.held.order } : {})} />
                {decided.gold && !decided.gold.right && JSON.stringify(decided.gold.answers[question.key]) !== JSON.stringify(decided.answers[question.key]) && (
                  <span className="gold-right">
                    agreed on: <AnswerText question={question} value={decided.gold.answers[question.key]} />
                  </span>
                )}
              </dd>
            </div>
          ))}
        </dl>
      </div>
      <footer className="rubric-foot">
        {fixed !== undefined && <p className="dim" style={{ margin: 0 }}>{fixed}</p>}
        <div className="row">
          {decided.kind === "review" && decided.refused === undefined && fixed === undefined && (
            <Button className="grow" leftSection={<Undo2 size={15} />} rightSection={<Key>u</Key>} onClick={onUndo}>
              Change it
            </Button>
          )}
          <Button variant="default" className="grow" onClick={onClose} rightSection={<Key>Esc</Key>}>
            Back to work
          </Button>
        </div>
      </footer>
    </aside>
  );
}
