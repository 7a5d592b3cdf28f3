// One value as people say it: a thumb, a number, words.
import { ThumbsDown, ThumbsUp } from "lucide-react";
import type { Feedback } from "~/api/types";
import { decimal, words } from "~/text/format";

export function FeedbackValue({ feedback: { name, value } }: { feedback: Pick<Feedback, "name" | "value"> }) {
  if (name === "thumbs" && typeof value === "boolean") {
    return value ? (
      <span className="pill pill-good">
        <ThumbsUp size={12} aria-hidden /> up
      </span>
    ) : (
      <span className="pill pill-bad">
        <ThumbsDown size={12} aria-hidden /> down
      </span>
    );
  }
  if (typeof value === "boolean") return <span className="pill">{String(value)}</span>;
  if (typeof value === "number") return <span className="pill num">{decimal(value)}</span>;
  if (Array.isArray(value)) {
    return value.length === 0 ? <span className="pill">none</span> : <>{value.map((word) => <span key={word} className="pill">{words(word)}</span>)}</>;
  }
  return value.length <= 40 && !value.includes("\n") ? <span className="pill" dir="auto">{words(value)}</span> : <span className="said-text" dir="auto" title={value}>{value}</span>;
}
