// A text with its spans underlined, each line with the colour and, at its end, the name of its label.
import { memo, useMemo } from "react";
import type { Option, Span } from "~/api/review/rubric";
import { depths, piecesOf, toPoints, type Range } from "./spans";

interface Props {
  text: string;
  spans: Span[];
  range: Range | undefined;
  labels: Option[];
}

export const MarkedText = memo(function MarkedText({ text, spans, range, labels }: Props) {
  const pieces = useMemo(() => piecesOf(text, spans, range ? [range] : []), [text, spans, range]);
  const depth = useMemo(() => depths(spans), [spans]);
  return (
    <>
      {pieces.map(({ start, end, text: piece, spans: over }) => {
        const lines = over.map((span) => ({ at: depth.get(span) ?? 0, colour: `var(--span-${Math.max(0, labels.findIndex(({ key }) => key === span.label)) % 8})` }));
        const ends = over.filter((span) => span.end === end).map(({ label }) => labels.find(({ key }) => key === label)?.title ?? label);
        const marked = range && start >= range.start && end <= range.end;
        return (
          <span
            key={start}
            data-start={start}
            data-ends={ends.join(" · ") || undefined}
            className={`piece${over.length ? " piece-over" : ""}${marked ? " piece-marked" : ""}`}
            style={lines.length ? { backgroundImage: lines.map(({ colour }) => `linear-gradient(${colour}, ${colour})`).join(), backgroundPosition: lines.map(({ at }) => `0 calc(100% - ${at * 4}px)`).join(), backgroundSize: lines.map(() => "100% 3px").join(), paddingBottom: 2 + 4 * Math.max(...lines.map(({ at }) => at)) } : undefined}
          >
            {piece}
          </span>
        );
      })}
    </>
  );
});

/** What is selected with the mouse within `box`, in code points; undefined where nothing is. */
export function rangeIn(box: HTMLElement): Range | undefined {
  const selection = window.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return undefined;
  const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(0);
  const start = place(box, startContainer, startOffset);
  const end = place(box, endContainer, endOffset);
  return start === undefined || end === undefined || start >= end ? undefined : { start, end };
}

function place(box: HTMLElement, node: Node, offset: number): number | undefined {
  if (!box.contains(node)) return undefined;
  if (node.nodeType === Node.TEXT_NODE) {
    const from = node.parentElement?.closest<HTMLElement>("[data-start]")?.dataset.start;
    return from === undefined ? undefined : Number(from) + toPoints(node.textContent ?? "", offset);
  }
  // Between two pieces: where the next one begins.
  const pieces = [...box.querySelectorAll<HTMLElement>("[data-start]")];
  const own = (node as HTMLElement).dataset?.start;
  if (own !== undefined) return Number(own) + (offset === 0 ? 0 : [...(node.textContent ?? "")].length);
  const next = pieces[offset];
  if (next) return Number(next.dataset.start);
  const last = pieces.at(-1);
  return last ? Number(last.dataset.start) + [...(last.textContent ?? "")].length : undefined;
}
