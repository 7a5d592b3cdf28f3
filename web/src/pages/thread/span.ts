// Where the steps of a chain lie in its time, as shares of the whole.
import type { ThreadTotals, Turn } from "~/api/types";

export interface Span {
  from: number;
  ms: number;
}

/** From the first step's begin to the last one's end. */
export function spanOf(turns: Turn[], totals: ThreadTotals): Span {
  const times = turns.flatMap(({ created_at, performance }) => [Date.parse(created_at), Date.parse(created_at) + (performance.latency ?? 0)]);
  if (totals.started_at !== null) times.push(Date.parse(totals.started_at));
  if (totals.ended_at !== null) times.push(Date.parse(totals.ended_at));
  const from = Math.min(...times);
  return { from, ms: times.length === 0 ? 0 : Math.max(...times) - from };
}

/** Begin and length of a step in percent of the whole; what is short is still seen. */
export function placeOf(turn: Turn, { from, ms }: Span): { left: number; width: number } {
  if (ms <= 0) return { left: 0, width: 100 };
  const width = Math.max(1.5, Math.min(100, ((turn.performance.latency ?? 0) / ms) * 100));
  const left = ((Date.parse(turn.created_at) - from) / ms) * 100;
  return { left: Math.max(0, Math.min(left, 100 - width)), width };
}

/** The names of the tools that the answer calls. */
export function toolsOf(turn: Turn): string[] {
  const calls = turn.choices.flatMap((choice) => (Array.isArray(choice.message.tool_calls) ? choice.message.tool_calls : []));
  return calls.flatMap((call) => {
    const name = (call as { function?: { name?: unknown } } | null)?.function?.name;
    return typeof name === "string" ? [name] : [];
  });
}
