// A block of code or JSON with a copy button and a little colour.
import type { ReactNode } from "react";
import { Copy } from "./Copy";

interface Props {
  code: string;
  what?: string;
  wrap?: boolean;
  /** Colour comments, strings and keywords. */
  colour?: boolean;
  /** A text to mark, e.g. a new key. */
  mark?: string | undefined;
  maxHeight?: number;
}

// Comments, then strings, then keywords; whatever comes first wins. `#1d6147;` is a colour.
const PARTS =
  /(#(?![0-9a-fA-F]{3,8}[;,"')])[^\n]*|\/\/[^\n]*|<!--[\s\S]*?-->)|("""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)|\b(import|from|const|let|await|async|for|of|in|return|function|new|if|export|print|def|true|false|null|None|True|False|curl|npm|pip|install)\b/g;

export function Code({ code, what = "code", wrap = false, colour = false, mark, maxHeight }: Props) {
  return (
    <div className={wrap ? "code code-wrap" : "code"}>
      <pre tabIndex={0} dir="ltr" aria-label={what} style={maxHeight ? { maxHeight, overflowY: "auto" } : undefined}>
        <code>{colour ? coloured(code, mark) : code}</code>
      </pre>
      <div className="code-copy">
        <Copy text={code} what={what} />
      </div>
    </div>
  );
}

function coloured(code: string, mark: string | undefined): ReactNode[] {
  const out: ReactNode[] = [];
  let at = 0;
  const plain = (text: string) => out.push(...marked(text, mark, out.length));
  for (const match of code.matchAll(PARTS)) {
    // In a URL, // begins no comment.
    if (match[1]?.startsWith("//") && code[match.index - 1] === ":") continue;
    plain(code.slice(at, match.index));
    const kind = match[1] ? "c" : match[2] ? "s" : "k";
    out.push(
      <span key={`${match.index}`} className={kind}>
        {marked(match[0], mark, match.index)}
      </span>,
    );
    at = match.index + match[0].length;
  }
  plain(code.slice(at));
  return out;
}

function marked(text: string, mark: string | undefined, key: number): ReactNode[] {
  if (!mark || !text.includes(mark)) return text ? [text] : [];
  return text.split(mark).flatMap((piece, i) => (i === 0 ? [piece] : [<mark key={`m${key}-${i}`}>{mark}</mark>, piece]));
}

export const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
