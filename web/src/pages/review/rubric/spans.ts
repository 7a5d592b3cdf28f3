// Places in a text: code points as the server counts them, the pieces that are drawn, and words to walk over.
import type { Span } from "~/api/review/rubric";

/** A place in a string (UTF-16) as the server counts it (code points). */
export function toPoints(text: string, offset: number): number {
  let points = 0;
  for (let i = 0; i < offset && i < text.length; points++) i += text.codePointAt(i)! > 0xffff ? 2 : 1;
  return points;
}

/** The other way round. */
export function toOffset(text: string, points: number): number {
  let i = 0;
  for (let n = 0; n < points && i < text.length; n++) i += text.codePointAt(i)! > 0xffff ? 2 : 1;
  return i;
}

export interface Range {
  start: number;
  end: number;
}

/** A piece of the text over which nothing begins or ends. */
export interface Piece extends Range {
  text: string;
  spans: Span[];
}

/** The text in pieces, each with the spans over it; offsets in code points. */
export function piecesOf(text: string, spans: Span[], more: Range[] = []): Piece[] {
  const points = [...text];
  const cuts = new Set([0, points.length]);
  for (const { start, end } of [...spans, ...more]) cuts.add(start).add(end);
  const at = [...cuts].filter((cut) => cut >= 0 && cut <= points.length).sort((a, b) => a - b);
  return at.slice(0, -1).map((start, i) => {
    const end = at[i + 1]!;
    return { start, end, text: points.slice(start, end).join(""), spans: spans.filter((span) => span.start <= start && span.end >= end) };
  });
}

/** Without blanks at its ends; undefined where nothing is left. */
export function trimmed(text: string, { start, end }: Range): Range | undefined {
  const points = [...text];
  let [from, to] = [Math.max(0, start), Math.min(points.length, end)];
  while (from < to && /\s/.test(points[from]!)) from++;
  while (to > from && /\s/.test(points[to - 1]!)) to--;
  return from < to ? { start: from, end: to } : undefined;
}

/** The words of a text, for walking over it by keys; a sign is one of its own, and so is a run of the same. */
export function wordsOf(text: string): Range[] {
  const out: Range[] = [];
  let points = 0;
  let last = 0;
  for (const match of text.matchAll(/[\p{L}\p{N}_'’]+|([^\s\p{L}\p{N}_])\1*/gu)) {
    points += [...text.slice(last, match.index)].length;
    const length = [...match[0]].length;
    out.push({ start: points, end: points + length });
    points += length;
    last = match.index + match[0].length;
  }
  return out;
}

export const sorted = (spans: Span[]): Span[] => [...spans].sort((a, b) => a.start - b.start || a.end - b.end || a.label.localeCompare(b.label));

/** With the span; without it where it was there. */
export function toggledSpan(spans: Span[], span: Span): Span[] {
  const is = (other: Span) => other.start === span.start && other.end === span.end && other.label === span.label;
  return spans.some(is) ? spans.filter((other) => !is(other)) : sorted([...spans, span]);
}

/** How many spans lie below this one where they overlap, so that each has a line of its own. */
export function depths(spans: Span[]): Map<Span, number> {
  const out = new Map<Span, number>();
  for (const span of sorted(spans)) {
    const taken = new Set([...out].filter(([other]) => other.end > span.start && other.start < span.end).map(([, depth]) => depth));
    let depth = 0;
    while (taken.has(depth)) depth++;
    out.set(span, depth);
  }
  return out;
}
