// The keys of the focus view: the screen's own, and one for every answer.
import { useMemo } from "react";
import type { Question } from "~/api/review/rubric";
import { useKeys, type KeyBinding } from "~/shell/keys";
import { askedOf } from "../rubric/asked";
import { chosen, isOneChoice, tied } from "../rubric/choose";
import { focusField } from "../rubric/Fields";
import type { AnswerKey } from "../rubric/keyPools";
import type { Held } from "../work/held";
import type { WorkState } from "../work/state";
import type { Work } from "../work/work";

export interface FocusActions {
  submit: () => void;
  skip: () => void;
  escalate: () => void;
  guidelines: () => void;
  reveal: () => void;
  suggestion: (() => void) | undefined;
}

/** Enter on a button or link is that button's; on an answer it sends, as it does in every form. */
function onOwnControl(): boolean {
  const focused = document.activeElement;
  return focused !== null && focused.closest('button:not([role="radio"]):not([role="checkbox"]):not(.submit), a, summary, [role="menuitem"], [role="option"]') !== null;
}

export function useFocusKeys(work: Work, state: WorkState, current: Held | undefined, keys: AnswerKey[], actions: FocusActions, blurred: boolean): void {
  const looking = state.looking !== undefined;
  const ready = () => !looking && current !== undefined;
  const single = useMemo(() => onlyChoice(current?.turn.rubric.questions ?? []), [current?.turn.rubric]);
  const give = ({ question: name, option }: AnswerKey) => {
    if (!current) return;
    const question = askedOf(current.turn.rubric, current.answers).find(({ key }) => key === name);
    if (!question) return;
    if (option === "") return focusField(name);
    const value = chosen(question, current.answers[name], option, current.order);
    // The only question there is: its key sends, also when it was answered the same before.
    if (single) work.answer(name, value ?? current.answers[name]);
    else work.answer(name, value);
    if (single) actions.submit();
  };
  const tie = () => {
    const question = current?.turn.rubric.questions.find(({ type }) => type === "ranking");
    const ranks = question && current?.answers[question.key];
    if (question && ranks) work.answer(question.key, tied(ranks as number[][]));
  };
  const spans = new Set(current?.turn.rubric.questions.filter(({ type }) => type === "spans").map(({ key }) => key) ?? []);
  const ranking = current?.turn.rubric.questions.some(({ type }) => type === "ranking") === true;
  useKeys("Decide", [
    { key: "Enter", does: "Send and next", run: actions.submit, when: () => ready() && !onOwnControl() },
    { key: "mod+Enter", does: "Send and next, also while typing", run: actions.submit, inFields: true, when: ready },
    { key: "Backspace", does: "Undo: open the last one again", run: () => undo(work, state), shownAs: "⌫ u" },
    { key: "u", does: "Undo", run: () => undo(work, state), hidden: true },
    { key: "s", does: "Skip, with a reason", run: actions.skip, when: ready },
    { key: "e", does: "Escalate", run: actions.escalate, when: ready },
    { key: "k", does: "Look at the decision before", run: () => work.look(1) },
    { key: "j", does: "Back towards the work", run: () => work.look(-1) },
    { key: "Escape", does: "Back to the work", run: () => work.lookAt(undefined), when: () => looking, hidden: true },
    { key: "i", does: "Guidelines", run: actions.guidelines },
    ...(actions.suggestion ? [{ key: ".", does: "Take the suggestion", run: actions.suggestion, when: ready }] : []),
    ...(blurred ? [{ key: " ", does: "Show what is blurred", run: actions.reveal, shownAs: "Space", when: () => !onOwnControl() && !document.activeElement?.closest('[role="radio"],[role="checkbox"]') }] : []),
    ...(ranking ? [{ key: "=", does: "Tie the last two", run: tie, when: ready }] : []),
  ]);
  const bindings = keys.filter(({ question, option }) => !(spans.has(question) && option !== "")).map((key, i, all): KeyBinding => {
    const own = keys.filter((other) => other.question === key.question && other.option !== "");
    const title = current?.turn.rubric.questions.find((question) => question.key === key.question)?.title ?? key.question;
    const first = all.findIndex((other) => other.question === key.question && (other.option === "") === (key.option === "")) === i;
    return { key: key.key, does: key.option === "" ? `Go to “${title}”, Esc leaves` : title, run: () => give(key), hidden: !first, when: ready, ...(key.option === "" ? {} : { shownAs: own.length > 2 ? `${own[0]!.key} … ${own.at(-1)!.key}` : own.map((other) => other.key).join(" ") }) };
  });
  useKeys("Answer", bindings);
}

function undo(work: Work, { looking }: WorkState): void {
  if (looking === undefined) work.undo();
  else work.undo(looking);
}

/** The one question of a rubric whose answer is one choice. */
export function onlyChoice(questions: Question[]): boolean {
  const [first] = questions;
  return questions.length === 1 && first !== undefined && isOneChoice(first);
}
