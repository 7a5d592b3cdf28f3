// The parts of a message as people read them: text, images, tool calls, anything else as JSON.
import type { Json, LogDetail, Message } from "~/api/types";

export type Part =
  | { kind: "text"; text: string }
  | { kind: "image"; src: string }
  | { kind: "call"; name: string; arguments: string; id: string }
  | { kind: "refusal"; text: string }
  | { kind: "json"; value: Json };

const isObject = (value: unknown): value is Record<string, Json> => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

export function partsOf(message: Message): Part[] {
  const { content, tool_calls: calls, refusal } = message;
  const parts: Part[] = [];
  if (typeof content === "string" && content !== "") parts.push({ kind: "text", text: content });
  else if (Array.isArray(content)) parts.push(...content.map(contentPart));
  else if (isObject(content)) parts.push({ kind: "json", value: content });
  if (typeof refusal === "string" && refusal !== "") parts.push({ kind: "refusal", text: refusal });
  if (Array.isArray(calls)) parts.push(...calls.map(callPart));
  return parts;
}

function contentPart(part: Json): Part {
  if (typeof part === "string") return { kind: "text", text: part };
  if (!isObject(part)) return { kind: "json", value: part };
  if (typeof part.text === "string") return { kind: "text", text: part.text };
  const image = part.image_url;
  const src = isObject(image) ? text(image.url) : text(image);
  return src ? { kind: "image", src } : { kind: "json", value: part };
}

function callPart(call: Json): Part {
  if (!isObject(call)) return { kind: "json", value: call };
  const f = isObject(call.function) ? call.function : call;
  return { kind: "call", name: text(f.name) || "tool", arguments: prettyArguments(f.arguments), id: text(call.id) };
}

/** Arguments come as JSON in a string. */
function prettyArguments(value: Json | undefined): string {
  if (typeof value !== "string") return JSON.stringify(value ?? {}, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

/** All text of a message, its parts on lines of their own. */
export const textOf = (message: Message | undefined): string =>
  message ? partsOf(message).flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n") : "";

/** What a correction is compared with. */
export const answerOf = (log: Pick<LogDetail, "choices">): string => textOf(log.choices[0]?.message);

/** Text that is JSON as a whole, such as a tool's result or structured output. */
export function asJson(source: string): Json | undefined {
  const trimmed = source.trim();
  if (!/^[{[]/.test(trimmed)) return undefined;
  try {
    return JSON.parse(trimmed) as Json;
  } catch {
    return undefined;
  }
}
