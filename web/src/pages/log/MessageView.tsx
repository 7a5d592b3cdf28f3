// One message of the conversation, whoever said it.
import { Bot, MessageCircle, ShieldAlert, Terminal, UserRound, Wrench } from "lucide-react";
import type { ReactNode } from "react";
import type { Message } from "~/api/types";
import { words } from "~/text/format";
import { Code, pretty } from "~/ui/Code";
import { Copy } from "~/ui/Copy";
import { Fold } from "~/ui/Fold";
import { Markdown, SafeImage } from "~/ui/Markdown";
import { asJson, partsOf, textOf, type Part } from "./message";

const ICONS: Record<string, ReactNode> = {
  user: <UserRound size={15} />,
  assistant: <Bot size={15} />,
  tool: <Wrench size={15} />,
  system: <Terminal size={15} />,
  developer: <Terminal size={15} />,
};

/** Taller ones begin folded: prompts and what tools say, what people and models say, arguments of a call. */
const PROMPT_PX = 130;
const TOOL_PX = 260;
const SAID_PX = 3000;
const CALL_PX = 420;

export function MessageView({ message }: { message: Message }) {
  const text = textOf(message);
  const prompt = message.role === "system" || message.role === "developer";
  const parts = partsOf(message);
  return (
    <article className={`message message-${prompt ? "system" : message.role}`} aria-label={`${words(message.role)} message`}>
      <header className="message-head">
        <span className="message-icon" aria-hidden>
          {ICONS[message.role] ?? <MessageCircle size={15} />}
        </span>
        <strong>{words(message.role)}</strong>
        {typeof message.name === "string" && <span className="dim">{message.name}</span>}
        {typeof message.tool_call_id === "string" && <span className="dim mono">{message.tool_call_id}</span>}
        {text && (
          <span className="message-copy">
            <Copy text={text} what={`${message.role} message`} size="xs" />
          </span>
        )}
      </header>
      <div className="message-body">
        <Fold px={prompt ? PROMPT_PX : message.role === "tool" ? TOOL_PX : SAID_PX}>
          {parts.length === 0 ? <span className="dim">empty</span> : parts.map((part, i) => <PartView key={i} part={part} />)}
        </Fold>
      </div>
    </article>
  );
}

export function PartView({ part }: { part: Part }) {
  switch (part.kind) {
    case "text": {
      const json = asJson(part.text);
      return json === undefined ? <Markdown text={part.text} /> : <Code code={pretty(json)} what="JSON" wrap colour />;
    }
    case "image":
      return <SafeImage src={part.src} alt="" />;
    case "refusal":
      return (
        <p className="message-refusal" dir="auto">
          <ShieldAlert size={15} aria-hidden /> Refused: {part.text}
        </p>
      );
    case "call":
      return (
        <div className="message-call">
          <div className="row" style={{ gap: 7 }}>
            <Wrench size={14} aria-hidden /> calls <code className="mono">{part.name}</code>
            {part.id && <span className="dim mono">{part.id}</span>}
          </div>
          <Fold px={CALL_PX}>
            <Code code={part.arguments} what={`arguments of ${part.name}`} wrap colour />
          </Fold>
        </div>
      );
    case "json":
      return <Code code={pretty(part.value)} what="part of the message" wrap />;
  }
}
