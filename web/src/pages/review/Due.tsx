// When work is due, and how much is late.
import { Clock } from "lucide-react";
import { fullTime, plural } from "~/text/format";

export function dueIn(at: string, now = Date.now()): string {
  const min = Math.round((Date.parse(at) - now) / 60_000);
  const size = Math.abs(min);
  const text = size < 90 ? `${size} min` : size < 36 * 60 ? `${Math.round(size / 60)} h` : `${Math.round(size / 1440)} days`;
  return min < 0 ? `due ${text} ago` : `due in ${text}`;
}

export function Due({ at, overdue }: { at: string; overdue: number }) {
  const late = overdue > 0 || Date.parse(at) < Date.now();
  return (
    <span className={late ? "pill pill-bad" : "pill"} title={`The next is due ${fullTime(at)}`}>
      <Clock size={12} aria-hidden /> {overdue > 0 ? `${plural(overdue, "task")} late` : dueIn(at)}
    </span>
  );
}
