// One conversation of the Playground: its turns, its settings, kept in the tab across reloads.
import type { Usage } from "~/api/types";
import { uuid } from "~/text/uuid";

export interface Given {
  thumbs: boolean;
  defects: string[];
  comment: string;
  /** Every feedback sent about this answer, so that undo takes all of them back. */
  ids: string[];
}

/** What is typed about an answer and not sent. */
export interface GivenDraft {
  open: boolean;
  defects: string[];
  comment: string;
}

export interface Turn {
  id: string;
  role: "user" | "assistant";
  text: string;
  state: "done" | "streaming" | "stopped" | "failed";
  logId?: string;
  problem?: { title: string; detail: string };
  /** Milliseconds, seen from here. */
  firstTokenMs?: number;
  totalMs?: number;
  usage?: Usage;
  finish?: string;
  given?: Given;
  draft?: GivenDraft;
  /** When it was asked for, in milliseconds since 1970. */
  askedAt?: number;
}

export interface Parameters {
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
  seed?: number;
}

export interface Conversation {
  id: string;
  /** A deployment's key or `provider/model`; empty until one is chosen. */
  model: string;
  system: string;
  parameters: Parameters;
  logprobs: boolean;
  /** Variables of the deployment's prompt template. */
  inputs: Record<string, string>;
  turns: Turn[];
  /** What is typed and not sent. */
  typed: string;
}

export function newConversation(from?: Conversation): Conversation {
  const kept = from ? { model: from.model, system: from.system, parameters: from.parameters, logprobs: from.logprobs, inputs: from.inputs } : undefined;
  return { id: uuid(), model: "", system: "", parameters: {}, logprobs: false, inputs: {}, ...kept, turns: [], typed: "" };
}

/** The messages to send: the system prompt, and every turn that has something to say. */
export function messagesOf(conversation: Conversation): { role: string; content: string }[] {
  const system = conversation.system.trim() ? [{ role: "system", content: conversation.system }] : [];
  const turns = conversation.turns.filter((turn) => turn.text !== "").map(({ role, text }) => ({ role, content: text }));
  return [...system, ...turns];
}

export const withTurn = (conversation: Conversation, id: string, change: (turn: Turn) => Turn): Conversation => ({
  ...conversation,
  turns: conversation.turns.map((turn) => (turn.id === id ? change(turn) : turn)),
});

const KEY = "vouch:conversation";

export function loadConversation(shelf: Pick<Storage, "getItem">): Conversation {
  try {
    const kept = JSON.parse(shelf.getItem(KEY) ?? "null") as Conversation | null;
    if (kept && typeof kept.id === "string" && Array.isArray(kept.turns)) {
      // A stream does not survive a reload; what had come does.
      const turns = kept.turns.map((turn): Turn => (turn.state === "streaming" ? { ...turn, state: "stopped" } : turn));
      return { ...newConversation(), ...kept, turns };
    }
  } catch {
    // Unreadable: begin anew, below.
  }
  return newConversation();
}

export function keepConversation(shelf: Pick<Storage, "setItem">, conversation: Conversation): void {
  try {
    shelf.setItem(KEY, JSON.stringify(conversation));
  } catch {
    // No room: the page works on, only a reload would lose it.
  }
}
