// Messages below each other, however many: those out of sight cost nothing until one scrolls to them.
import type { Message } from "~/api/types";
import { MessageView } from "~/pages/log/MessageView";
import { useGrowing } from "./useGrowing";

export function Messages({ messages, label = "Conversation" }: { messages: Message[]; label?: string }) {
  const shown = useGrowing(messages.length);
  if (messages.length === 0) return null;
  return (
    <section className="card messages long" aria-label={label} aria-busy={shown < messages.length}>
      {messages.slice(0, shown).map((message, i) => (
        <MessageView key={i} message={message} />
      ))}
    </section>
  );
}
