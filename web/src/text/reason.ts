// What went wrong, out of whatever a provider answered: JSON in some shape, a page, or words.

export interface Reason {
  text: string;
  /** All that came, where the text is only a part of it. */
  raw?: string;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

export function reasonOf(message: string): Reason {
  const at = message.search(/[{[]/);
  if (at >= 0) {
    const said = saidIn(parsed(message.slice(at))) ?? cutMessage(message.slice(at));
    if (said) return { text: said, raw: message };
  }
  if (/^\s*<(!doctype|html|head|body)/i.test(message)) return { text: "It answered with a web page instead.", raw: message };
  return { text: message };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** OpenAI's `error.message`, and the other places where providers put their words. */
function saidIn(value: unknown): string | undefined {
  if (Array.isArray(value)) return saidIn(value[0]);
  if (!isObject(value)) return undefined;
  for (const part of [value.error, value.message, value.detail, value.title]) {
    const text = typeof part === "string" ? part : saidIn(part);
    if (text?.trim()) return text.trim();
  }
  return undefined;
}

/** A long answer is kept shortened: JSON without its end, whose message is whole all the same. */
function cutMessage(text: string): string | undefined {
  const found = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  return found === undefined ? undefined : (parsed(found) as string | undefined);
}
