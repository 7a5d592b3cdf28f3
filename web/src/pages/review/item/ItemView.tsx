// What is judged, as people read it.
import { Bot, FileQuestion } from "lucide-react";
import { memo, type ReactNode } from "react";
import type { Item, ItemLog } from "~/api/review/task";
import type { Choice, Json, Message } from "~/api/types";
import { LogFailure } from "~/pages/log/LogFailure";
import { PartView } from "~/pages/log/MessageView";
import { asJson, partsOf } from "~/pages/log/message";
import { words } from "~/text/format";
import { Code, pretty } from "~/ui/Code";
import { Copy } from "~/ui/Copy";
import { Fold } from "~/ui/Fold";
import { Markdown } from "~/ui/Markdown";
import { Messages } from "./Messages";
import { ResponsesView } from "./ResponsesView";

interface Props {
  item: Item;
  order: number[];
  /** Printed on the responses, in the order in which they stand. */
  marks?: ReactNode[] | undefined;
}

export const ItemView = memo(function ItemView({ item, order, marks }: Props) {
  switch (item.type) {
    case "log":
      return item.log ? <LogItem log={item.log} /> : <Gone what="log" />;
    case "conversation":
      return item.turns?.length ? <ConversationItem turns={item.turns} partial={item.partial} /> : <Gone what="conversation" />;
    case "responses":
      return <ResponsesView prompt={item.prompt} responses={item.responses} order={order} marks={marks} />;
    case "record":
      return <RecordItem fields={item.fields} />;
  }
});

function LogItem({ log }: { log: ItemLog }) {
  return (
    <div className="stack">
      <Messages messages={log.messages} />
      {log.error && <LogFailure error={log.error} />}
      <AnswerCard choices={log.choices} />
    </div>
  );
}

function AnswerCard({ choices }: { choices: Choice[] }) {
  const text = choices.map(({ message }) => (typeof message.content === "string" ? message.content : "")).join("\n\n");
  return (
    <section className="answer card" aria-label="Answer">
      <header className="answer-head">
        <span className="message-icon" aria-hidden>
          <Bot size={15} />
        </span>
        <strong>Answer</strong>
        {text && <Copy text={text} what="answer" size="xs" />}
      </header>
      {choices.length === 0 && <p className="dim answer-none">There is no answer.</p>}
      {choices.map(({ index, message }) => (
        <div key={index} className="choice">
          <MessageParts message={message} />
        </div>
      ))}
    </section>
  );
}

export function MessageParts({ message }: { message: Message }) {
  const parts = partsOf(message);
  return parts.length === 0 ? <span className="dim">empty</span> : <>{parts.map((part, i) => <PartView key={i} part={part} />)}</>;
}

function ConversationItem({ turns, partial }: { turns: ItemLog[]; partial: boolean }) {
  const messages = turns.flatMap((turn) => [...turn.messages, ...turn.choices.slice(0, 1).map((choice) => choice.message)]);
  return (
    <div className="stack">
      {partial && <p className="returned" role="note">The conversation is longer: these are its first {turns.length} calls.</p>}
      <Messages messages={messages} />
    </div>
  );
}

/** Taller fields begin folded. */
const FIELD_PX = 900;

function RecordItem({ fields }: { fields: Record<string, Json> }) {
  return (
    <section className="card record" aria-label="Record">
      {Object.entries(fields).map(([name, value]) => (
        <div key={name} className="record-field">
          <div className="label">{words(name)}</div>
          <Fold px={FIELD_PX}>
            <FieldValue value={value} />
          </Fold>
        </div>
      ))}
    </section>
  );
}

function FieldValue({ value }: { value: Json }) {
  if (typeof value !== "string") return typeof value === "object" && value !== null ? <Code code={pretty(value)} what="JSON" wrap colour /> : <span className="num">{String(value)}</span>;
  const json = asJson(value);
  if (json !== undefined) return <Code code={pretty(json)} what="JSON" wrap colour />;
  return <Markdown text={value} />;
}

function Gone({ what }: { what: string }) {
  return (
    <div className="card gone">
      <FileQuestion size={20} aria-hidden />
      <p>
        The {what} is no longer there: it is older than the project keeps logs. Skip it with <kbd className="kbd">s</kbd>.
      </p>
    </div>
  );
}
