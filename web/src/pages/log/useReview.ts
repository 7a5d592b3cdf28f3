// One reviewer's word on one log: what the server has of it, the draft over it, and saving.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { giveFeedback, retractFeedback } from "~/api/feedback";
import { logQuery } from "~/api/log";
import { metricsQuery } from "~/api/metric";
import { asProblem } from "~/api/problem";
import { useMay, useMe } from "~/api/session";
import type { Feedback, LogDetail, MetricValue, NewFeedback } from "~/api/types";
import { afterSave, emptyDraft, isEmpty, keepDraft, loadDraft, same, withValue, type Draft } from "~/text/draft";
import { questionsOf, type Questions } from "./answerKeys";
import { wrongIn } from "./wrongIn";

export interface Review {
  questions: Questions;
  mayReview: boolean;
  value: (metric: string) => MetricValue | undefined;
  /** `undefined` takes the answer away. */
  set: (metric: string, value: MetricValue | undefined) => void;
  changed: (metric: string) => boolean;
  dirty: boolean;
  /** False when the browser has no room for the draft. */
  kept: boolean;
  save: () => Promise<boolean>;
  saving: boolean;
  saved: boolean;
  error: unknown;
  errorAt: (metric: string) => string | undefined;
  /** Whether something must be mended before it can be sent. */
  refused: boolean;
  /** Counts the saves that failed, so that each leads to its error. */
  failures: number;
  discard: () => void;
  correcting: boolean;
  /** Counts up with every wish to write; 0 when a draft came back. */
  correctionFocus: number;
  correct: () => void;
  setCorrection: (text: string, original: string) => void;
  closeCorrection: () => void;
}

/** What the person said before and what still counts, by metric. */
export function mineOf(feedback: Feedback[], author: string): Record<string, MetricValue> {
  const mine = feedback.filter((f) => f.author === author && f.counts && f.log_id !== undefined);
  return Object.fromEntries(mine.map((f) => [f.name, f.name === "correction" && f.correction ? f.correction : f.value]));
}

/** What a save sends, in the order of the draft, and which metrics it takes back. */
export function batchOf(logId: string, draft: Draft): { feedback: NewFeedback[]; taken: string[] } {
  const entries = Object.entries(draft.values);
  const feedback = entries.flatMap(([name, value]) => (value === null ? [] : [{ log_id: logId, name, value }]));
  return { feedback, taken: entries.filter(([, value]) => value === null).map(([name]) => name) };
}

export function useReview(log: LogDetail): Review {
  const me = useMe();
  const mayReview = useMay("feedback") && me.user !== null;
  const metrics = useQuery(metricsQuery).data;
  const questions = useMemo(() => questionsOf(metrics ?? []), [metrics]);
  const author = me.user ? `user:${me.user.id}` : "";
  const mine = useMemo(() => mineOf(log.feedback, author), [log.feedback, author]);

  const [draft, setDraft] = useState<Draft>(() => (mayReview ? loadDraft(localStorage, log.id) : emptyDraft()));
  const [kept, setKept] = useState(true);
  const [saved, setSaved] = useState(false);
  const [correctionFocus, setCorrectionFocus] = useState(0);
  const [correcting, setCorrecting] = useState(() => typeof draft.values.correction === "string");
  const [failures, setFailures] = useState(0);
  const [tried, setTried] = useState(false);
  const now = useRef(draft);
  const wrong = useMemo(() => wrongIn(draft.values, metrics ?? []), [draft, metrics]);

  const change = useCallback(
    (next: Draft) => {
      now.current = next;
      setDraft(next);
      setKept(keepDraft(localStorage, log.id, next));
    },
    [log.id],
  );
  const set = useCallback(
    (metric: string, value: MetricValue | undefined) => {
      setSaved(false);
      const before = mine[metric];
      const unchanged = value === undefined ? before === undefined : same(value, before);
      change(withValue(now.current, metric, unchanged ? undefined : (value ?? null)));
    },
    [mine, change],
  );
  const value = (metric: string): MetricValue | undefined => {
    const drafted = draft.values[metric];
    return drafted === undefined ? mine[metric] : (drafted ?? undefined);
  };

  const queries = useQueryClient();
  const sent = useRef<Draft>(undefined);
  const mutation = useMutation({
    meta: { keepsDraft: true },
    mutationFn: async (saving: Draft) => {
      const { feedback, taken } = batchOf(log.id, saving);
      sent.current = saving;
      if (feedback.length > 0) await giveFeedback(feedback, saving.key);
      const old = log.feedback.filter((f) => f.author === author && f.retracted_at === null && taken.includes(f.name));
      for (const f of [...old].reverse()) await retractFeedback(f.id);
    },
    onSuccess: async (_, saving) => {
      // First what the server now has, then away with the draft: the screen never flickers back.
      await queries.fetchQuery({ ...logQuery(log.id), staleTime: 0 }).catch(() => undefined);
      change(afterSave(now.current, saving));
      setSaved(true);
      void queries.invalidateQueries({ queryKey: ["feedback"] });
    },
  });
  const { mutateAsync, reset, isPending, error } = mutation;
  const dirty = !isEmpty(draft);
  const save = useCallback(async () => {
    if (isEmpty(now.current)) return true;
    const failed = () => {
      setFailures((n) => n + 1);
      return false;
    };
    const unfit = wrongIn(now.current.values, metrics ?? []);
    setTried(Object.keys(unfit).length > 0);
    if (Object.keys(unfit).length === 0) return mutateAsync(now.current).then(() => true, failed);
    reset();
    if (unfit.correction) setCorrecting(true);
    return failed();
  }, [mutateAsync, reset, metrics]);

  useLeaveWarning(dirty && !kept);
  return {
    questions,
    mayReview,
    value,
    set,
    changed: (metric) => draft.values[metric] !== undefined,
    dirty,
    kept,
    save,
    saving: isPending,
    saved: saved && !dirty,
    error,
    errorAt: (metric) => (tried ? wrong[metric] : undefined) ?? (error ? errorAt(error, metric, sent.current, draft) : undefined),
    refused: tried && Object.keys(wrong).length > 0,
    failures,
    discard: () => {
      setTried(false);
      change(emptyDraft());
      reset();
      setCorrecting(false);
    },
    correcting,
    correctionFocus,
    correct: () => {
      setCorrecting(true);
      setCorrectionFocus((n) => n + 1);
    },
    setCorrection: (text, original) => set("correction", text === original ? undefined : text),
    closeCorrection: () => setCorrecting(false),
  };
}

/** The detail of `/feedback/2/value` for the third feedback that was sent, until its answer changes. */
function errorAt(error: unknown, metric: string, sent: Draft | undefined, draft: Draft): string | undefined {
  if (!sent || !same(sent.values[metric], draft.values[metric])) return undefined;
  const index = batchOf("", sent).feedback.findIndex((f) => f.name === metric);
  return index < 0 ? undefined : asProblem(error).errors.find((e) => e.pointer.startsWith(`/feedback/${index}/`))?.detail;
}

function useLeaveWarning(needed: boolean) {
  useEffect(() => {
    if (!needed) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [needed]);
}
