// One call of the OpenAI route, streamed, from the browser.
import { CSRF } from "~/api/client";
import { Problem, asProblem, problemOf, unreachable } from "~/api/problem";
import { setReachable } from "~/api/reach";
import type { Usage } from "~/api/types";
import { reasonOf } from "~/text/reason";
import { sseEvents, type SseEvent } from "~/text/sse";

export interface ChatRequest {
  model: string;
  messages: { role: string; content: string }[];
  parameters: Record<string, unknown>;
  conversationId: string;
  signal: AbortSignal;
}

export type ChatPiece =
  | { kind: "open"; logId: string | null }
  | { kind: "text"; text: string }
  | { kind: "usage"; usage: Usage }
  | { kind: "finish"; reason: string };

/** Yields the answer piece by piece; throws a Problem when it fails, also half-way. */
export async function* streamChat(request: ChatRequest): AsyncGenerator<ChatPiece> {
  let answer: Response;
  try {
    answer = await fetch("/v1/chat/completions", {
      method: "POST",
      credentials: "same-origin",
      signal: request.signal,
      headers: { ...CSRF, "content-type": "application/json", "x-vouch-conversation-id": request.conversationId },
      body: JSON.stringify({
        model: request.model,
        messages: request.messages,
        stream: true,
        stream_options: { include_usage: true },
        metadata: { source: "playground" },
        ...request.parameters,
      }),
    });
  } catch (thrown) {
    if (wasAborted(thrown)) throw thrown;
    setReachable(false);
    throw unreachable();
  }
  yield { kind: "open", logId: answer.headers.get("x-vouch-log-id") };
  if (!answer.ok) throw problemOf(answer.status, await answer.text());
  if (!answer.body) throw new Problem(answer.status, "The answer was empty", "The server sent no body.");
  let done = false;
  try {
    for await (const event of sseEvents(answer.body)) {
      if (event.data === "[DONE]") {
        done = true;
        break;
      }
      yield* piecesOf(event);
    }
  } catch (thrown) {
    throw asAborted(thrown) ?? asProblem(thrown);
  }
  if (!done) throw new Problem(0, "The answer broke off", "The connection ended before the model was done. What came is kept.");
}

export const wasAborted = (thrown: unknown): boolean => thrown instanceof DOMException && thrown.name === "AbortError";
const asAborted = (thrown: unknown): unknown => (wasAborted(thrown) ? thrown : undefined);

interface Chunk {
  error?: { message?: string };
  usage?: Usage | null;
  choices?: { delta?: { content?: string | null; refusal?: string | null }; finish_reason?: string | null }[];
}

/** What one event of the stream says. */
export function piecesOf(event: SseEvent): ChatPiece[] {
  let chunk: Chunk;
  try {
    chunk = JSON.parse(event.data) as Chunk;
  } catch {
    return [];
  }
  if (chunk.error) throw new Problem(502, "The model failed half-way", reasonOf(chunk.error.message ?? "It gave no reason.").text);
  const pieces: ChatPiece[] = [];
  const choice = chunk.choices?.[0];
  const text = choice?.delta?.content ?? choice?.delta?.refusal;
  if (text) pieces.push({ kind: "text", text });
  if (choice?.finish_reason) pieces.push({ kind: "finish", reason: choice.finish_reason });
  if (chunk.usage) pieces.push({ kind: "usage", usage: chunk.usage });
  return pieces;
}
