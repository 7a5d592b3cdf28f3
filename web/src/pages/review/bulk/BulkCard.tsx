// One item of the grid: what was asked and answered, in short, and the question under it.
import { Checkbox } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Answer, Question } from "~/api/review/rubric";
import { textOf } from "~/pages/log/message";
import { Markdown } from "~/ui/Markdown";
import { itemText, itemTitle, responseMessage } from "../item/itemText";
import { QuestionView } from "../rubric/QuestionView";
import { askedOf } from "../rubric/asked";
import type { Held } from "../work/held";
import { isComplete } from "./useBulk";

interface Props {
  card: Held;
  question: Question;
  queue: string;
  /** Only on the card that the keys answer. */
  keys: Map<string, string> | undefined;
  blurred: boolean;
  marked: boolean;
  onMark: () => void;
  onFocus: () => void;
  onAnswer: (value: Answer | undefined) => void;
}

const NO_KEYS = new Map<string, string>();

export function BulkCard({ card, question, queue, keys, blurred, marked, onMark, onFocus, onAnswer }: Props) {
  const { turn, answers, order } = card;
  const title = itemTitle(turn.item);
  const asked = askedOf(turn.rubric, answers).some(({ key }) => key === question.key);
  const done = isComplete(card);
  const rest = answers[question.key] !== undefined && !done;
  return (
    <article className={`card bulk-card${keys ? " bulk-here" : ""}${done ? " bulk-done" : ""}`} aria-label={title.slice(0, 80)} onClick={onFocus} onFocus={onFocus} data-task={turn.task}>
      <header>
        <Checkbox size="xs" checked={marked} aria-label={`Mark: ${title.slice(0, 60)}`} onChange={onMark} />
        <strong className="bulk-title" dir="auto" title={title}>
          {title}
        </strong>
      </header>
      <div className={blurred ? "bulk-text blurred" : "bulk-text"} dir="auto">
        <Text card={card} />
      </div>
      {asked ? (
        <QuestionView question={question} value={answers[question.key]} onAnswer={onAnswer} keys={keys ?? NO_KEYS} wrong={undefined} suggested={turn.suggestion?.answers[question.key]} order={order} />
      ) : (
        <p className="dim bulk-rest">Not asked after the other answers.</p>
      )}
      {rest && (
        <p className="bulk-rest">
          More is asked of this one. <Link to="/review/$id/work" params={{ id: queue }}>One by one</Link>
        </p>
      )}
    </article>
  );
}

const Text = memo(function Text({ card: { turn, order } }: { card: Held }) {
  const { item } = turn;
  if (item.type !== "responses") return <Markdown text={itemText(item) || "–"} />;
  return (
    <div className="bulk-pair">
      {order.map((response) => (
        <div key={response}>
          <Markdown text={textOf(responseMessage(item.responses[response]!))} />
        </div>
      ))}
    </div>
  );
});
