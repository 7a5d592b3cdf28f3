// One message of the conversation, whoever said it.
import { Button } from "@mantine/core";
import { Bot, MessageCircle, ShieldAlert, Terminal, UserRound, Wrench } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { Message } from "~/api/types";
import { words } from "~/text/format";
import { Code, pretty } from "~/ui/Code";
import { Copy } from "~/ui/Copy";
import { Markdown, SafeImage } from "~/ui/Markdown";
import { asJson, partsOf, textOf, type Part } from "./message";

const ICONS: Record<string, ReactNode> = {
  user: <UserRound size={15} />,
  assistant: <Bot size={15} />,
  tool: <Wrench size={15} />,
  system: <Terminal size={15} />,
  developer: <Terminal size={15} />,
};

/** Prompts longer than this begin folded. */
const FOLD_CHARS = 420;

export function MessageView({ message }: { message: Message }) {
  const text = textOf(message);
  const prompt = message.role === "system" || message.role === "developer";
  const foldable = (prompt || message.role === "tool") && text.length > FOLD_CHARS;
  const [folded, setFolded] = useState(foldable);
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
      <div className={folded ? "message-body message-folded" : "message-body"}>
        {parts.length === 0 ? <span className="dim">empty</span> : parts.map((part, i) => <PartView key={i} part={part} />)}
      </div>
      {foldable && (
        <Button size="compact-xs" variant="subtle" onClick={() => setFolded(!folded)} aria-expanded={!folded}>
          {folded ? "Show all" : "Show less"}
        </Button>
      )}
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
        <p className="message-refusal">
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
          <Code code={part.arguments} what={`arguments of ${part.name}`} wrap colour />
        </div>
      );
    case "json":
      return <Code code={pretty(part.value)} what="part of the message" wrap />;
  }
}
