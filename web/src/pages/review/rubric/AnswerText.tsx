// An answer in a few words, for histories and comparisons.
import { ThumbsDown, ThumbsUp } from "lucide-react";
import type { Answer, Preference, Question, Span } from "~/api/review/rubric";
import { decimal, plural } from "~/text/format";

/** An answer as text; `order` is that of the screen it is told on. */
export function answerText(question: Question, value: Answer | undefined, order: number[] = [0, 1]): string {
  if (value === undefined) return "–";
  switch (question.type) {
    case "thumbs":
      return value ? "up" : "down";
    case "yes_no":
      return value ? "yes" : "no";
    case "category":
      return question.options.find(({ key }) => key === value)?.title ?? String(value);
    case "multi_category":
      return (value as string[]).map((option) => question.options.find(({ key }) => key === option)?.title ?? option).join(", ") || "none";
    case "checklist":
      return question.options.filter(({ key }) => (value as Record<string, boolean>)[key]).map(({ title }) => title).join(", ") || "none";
    case "rating": {
      const label = question.labels?.[String(value)];
      return label ? `${String(value)} (${label})` : String(value);
    }
    case "number":
      return `${decimal(value as number, 4)}${question.unit ? ` ${question.unit}` : ""}`;
    case "preference": {
      const { choice, strength } = value as Preference;
      if (choice === "tie") return "about the same";
      const side = (choice === "a" ? 0 : 1) === order[0] ? "left" : "right";
      return `${side}${(question.strength ?? 1) > 1 ? ` by ${strength}` : ""}`;
    }
    case "ranking":
      return (value as number[][]).map((group) => group.map((response) => order.indexOf(response) + 1).join(" = ")).join(" > ");
    case "spans":
      return plural((value as Span[]).length, "span");
    default:
      return String(value);
  }
}

export function AnswerText({ question, value, order }: { question: Question; value: Answer | undefined; order?: number[] }) {
  if (question.type === "thumbs" && typeof value === "boolean") {
    return value ? (
      <span className="pill pill-good"><ThumbsUp size={12} aria-hidden /> up</span>
    ) : (
      <span className="pill pill-bad"><ThumbsDown size={12} aria-hidden /> down</span>
    );
  }
  return (
    <span className="answer-text" dir="auto">
      {answerText(question, value, order)}
    </span>
  );
}
