// A long list that comes piece by piece: the first screen at once, the rest while nobody waits for it.
import { startTransition, useEffect, useState } from "react";

const FIRST = 24;
const STEP = 60;

/** How many of `all` to draw now. */
export function useGrowing(all: number): number {
  const [shown, setShown] = useState(FIRST);
  const more = shown < all;
  useEffect(() => {
    if (!more) return;
    const timer = setTimeout(() => startTransition(() => setShown((now) => now + STEP)), 30);
    return () => clearTimeout(timer);
  }, [more, shown]);
  return Math.min(shown, all);
}
