// Markdown as React elements. HTML in the text stays text; nothing is fetched from elsewhere.
import { Marked, type Token, type Tokens } from "marked";
import { Fragment, memo, type ReactNode } from "react";
import { Code } from "./Code";

const marked = new Marked({ gfm: true, breaks: true });

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const tokens = parsed(text);
  return <div className="md">{tokens ? blocks(tokens, "auto") : <p dir="auto" style={{ whiteSpace: "pre-wrap" }}>{text}</p>}</div>;
});

/** Quotes in quotes in lists, or a list far to the right: a model that repeats itself, or someone who wants the page to stop. */
const DEEP = /^[ \t]*(?:(?:>|(?:[-*+]|\d{1,9}[.)])[ \t])[ \t]*){24,}|^[ \t]{120,}[-*+>\d]/m;
/** More marks than this of one kind take seconds to pair. */
const MARKS = 4_000;

/** Undefined where the text is not worth parsing: it is shown as it came. */
function parsed(text: string): Token[] | undefined {
  if (DEEP.test(text) || ["_", "*", "~"].some((mark) => text.split(mark, MARKS).length >= MARKS)) return undefined;
  try {
    return marked.lexer(text);
  } catch {
    return undefined;
  }
}

/** Each block at the top runs the way of its own script, and what it holds runs along. */
type Dir = "auto" | undefined;

const blocks = (tokens: Token[], dir?: Dir): ReactNode => tokens.map((token, i) => <Fragment key={i}>{block(token, dir)}</Fragment>);

function block(token: Token, dir?: Dir): ReactNode {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "hr":
      return <hr />;
    case "heading":
      return heading(token as Tokens.Heading, dir);
    case "code":
      return <Code code={(token as Tokens.Code).text} colour />;
    case "blockquote":
      return <blockquote dir={dir}>{blocks((token as Tokens.Blockquote).tokens)}</blockquote>;
    case "list":
      return list(token as Tokens.List, dir);
    case "table":
      return table(token as Tokens.Table);
    case "paragraph":
      return <p dir={dir}>{inlines((token as Tokens.Paragraph).tokens)}</p>;
    case "html":
      return (
        <p dir={dir} style={{ whiteSpace: "pre-wrap" }}>
          {token.raw.trimEnd()}
        </p>
      );
    default:
      return inline(token);
  }
}

// The page has its own h1 and h2.
function heading({ depth, tokens }: Tokens.Heading, dir: Dir): ReactNode {
  const Heading = depth <= 1 ? "h3" : depth === 2 ? "h4" : "h5";
  return <Heading dir={dir}>{inlines(tokens)}</Heading>;
}

function list({ ordered, start, items }: Tokens.List, dir: Dir): ReactNode {
  const lines = items.map((item, i) => (
    <li key={i}>
      {item.task && <input type="checkbox" checked={item.checked ?? false} readOnly disabled aria-label={item.checked ? "done" : "to do"} />}
      {item.tokens.filter((token) => token.type !== "checkbox").map((token, j) => (
        <Fragment key={j}>{token.type === "text" ? inlineOrText(token as Tokens.Text) : block(token)}</Fragment>
      ))}
    </li>
  ));
  return ordered ? (
    <ol start={start === "" ? 1 : start} dir={dir}>
      {lines}
    </ol>
  ) : (
    <ul dir={dir}>{lines}</ul>
  );
}

function table({ header, rows, align }: Tokens.Table): ReactNode {
  const aligned = (column: number) => (align[column] ? { textAlign: align[column] } : undefined);
  return (
    <div className="table-wrap card" tabIndex={0} role="region" aria-label="table">
      <table className="table">
        <thead>
          <tr>{header.map((cell, i) => <th key={i} dir="auto" style={aligned(i)}>{inlines(cell.tokens)}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>{row.map((cell, j) => <td key={j} dir="auto" style={aligned(j)}>{inlines(cell.tokens)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const inlines = (tokens: Token[] | undefined): ReactNode =>
  (tokens ?? []).map((token, i) => <Fragment key={i}>{inline(token)}</Fragment>);

const inlineOrText = (token: Tokens.Text): ReactNode => (token.tokens ? inlines(token.tokens) : entities(token.text));

function inline(token: Token): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inlines((token as Tokens.Strong).tokens)}</strong>;
    case "em":
      return <em>{inlines((token as Tokens.Em).tokens)}</em>;
    case "del":
      return <s>{inlines((token as Tokens.Del).tokens)}</s>;
    case "codespan":
      return <code>{entities((token as Tokens.Codespan).text)}</code>;
    case "br":
      return <br />;
    case "link":
      return <SafeLink href={(token as Tokens.Link).href}>{inlines((token as Tokens.Link).tokens)}</SafeLink>;
    case "image":
      return <SafeImage src={(token as Tokens.Image).href} alt={(token as Tokens.Image).text} />;
    case "text":
      return inlineOrText(token as Tokens.Text);
    case "escape":
      return (token as Tokens.Escape).text;
    default:
      return token.raw;
  }
}

/** A link that leaves only for http, https and mail, and takes nothing along. */
export function SafeLink({ href, children }: { href: string; children: ReactNode }) {
  if (!/^(https?:|mailto:)/i.test(href)) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** A picture that came along in the text; one from elsewhere is only linked. */
export function SafeImage({ src, alt }: { src: string; alt: string }) {
  if (/^data:image\/(png|jpeg|gif|webp|avif);base64,/i.test(src)) return <img src={src} alt={alt || "image"} />;
  if (src.startsWith("data:")) return <span className="pill">image of an unusual kind</span>;
  return (
    <span className="image-link" title={src}>
      <SafeLink href={src}>{alt ? `image: ${alt}` : src}</SafeLink>
    </span>
  );
}

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", nbsp: "\u00A0" };
const entities = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => NAMED[name] ?? "");
