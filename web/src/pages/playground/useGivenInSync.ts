// Keeps the thumbs under the answers as the server has them, wherever they were given or taken back.
import { useCallback, useEffect, useRef } from "react";
import { useEvents } from "~/api/event";
import { fetchLog } from "~/api/log";
import { useMe } from "~/api/session";
import type { VouchEvent } from "~/api/types";
import type { Turn } from "./conversation";
import { givenOf, withGiven } from "./given";

/** Older answers are far up the page. */
const LOOKED_AT = 12;

export function useGivenInSync(turns: Turn[], changeTurn: (id: string, change: (turn: Turn) => Turn) => void): void {
  const { user } = useMe();
  const author = user ? `user:${user.id}` : undefined;
  const current = useRef(turns);
  const asked = useRef(new Map<string, number>());
  useEffect(() => {
    current.current = turns;
  });
  const look = useCallback(
    async (fits: (logId: string) => boolean) => {
      if (!author) return;
      const answers = current.current.filter((turn) => turn.logId && turn.state !== "streaming" && fits(turn.logId));
      for (const { id, logId } of answers.slice(-LOOKED_AT)) {
        const nth = (asked.current.get(logId!) ?? 0) + 1;
        asked.current.set(logId!, nth);
        const log = await fetchLog(logId!).catch(() => undefined);
        // Each event asks anew: what an older question brings is not the last word.
        if (log && asked.current.get(logId!) === nth) changeTurn(id, (turn) => withGiven(turn, givenOf(log.feedback, author)));
      }
    },
    [author, changeTurn],
  );
  // What happened while another page was open.
  useEffect(() => void look(() => true), [look]);
  const onEvent = useCallback(
    (event: VouchEvent) => {
      if (event.kind === "feedback.changed") void look((logId) => event.ids.includes(logId));
    },
    [look],
  );
  useEvents(onEvent);
}
