// What the person said of one answer: from the server's feedback, as changes to send, in words.
import type { Feedback, NewFeedback } from "~/api/types";
import { same } from "~/text/draft";
import { words } from "~/text/format";
import type { Given, Turn } from "./conversation";

const NAMES = ["thumbs", "defects", "comment"];

/** What of the feedback on a log is this person's and still counts; undefined without a thumb. */
export function givenOf(feedback: Feedback[], author: string): Given | undefined {
  const mine = feedback.filter((f) => f.author === author && f.log_id !== undefined && f.retracted_at === null && NAMES.includes(f.name));
  const newest = (name: string) => mine.find((f) => f.counts && f.name === name)?.value;
  const [thumbs, defects, comment] = NAMES.map(newest);
  if (typeof thumbs !== "boolean") return undefined;
  return { thumbs, defects: Array.isArray(defects) ? defects : [], comment: typeof comment === "string" ? comment : "", ids: mine.map((f) => f.id) };
}

/** Only what changed is sent; each is a feedback of its own. */
export function changed(logId: string, before: Given | undefined, now: Omit<Given, "ids">): NewFeedback[] {
  const feedback: NewFeedback[] = [];
  if (before?.thumbs !== now.thumbs) feedback.push({ log_id: logId, name: "thumbs", value: now.thumbs });
  if (!same(before?.defects ?? [], now.defects)) feedback.push({ log_id: logId, name: "defects", value: now.defects });
  if ((before?.comment ?? "") !== now.comment) feedback.push({ log_id: logId, name: "comment", value: now.comment });
  return feedback;
}

/** The turn with another word on it; undefined takes it away. */
export function withGiven(turn: Turn, given: Given | undefined): Turn {
  const { given: _, ...rest } = turn;
  return given ? { ...rest, given } : rest;
}

/** The turn with what is typed about it and not sent; what says nothing new and is closed is forgotten. */
export function withDraft(turn: Turn, draft: Turn["draft"]): Turn {
  const { draft: _, ...rest } = turn;
  return draft && (draft.open || isUnsent(draft, turn.given)) ? { ...rest, draft } : rest;
}

export const isUnsent = (draft: Turn["draft"], given: Given | undefined): boolean =>
  draft !== undefined && (!same(draft.defects, given?.defects ?? []) || draft.comment.trim() !== (given?.comment ?? ""));

export function said({ thumbs, defects, comment }: Given): string {
  const more = [...defects.map(words), ...(comment ? ["with a comment"] : [])];
  return `${thumbs ? "Thumbs up" : "Thumbs down"} recorded${more.length ? `: ${more.join(", ")}` : ""}`;
}
