// What was typed about a task and the server does not have yet, kept in the browser at every key.
import type { Answers } from "~/api/review/rubric";
import type { Shelf } from "~/text/draft";

const name = (user: string, task: string): string => `vouch:task:${user}:${task}`;

export function keepLocal(shelf: Shelf, user: string, task: string, answers: Answers | undefined): void {
  try {
    if (answers === undefined) shelf.removeItem(name(user, task));
    else shelf.setItem(name(user, task), JSON.stringify(answers));
  } catch {
    // No room: the server has it a moment later.
  }
}

export function localDraft(shelf: Shelf, user: string, task: string): Answers | undefined {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(name(user, task)) ?? "null");
    return typeof kept === "object" && kept !== null && !Array.isArray(kept) ? (kept as Answers) : undefined;
  } catch {
    return undefined;
  }
}
