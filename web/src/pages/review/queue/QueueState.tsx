// Whether a queue takes work; an open one needs no word.
import type { Queue } from "~/api/review/queue";

export function QueueState({ queue }: { queue: Queue }) {
  if (queue.archived_at !== null) return <span className="pill">archived</span>;
  return queue.state === "open" ? null : <span className="pill pill-warn">{queue.state}</span>;
}
