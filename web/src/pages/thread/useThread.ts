// A conversation or a chain on the screen, kept live: read again when something of it changed or came.
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useEvents } from "~/api/event";
import { fetchThread, threadQuery, type ThreadKind } from "~/api/thread";
import type { ThreadPage, VouchEvent } from "~/api/types";

/** Many events in a moment are looked at once. */
const WAIT_MS = 400;

export function useThread(kind: ThreadKind, id: string) {
  const queries = useQueryClient();
  const query = useInfiniteQuery(threadQuery(kind, id));
  const pages = query.data?.pages;
  const turns = useMemo(() => (pages ?? []).flatMap((page) => page.items), [pages]);
  const known = useRef({ turns, whole: pages?.at(-1) });
  known.current = { turns, whole: pages?.at(-1) };
  const touched = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const look = useCallback(async () => {
    timer.current = undefined;
    // Of a log that is new, and of feedback on the whole, an event does not say where it belongs:
    // a small page after the last turn tells.
    const probe = touched.current ? undefined : await fetchThread(kind, id, known.current.turns.at(-1)?.id, 1).catch(() => undefined);
    const news = touched.current || (probe !== undefined && (probe.items.length > 0 || !sameSums(probe, known.current.whole)));
    touched.current = false;
    if (news) await queries.invalidateQueries({ queryKey: threadQuery(kind, id).queryKey });
  }, [queries, kind, id]);
  const onEvent = useCallback(
    (event: VouchEvent) => {
      if (event.kind === "settings.changed" || event.kind === "queue.changed") return;
      if (event.ids.some((changed) => known.current.turns.some((turn) => turn.id === changed))) touched.current = true;
      timer.current ??= setTimeout(() => void look(), WAIT_MS);
    },
    [look],
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  useEvents(onEvent);
  return { query, turns, whole: pages?.at(-1) };
}

const sameSums = (a: ThreadPage, b: ThreadPage | undefined): boolean =>
  b !== undefined && JSON.stringify([a.totals, a.feedback]) === JSON.stringify([b.totals, b.feedback]);
