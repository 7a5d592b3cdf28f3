// A form that outlives its page: kept in the browser at every change, until it is saved or discarded.
import { useCallback, useMemo, useState } from "react";
import { same } from "~/text/draft";

export interface Kept<T> {
  value: T;
  set: (value: T) => void;
  /** Whether it differs from where it began. */
  dirty: boolean;
  /** Whether it was there when the page opened. */
  cameBack: boolean;
  forget: () => void;
}

export function useKept<T>(name: string, initial: T): Kept<T> {
  const key = `vouch:form:${name}`;
  // What it began as stays, also when the page is drawn again with a new object.
  const [first] = useState(initial);
  const [value, setValue] = useState<T>(() => load<T>(key) ?? first);
  const [cameBack, setCameBack] = useState(() => !same(value, first));
  const set = useCallback(
    (next: T) => {
      setValue(next);
      keep(key, same(next, first) ? undefined : next);
    },
    [key, first],
  );
  const forget = useCallback(() => {
    setValue(first);
    setCameBack(false);
    keep(key, undefined);
  }, [key, first]);
  const dirty = useMemo(() => !same(value, first), [value, first]);
  return { value, set, dirty, cameBack, forget };
}

function load<T>(key: string): T | undefined {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? "null") as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function keep(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // No room: the page works on, only leaving it would lose the form.
  }
}
