/** Putting the pieces of a streamed answer together, whether they are messages or deltas. */

import type { Choice, Json, Message, TokenLogprob, Usage } from './types.js';

/** A chunk of a stream, or a whole answer: what of it is read here. */
export interface Chunk {
  choices?: Piece[] | null;
  usage?: Usage | null;
}

interface Piece {
  index?: number;
  delta?: Json;
  message?: Json;
  finish_reason?: string | null;
  logprobs?: { content?: TokenLogprob[] | null } | null;
}

interface ToolCall extends Json {
  index?: number;
  function?: Record<string, string>;
}

/** The choices of a stream so far, in OpenAI's shape. */
export class Fold {
  usage: Usage | undefined;
  /** The log-probabilities of the first choice. */
  readonly logprobs: TokenLogprob[] = [];
  readonly #choices = new Map<
    number,
    Required<Pick<Choice, 'index' | 'message' | 'finish_reason'>>
  >();

  /** Adds one chunk. */
  push(chunk: Chunk): void {
    if (chunk.usage) this.usage = chunk.usage;
    for (const piece of chunk.choices ?? []) this.#pushChoice(piece);
  }

  /** The choices by their index. */
  get choices(): Choice[] {
    const all = [...this.#choices.values()].sort((a, b) => a.index - b.index);
    return all.map((choice) => ({ ...choice, message: whole(choice.message) }));
  }

  /** Whether every choice said why it ended. */
  get ended(): boolean {
    const all = [...this.#choices.values()];
    return all.length > 0 && all.every((choice) => choice.finish_reason !== null);
  }

  #pushChoice(piece: Piece): void {
    const index = piece.index ?? 0;
    const empty = { index, message: { role: 'assistant' }, finish_reason: null };
    const choice = this.#choices.get(index) ?? empty;
    this.#choices.set(index, choice);
    if (piece.finish_reason != null) choice.finish_reason = piece.finish_reason;
    if (index === 0) this.logprobs.push(...(piece.logprobs?.content ?? []));
    const said = piece.delta ?? piece.message ?? {};
    for (const [name, value] of Object.entries(said)) merge(choice.message, name, value);
  }
}

/** Whether the chunk brings something that the model said. */
export function hasText(chunk: Chunk): boolean {
  const says = (said: Json): boolean =>
    ['content', 'tool_calls', 'refusal', 'reasoning_content'].some((name) => {
      const value = said[name];
      return Array.isArray(value) ? value.length > 0 : Boolean(value);
    });
  return (chunk.choices ?? []).some((piece) => says(piece.delta ?? piece.message ?? {}));
}

/** The message without the indexes that only pieces of tool calls have. */
function whole(message: Message): Message {
  if (!Array.isArray(message['tool_calls'])) return message;
  const calls = (message['tool_calls'] as ToolCall[]).map(({ index: _, ...call }) => call);
  return { ...message, tool_calls: calls };
}

function merge(message: Message, name: string, value: unknown): void {
  if (value == null) {
    message[name] ??= null;
  } else if (name === 'tool_calls' && Array.isArray(value)) {
    const calls = (message[name] ?? []) as ToolCall[];
    for (const piece of value as ToolCall[]) mergeCall(calls, piece);
    message[name] = calls;
  } else if (name !== 'role' && name !== 'type' && typeof value === 'string') {
    message[name] = `${(message[name] as string | null | undefined) ?? ''}${value}`;
  } else {
    message[name] = value;
  }
}

/** A tool call comes in pieces: the first with its id and name, all with arguments. */
function mergeCall(calls: ToolCall[], piece: ToolCall): void {
  const call = calls.find((one) => piece.index !== undefined && one.index === piece.index);
  if (!call) {
    calls.push(piece.function ? { ...piece, function: { ...piece.function } } : { ...piece });
    return;
  }
  for (const name of ['id', 'type']) if (piece[name]) call[name] = piece[name];
  call.function ??= {};
  for (const [name, text] of Object.entries(piece.function ?? {})) {
    call.function[name] = `${call.function[name] ?? ''}${text ?? ''}`;
  }
}
