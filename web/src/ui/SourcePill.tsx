// What kind of author a feedback comes from; always shown.
import type { Source } from "~/api/types";

const LOOK: Record<Source, { word: string; look: string; about: string }> = {
  reviewer: { word: "reviewer", look: "pill pill-accent", about: "A signed-in expert; outranks everyone else" },
  reviewers: { word: "reviewers", look: "pill pill-accent", about: "The reviewers of a queue together: their consensus, or what was decided" },
  end_user: { word: "end user", look: "pill pill-good", about: "A user of the application" },
  judge: { word: "judge", look: "pill pill-warn", about: "A model that judges" },
  program: { word: "program", look: "pill", about: "A program or heuristic" },
};

export function SourcePill({ source }: { source: Source }) {
  // A server newer than this page may know another kind.
  const { word, look, about } = LOOK[source] ?? { word: source, look: "pill", about: "" };
  return (
    <span className={look} title={about}>
      {word}
    </span>
  );
}
