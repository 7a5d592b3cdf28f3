// The questions beside the item, and what can be done with it.
import { Button, Menu, UnstyledButton } from "@mantine/core";
import { ArrowUpRight, Ellipsis, Lightbulb, SkipForward, Undo2 } from "lucide-react";
import { useMemo } from "react";
import { percent, words } from "~/text/format";
import { printed } from "~/shell/keys";
import { Key } from "~/ui/Key";
import { AnswerText } from "../rubric/AnswerText";
import { RubricForm } from "../rubric/RubricForm";
import { askedOf } from "../rubric/asked";
import type { AnswerKey } from "../rubric/keyPools";
import type { Held } from "../work/held";
import { answeredOf } from "../work/state";
import type { Work } from "../work/work";
import { onlyChoice, type FocusActions } from "./useFocusKeys";

interface Props {
  held: Held;
  work: Work;
  keys: AnswerKey[];
  actions: FocusActions;
}

export function RubricPanel({ held, work, keys, actions }: Props) {
  const { turn, answers, wrong, order } = held;
  const { answered, asked } = answeredOf(held);
  const single = useMemo(() => onlyChoice(turn.rubric.questions), [turn.rubric]);
  return (
    <aside className="rubric card" aria-label="Review">
      <header className="rubric-head">
        <h2>Your review</h2>
        <span className="dim num" title="Questions answered">
          {answered} of {asked}
        </span>
      </header>
      {turn.suggestion && <SuggestionNote held={held} onTake={actions.suggestion} />}
      <div className="rubric-body">
        <RubricForm
          rubric={turn.rubric}
          answers={answers}
          onAnswer={(name, value) => {
            work.answer(name, value);
            if (single && value !== undefined) actions.submit();
          }}
          keys={keys}
          wrong={wrong}
          order={order}
          suggestion={turn.suggestion}
        />
      </div>
      <footer className="rubric-foot">
        {Object.keys(wrong).length > 0 && (
          <p className="question-error" role="alert">
            {Object.keys(wrong).length === 1 ? "One question needs" : `${Object.keys(wrong).length} questions need`} another look.
          </p>
        )}
        <Button fullWidth className="submit" onClick={actions.submit} rightSection={<Key>↵</Key>}>
          {single ? "Send" : "Send and next"}
        </Button>
        <div className="row rubric-aside">
          <UnstyledButton className="aside" onClick={() => work.undo()}>
            <Undo2 size={14} aria-hidden /> Undo <Key>{printed("Backspace")}</Key>
          </UnstyledButton>
          <UnstyledButton className="aside" onClick={actions.skip}>
            <SkipForward size={14} aria-hidden /> Skip <Key>s</Key>
          </UnstyledButton>
          <UnstyledButton className="aside" onClick={actions.escalate}>
            <ArrowUpRight size={14} aria-hidden /> Escalate <Key>e</Key>
          </UnstyledButton>
          <More actions={actions} />
        </div>
      </footer>
    </aside>
  );
}

function More({ actions }: { actions: FocusActions }) {
  return (
    <Menu position="top-end">
      <Menu.Target>
        <UnstyledButton className="aside" aria-label="More">
          <Ellipsis size={15} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={actions.guidelines}>Guidelines</Menu.Item>
        <Menu.Item onClick={() => window.dispatchEvent(new KeyboardEvent("keydown", { key: "?" }))}>All keys</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function SuggestionNote({ held: { turn, answers, order }, onTake }: { held: Held; onTake: (() => void) | undefined }) {
  const { source, score, answers: said } = turn.suggestion!;
  const asked = askedOf(turn.rubric, { ...answers, ...said }).filter(({ key }) => said[key] !== undefined);
  return (
    <div className="suggestion" role="note">
      <Lightbulb size={15} aria-hidden />
      <div className="grow">
        <span className="dim">
          {words(source)} suggests{score == null ? "" : ` (${percent(score)} sure)`}:
        </span>{" "}
        {asked.map((question) => (
          <span key={question.key} className="suggestion-answer">
            <AnswerText question={question} value={said[question.key]} order={order} />
          </span>
        ))}
      </div>
      <Button size="compact-xs" variant="subtle" onClick={onTake} rightSection={<Key>.</Key>}>
        Take it
      </Button>
    </div>
  );
}
