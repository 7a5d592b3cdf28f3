// How far a log came, in a word and a colour that never stands alone.
import type { LogStatus } from "~/api/types";

const LOOK: Record<LogStatus, { dot: string; word: string }> = {
  completed: { dot: "dot dot-good", word: "Completed" },
  failed: { dot: "dot dot-bad", word: "Failed" },
  cancelled: { dot: "dot dot-warn", word: "Cancelled" },
  configured: { dot: "dot", word: "Configured" },
};

export function Status({ status, iconOnly = false }: { status: LogStatus; iconOnly?: boolean }) {
  const { dot, word } = LOOK[status];
  if (iconOnly) return <span className={dot} role="img" aria-label={word} title={word} />;
  return (
    <span className="row" style={{ gap: 7, flexWrap: "nowrap" }}>
      <span className={dot} aria-hidden />
      {word}
    </span>
  );
}
