// What makes work with hard material easier to bear: blur, and a reminder to rest; a person's wish before the queue's.
import { useCallback, useEffect, useState } from "react";
import type { Queue } from "~/api/review/queue";
import type { Work } from "../work/work";

interface Wishes {
  blur?: boolean;
  /** Minutes of work; null for never. */
  remind?: number | null;
}

export interface Comfort {
  blur: boolean;
  /** Shown by a key until the next item. */
  revealed: boolean;
  reveal: () => void;
  setBlur: (blur: boolean) => void;
  remindMin: number | null;
  setRemind: (minutes: number | null) => void;
  /** Minutes worked, when it is time to rest; else undefined. */
  restAfter: number | undefined;
  rested: () => void;
}

const NAME = "vouch:review:comfort";

function wishes(): Wishes {
  try {
    return (JSON.parse(localStorage.getItem(NAME) ?? "{}") as Wishes | null) ?? {};
  } catch {
    return {};
  }
}

/** A person's own wish before the queue's. */
export const blurWanted = (queue: Queue): boolean => wishes().blur ?? queue.blur;

export function useComfort(queue: Queue, work: Work): Comfort {
  const [wish, setWish] = useState(wishes);
  const [revealed, setRevealed] = useState(false);
  const [restAt, setRestAt] = useState<number>();
  const [restAfter, setRestAfter] = useState<number>();
  const keep = useCallback((change: Wishes) => {
    const next = { ...wishes(), ...change };
    setWish(next);
    try {
      localStorage.setItem(NAME, JSON.stringify(next));
    } catch {
      // It holds until the page is left.
    }
  }, []);
  const remindMin = wish.remind === undefined ? queue.remind_after_min : wish.remind;
  useEffect(() => work.subscribe(() => setRevealed((now) => now && work.get().looking !== undefined)), [work]);
  useEffect(() => {
    if (remindMin === null) return;
    const timer = setInterval(() => {
      const worked = work.sitting.read(Date.now()) / 60_000;
      if (worked >= (restAt ?? remindMin)) setRestAfter(Math.round(worked));
    }, 10_000);
    return () => clearInterval(timer);
  }, [work, remindMin, restAt]);
  return {
    blur: wish.blur ?? queue.blur,
    revealed,
    reveal: () => setRevealed((now) => !now),
    setBlur: (blur) => keep({ blur }),
    remindMin,
    setRemind: (remind) => (setRestAfter(undefined), keep({ remind })),
    restAfter,
    rested: () => (setRestAfter(undefined), setRestAt(work.sitting.read(Date.now()) / 60_000 + (remindMin ?? 45))),
  };
}
