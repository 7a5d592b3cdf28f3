// Many tasks in hand at once: their answers, which of them are marked, and sending those that are complete.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { asProblem, type Problem } from "~/api/problem";
import type { Answer, Question } from "~/api/review/rubric";
import { nextTurns, putDraft, releaseTask } from "~/api/review/task";
import { useReachable } from "~/api/reach";
import { useMe } from "~/api/session";
import { uuid } from "~/text/uuid";
import { answersTo, wrongIn } from "../rubric/asked";
import { held, type Held } from "../work/held";
import { useOutbox } from "../work/outboxes";

/** Tasks in hand; as many as fit on a screen or two. */
const MANY = 24;

export const isComplete = ({ turn, answers, order }: Held): boolean => Object.keys(answers).length > 0 && Object.keys(wrongIn(turn.rubric, answers, order.length)).length === 0;

export interface Bulk {
  cards: Held[];
  phase: "loading" | "ready" | "failed";
  pausedFor: string | undefined;
  error: Problem | undefined;
  answer: (tasks: string[], question: Question, value: (now: Held) => Answer | undefined) => void;
  /** Sends the complete ones among these and answers how many they were. */
  send: (tasks: string[]) => number;
  refill: () => void;
}

export function useBulk(queue: string): Bulk {
  const { user } = useMe();
  const outbox = useOutbox();
  const [cards, setCards] = useState<Held[]>([]);
  const [phase, setPhase] = useState<Bulk["phase"]>("loading");
  const [error, setError] = useState<Problem>();
  const [pausedFor, setPaused] = useState<string>();
  const now = useRef(cards);
  now.current = cards;
  const begun = useRef(Date.now());
  const touched = useRef(new Set<string>());
  const fetching = useRef(false);
  const owner = user?.id ?? "key";
  const refill = useCallback(async () => {
    if (fetching.current || now.current.length >= MANY) return;
    fetching.current = true;
    try {
      const holding = [...now.current.map(({ turn }) => turn.task), ...outbox.tasks()];
      const next = await nextTurns(queue, MANY - now.current.length, holding);
      const came = next.items.map((turn) => held(turn, owner, localStorage));
      setCards((old) => {
        const known = new Set([...old.map(({ turn }) => turn.task), ...outbox.tasks()]);
        return [...old, ...came.filter(({ turn }) => !known.has(turn.task))];
      });
      setPaused(next.paused?.reason);
      setPhase("ready");
      setError(undefined);
    } catch (thrown) {
      setError(asProblem(thrown));
      setPhase((old) => (old === "loading" ? "failed" : old));
    } finally {
      fetching.current = false;
    }
  }, [queue, outbox, owner]);
  const reachable = useReachable();
  useEffect(() => {
    if (reachable) void refill();
  }, [refill, reachable]);
  useEffect(() => {
    const marked = touched.current;
    const away = () => {
      for (const { turn, answers } of now.current) {
        if (marked.has(turn.task)) void putDraft(turn.task, answers, 0).catch(() => undefined);
        else if (turn.draft === null) void releaseTask(turn.task).catch(() => undefined);
      }
      now.current = [];
    };
    window.addEventListener("pagehide", away);
    return () => {
      window.removeEventListener("pagehide", away);
      away();
    };
  }, []);
  return useMemo(
    () => ({
      cards, phase, error, pausedFor,
      refill: () => void refill(),
      answer: (tasks, question, value) => {
        const wanted = new Set(tasks);
        for (const task of tasks) touched.current.add(task);
        setCards((old) =>
          old.map((card) => {
            if (!wanted.has(card.turn.task)) return card;
            const { [question.key]: _, ...rest } = card.answers;
            const next = value(card);
            return { ...card, answers: next === undefined ? rest : { ...rest, [question.key]: next } };
          }),
        );
      },
      send: (tasks) => {
        const wanted = new Set(tasks);
        const ready = now.current.filter((card) => wanted.has(card.turn.task) && isComplete(card));
        // The time for all of them is shared among them.
        const each = Math.round(Math.min(Date.now() - begun.current, 60_000 * Math.max(1, ready.length)) / Math.max(1, ready.length));
        begun.current = Date.now();
        for (const card of ready) {
          const answers = answersTo(card.turn.rubric, card.answers);
          const id = uuid();
          outbox.add({ kind: "review", id, queue, task: card.turn.task, body: { answers, active_ms: each, submission_id: id, ...(card.order.length > 0 ? { order: card.order } : {}) } });
        }
        const gone = new Set(ready.map(({ turn }) => turn.task));
        now.current = now.current.filter(({ turn }) => !gone.has(turn.task));
        setCards((old) => old.filter(({ turn }) => !gone.has(turn.task)));
        if (gone.size > 0) void refill();
        return gone.size;
      },
    }),
    [cards, phase, error, pausedFor, refill, outbox, queue],
  );
}
