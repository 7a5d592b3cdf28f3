// The conversation on the screen: sending, stopping, beginning anew.
import { useSyncExternalStore } from "react";
import { asProblem } from "~/api/problem";
import { uuid } from "~/text/uuid";
import { streamChat, wasAborted, type ChatPiece } from "./chat";
import { keepConversation, loadConversation, messagesOf, newConversation, withTurn, type Conversation, type Turn } from "./conversation";

export interface Talk {
  conversation: Conversation;
  change: (change: Partial<Conversation>) => void;
  changeTurn: (id: string, change: (turn: Turn) => Turn) => void;
  send: (text: string) => void;
  retry: () => void;
  stop: () => void;
  startNew: () => void;
  busy: boolean;
}

// Outside of React: an answer goes on coming while the person looks at another page.
let conversation: Conversation | undefined;
let running: AbortController | undefined;
const watchers = new Set<() => void>();

const current = (): Conversation => (conversation ??= loadConversation(sessionStorage));

function update(how: (now: Conversation) => Conversation): void {
  conversation = how(current());
  keepConversation(sessionStorage, conversation);
  for (const watch of watchers) watch();
}

const changeTurn = (id: string, how: (turn: Turn) => Turn) => update((now) => withTurn(now, id, how));
const change = (part: Partial<Conversation>) => update((now) => ({ ...now, ...part }));
const stop = () => running?.abort();

function answer(asked: Conversation): void {
  const id = uuid();
  const controller = new AbortController();
  running = controller;
  update(() => ({ ...asked, turns: [...asked.turns, { id, role: "assistant", text: "", state: "streaming", askedAt: Date.now() }] }));
  void run(asked, controller, (how) => changeTurn(id, how)).finally(() => {
    if (running === controller) running = undefined;
  });
}

function send(text: string): void {
  const now = current();
  if (running || !text.trim() || !now.model) return;
  answer({ ...now, typed: "", turns: [...now.turns, { id: uuid(), role: "user", text: text.trim(), state: "done" }] });
}

function retry(): void {
  const now = current();
  if (running || now.turns.at(-1)?.role !== "assistant") return;
  answer({ ...now, turns: now.turns.slice(0, -1) });
}

function startNew(): void {
  stop();
  running = undefined;
  update((now) => newConversation(now));
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function useConversation(): Talk {
  const now = useSyncExternalStore(watch, current);
  const busy = now.turns.at(-1)?.state === "streaming";
  return { conversation: now, change, changeTurn, send, retry, stop, startNew, busy };
}

async function run(asked: Conversation, controller: AbortController, change: (how: (turn: Turn) => Turn) => void): Promise<void> {
  const begun = performance.now();
  const since = () => performance.now() - begun;
  let waiting = "";
  let painted = false;
  let length = 0;
  // At most one repaint a frame, however fast the tokens come; fewer when each is much work.
  const soon = (work: () => void) => (length < 6_000 ? requestAnimationFrame(work) : setTimeout(work, 150));
  const paint = () => {
    painted = false;
    const text = waiting;
    waiting = "";
    if (text) change((turn) => ({ ...turn, text: turn.text + text }));
  };
  const show = (piece: ChatPiece) => {
    if (piece.kind === "text") {
      change((turn) => (turn.firstTokenMs === undefined ? { ...turn, firstTokenMs: since() } : turn));
      waiting += piece.text;
      length += piece.text.length;
      if (!painted) soon(paint);
      painted = true;
    } else if (piece.kind === "open" && piece.logId) {
      const { logId } = piece;
      change((turn) => ({ ...turn, logId }));
    } else if (piece.kind === "usage") change((turn) => ({ ...turn, usage: piece.usage }));
    else if (piece.kind === "finish") change((turn) => ({ ...turn, finish: piece.reason }));
  };
  try {
    // What was left blank is not sent: the prompt may have a default for it.
    const inputs = Object.fromEntries(Object.entries(asked.inputs).filter(([, value]) => value.trim() !== ""));
    const parameters = {
      ...asked.parameters,
      ...(asked.logprobs ? { logprobs: true, top_logprobs: 5 } : {}),
      ...(Object.keys(inputs).length > 0 ? { inputs } : {}),
    };
    const request = { model: asked.model, messages: messagesOf(asked), parameters, conversationId: asked.id, signal: controller.signal };
    for await (const piece of streamChat(request)) show(piece);
    paint();
    change((turn) => ({ ...turn, state: "done", totalMs: since() }));
  } catch (thrown) {
    paint();
    if (wasAborted(thrown)) {
      change((turn) => ({ ...turn, state: "stopped", totalMs: since() }));
      return;
    }
    const { title, detail } = asProblem(thrown);
    change((turn) => ({ ...turn, state: "failed", problem: { title, detail }, totalMs: since() }));
  }
}
