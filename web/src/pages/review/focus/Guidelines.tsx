// How to decide, as the lead of the queue wrote it; folded until it is wanted, and when it is new.
import { UnstyledButton } from "@mantine/core";
import { BookOpen, ChevronDown } from "lucide-react";
import type { Queue } from "~/api/review/queue";
import { Key } from "~/ui/Key";
import { Markdown } from "~/ui/Markdown";

export function Guidelines({ queue, open, onToggle }: { queue: Queue; open: boolean; onToggle: () => void }) {
  if (!queue.guidelines.trim()) return null;
  return (
    <section className="card guidelines" aria-label="Guidelines">
      <UnstyledButton className="guidelines-head" aria-expanded={open} onClick={onToggle}>
        <BookOpen size={15} aria-hidden />
        <strong>Guidelines</strong>
        {queue.guidelines_version > 1 && <span className="dim">version {queue.guidelines_version}</span>}
        <Key>i</Key>
        <ChevronDown size={15} aria-hidden style={{ marginInlineStart: "auto", transform: open ? "rotate(180deg)" : undefined }} />
      </UnstyledButton>
      {open && (
        <div className="guidelines-body">
          <Markdown text={queue.guidelines} />
        </div>
      )}
    </section>
  );
}

/** Open for who has not seen this version yet. */
export function guidelinesNew(queue: Queue): boolean {
  try {
    return queue.guidelines.trim() !== "" && Number(localStorage.getItem(`vouch:guidelines:${queue.id}`) ?? 0) < queue.guidelines_version;
  } catch {
    return false;
  }
}

export function guidelinesSeen(queue: Queue): void {
  try {
    localStorage.setItem(`vouch:guidelines:${queue.id}`, String(queue.guidelines_version));
  } catch {
    // It opens again next time.
  }
}
