// A filter as it is typed: characters as the server counts them, suggestions taken, and where it is wrong.
import type { Completion, Suggestion } from "~/api/filter";
import { Problem } from "~/api/problem";

/** A place in a text field (UTF-16) as the server counts characters (code points). */
export const toChars = (text: string, offset: number): number => [...text.slice(0, offset)].length;

/** The other way round. */
export const toOffset = (text: string, chars: number): number => [...text].slice(0, chars).join("").length;

export interface Typed {
  text: string;
  cursor: number;
}

/** Whether a suggestion ends its term; after a colon, a dot or a comparison something is still to come. */
const isWhole = (insert: string, completion: Completion, text: string): boolean => {
  if (/[:.<>=]$/.test(insert)) return false;
  // A field of amounts: its comparison comes next.
  const before = text.slice(0, toOffset(text, completion.at));
  return /[:=<>]$/.test(before) || inList(before);
};

/** The text after a suggestion was taken. A term that it ends is followed by a space. */
export function taken(text: string, completion: Completion, { insert }: Suggestion): Typed {
  const before = text.slice(0, toOffset(text, completion.at));
  const after = text.slice(toOffset(text, completion.end));
  const space = isWhole(insert, completion, text) && !/^[\s),]/.test(after) && !inList(before) ? " " : "";
  const head = before + insert + space;
  const skip = isWhole(insert, completion, text) && after.startsWith(" ") ? 1 : 0;
  return { text: head + after, cursor: head.length + skip };
}

/** Whether the last bracket is open and holds values: `model:(a, `. */
const inList = (before: string): boolean => /[:=]\([^()]*$/.test(before);

export interface Wrong {
  message: string;
  /** Around the wrong part; all of it in `before` where the end is wrong. */
  before: string;
  part: string;
  after: string;
}

/** What is wrong with the filter, where the server refused it for that. */
export function wrongIn(error: unknown, text: string): Wrong | undefined {
  const detail = error instanceof Problem && error.status === 422 ? (error.at("?q") ?? error.at("/filter")) : undefined;
  if (detail === undefined) return undefined;
  const [, place, message] = /^at character (\d+): ([\s\S]*)$/.exec(detail) ?? [];
  if (place === undefined || message === undefined) return { message: detail, before: text, part: "", after: "" };
  const from = toOffset(text, Number(place) - 1);
  const rest = text.slice(from);
  const part = /^("(?:[^"\\]|\\.)*"?|[()]|[^\s()",:<>=!]+|\S)/.exec(rest)?.[0] ?? "";
  return { message: message.charAt(0).toUpperCase() + message.slice(1), before: text.slice(0, from), part, after: rest.slice(part.length) };
}

/** When a log was made, from its id: the first 48 bits of a UUIDv7 in Crockford's base32. */
export function madeAt(id: string): Date | undefined {
  const text = id.slice(id.lastIndexOf("_") + 1, id.lastIndexOf("_") + 11);
  let ms = 0;
  for (const c of text) {
    const digit = "0123456789abcdefghjkmnpqrstvwxyz".indexOf(c);
    if (digit < 0) return undefined;
    ms = ms * 32 + digit;
  }
  return text.length === 10 ? new Date(ms) : undefined;
}
