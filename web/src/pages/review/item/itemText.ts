// The plain text of an item: what a correction starts from and what spans are counted in.
import type { Item, Response } from "~/api/review/task";
import type { Message } from "~/api/types";
import { answerOf, textOf } from "~/pages/log/message";

export const responseMessage = ({ text, message }: Response): Message => message ?? { role: "assistant", content: text ?? "" };

/** The text that a question is about: the response, or a field of a record. */
export function itemText(item: Item, of = "response"): string {
  switch (item.type) {
    case "log":
      return item.log ? answerOf(item.log) : "";
    case "conversation":
      return item.turns?.length ? answerOf(item.turns.at(-1)!) : "";
    case "responses":
      return item.responses[0] ? textOf(responseMessage(item.responses[0])) : "";
    case "record": {
      const value = item.fields[of] ?? (of === "response" ? item.fields.response ?? item.fields.output ?? item.fields.text : undefined);
      return value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2);
    }
  }
}

/** The first words of an item, for cards and lists. */
export function itemTitle(item: Item | null | undefined): string {
  if (!item) return "";
  const asked = (messages: Message[]) => textOf(messages.findLast((message) => message.role === "user") ?? messages.at(-1));
  switch (item.type) {
    case "log":
      return item.log ? asked(item.log.messages) : "";
    case "conversation":
      return item.turns?.[0] ? asked(item.turns[0].messages) : "";
    case "responses":
      return asked(item.prompt);
    case "record": {
      const [first] = Object.values(item.fields);
      return first === undefined ? "" : typeof first === "string" ? first : JSON.stringify(first);
    }
  }
}
