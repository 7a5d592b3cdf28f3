// The Playground's conversation across reloads, and what is sent of it.
import { expect, test } from "vitest";
import { Problem } from "~/api/problem";
import { piecesOf } from "./chat";
import { keepConversation, loadConversation, messagesOf, newConversation, withTurn, type Turn } from "./conversation";

const turn = (more: Partial<Turn>): Turn => ({ id: "1", role: "user", text: "hi", state: "done", ...more });

test("survives a reload; an open stream comes back as stopped", () => {
  const map = new Map<string, string>();
  const shelf = { getItem: (k: string) => map.get(k) ?? null, setItem: (k: string, v: string) => void map.set(k, v) };
  const conversation = { ...newConversation(), typed: "half a", turns: [turn({ id: "2", role: "assistant", state: "streaming", text: "par" })] };
  keepConversation(shelf, conversation);
  const back = loadConversation(shelf);
  expect(back).toMatchObject({ id: conversation.id, typed: "half a", turns: [{ state: "stopped", text: "par" }] });
  map.set("vouch:conversation", "{rubbish");
  expect(loadConversation(shelf).turns).toEqual([]);
});

test("sends the system prompt and the turns that say something", () => {
  const conversation = { ...newConversation(), system: "Be brief.", turns: [turn({}), turn({ id: "2", role: "assistant", text: "", state: "failed" })] };
  expect(messagesOf(conversation)).toEqual([{ role: "system", content: "Be brief." }, { role: "user", content: "hi" }]);
});

test("a new conversation keeps model and settings, not the turns", () => {
  const old = { ...newConversation(), model: "assistant", system: "s", turns: [turn({})], typed: "x" };
  const next = newConversation(old);
  expect(next).toMatchObject({ model: "assistant", system: "s", turns: [], typed: "" });
  expect(next.id).not.toBe(old.id);
  expect(withTurn(old, "1", (t) => ({ ...t, text: "yo" })).turns[0]?.text).toBe("yo");
});

test("reads OpenAI's chunks, and an error half-way", () => {
  const pieces = (data: unknown) => piecesOf({ event: "message", id: "", data: JSON.stringify(data) });
  expect(pieces({ choices: [{ delta: { role: "assistant", content: "" } }] })).toEqual([]);
  expect(pieces({ choices: [{ delta: { content: "a" }, finish_reason: "stop" }] })).toEqual([{ kind: "text", text: "a" }, { kind: "finish", reason: "stop" }]);
  expect(pieces({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } })[0]?.kind).toBe("usage");
  expect(() => pieces({ error: { message: "gone" } })).toThrow(Problem);
  expect(piecesOf({ event: "message", id: "", data: "not json" })).toEqual([]);
});
