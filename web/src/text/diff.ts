// The difference of two texts by words or lines: Myers' O(ND) algorithm over tokens.

export interface Change {
  kind: "same" | "added" | "removed";
  text: string;
}

// A word with the blanks after it kept apart, so that re-wrapped text does not show as changed words.
const WORDS = /\s+|[\p{L}\p{N}_'’]+|[^\s\p{L}\p{N}_]/gu;
const LINES = /[^\n]*\n|[^\n]+/g;

/** Past this many edits the middle is shown as replaced whole: a reader gains nothing from more. */
const MAX_EDITS = 2_000;

export const wordDiff = (before: string, after: string): Change[] => diffTokens(tokens(before, WORDS), tokens(after, WORDS));
export const lineDiff = (before: string, after: string): Change[] => diffTokens(tokens(before, LINES), tokens(after, LINES));

const tokens = (text: string, pattern: RegExp): string[] => text.match(pattern) ?? [];

function diffTokens(a: string[], b: string[]): Change[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const changes: Change[] = [];
  const push = (kind: Change["kind"], text: string) => {
    const last = changes.at(-1);
    if (text === "") return;
    if (last?.kind === kind) last.text += text;
    else changes.push({ kind, text });
  };
  push("same", a.slice(0, head).join(""));
  for (const change of middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail))) push(change.kind, change.text);
  push("same", a.slice(a.length - tail).join(""));
  return removedFirst(changes);
}

function middle(a: string[], b: string[]): Change[] {
  const whole: Change[] = [
    { kind: "removed", text: a.join("") },
    { kind: "added", text: b.join("") },
  ];
  if (a.length === 0 || b.length === 0) return whole;
  const trace = shortestEdit(a, b);
  return trace ? walkBack(a, b, trace) : whole;
}

// trace[d] holds, for each diagonal k, the furthest x reached with d edits.
function shortestEdit(a: string[], b: string[]): Map<number, number>[] | undefined {
  const trace: Map<number, number>[] = [];
  let reached = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= Math.min(a.length + b.length, MAX_EDITS); d++) {
    const now = new Map<number, number>();
    for (let k = -d; k <= d; k += 2) {
      const down = reached.get(k + 1) ?? -1;
      const right = reached.get(k - 1) ?? -1;
      let x = k === -d || (k !== d && right < down) ? down : right + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      now.set(k, x);
      if (x >= a.length && y >= b.length) return [...trace, now];
    }
    trace.push(now);
    reached = now;
  }
  return undefined;
}

function walkBack(a: string[], b: string[], trace: Map<number, number>[]): Change[] {
  const changes: Change[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = trace.length - 1; d > 0; d--) {
    const before = trace[d - 1]!;
    const k = x - y;
    const down = before.get(k + 1) ?? -1;
    const right = before.get(k - 1) ?? -1;
    const added = k === -d || (k !== d && right < down);
    const fromX = added ? down : right;
    const fromY = fromX - (added ? k + 1 : k - 1);
    while (x > fromX && y > fromY && a[x - 1] === b[y - 1]) {
      changes.push({ kind: "same", text: a[x - 1]! });
      x--;
      y--;
    }
    if (added) changes.push({ kind: "added", text: b[--y]! });
    else changes.push({ kind: "removed", text: a[--x]! });
  }
  while (x > 0) {
    changes.push({ kind: "same", text: a[--x]! });
  }
  return changes.reverse();
}

// Within one changed place: what went, then what came, with lone blanks drawn in.
function removedFirst(changes: Change[]): Change[] {
  const out: Change[] = [];
  let removed = "";
  let added = "";
  const flush = () => {
    if (removed) out.push({ kind: "removed", text: removed });
    if (added) out.push({ kind: "added", text: added });
    removed = "";
    added = "";
  };
  changes.forEach((change, at) => {
    const between = change.kind === "same" && /^ $/.test(change.text) && removed && added;
    if (change.kind === "removed") removed += change.text;
    else if (change.kind === "added") added += change.text;
    else if (between && at + 1 < changes.length) {
      removed += change.text;
      added += change.text;
    } else {
      flush();
      const last = out.at(-1);
      if (last?.kind === "same") last.text += change.text;
      else out.push({ ...change });
    }
  });
  flush();
  return out;
}

const countWords = (changes: Change[], kind: Change["kind"]): number =>
  changes.filter((c) => c.kind === kind).reduce((n, c) => n + (c.text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0), 0);

/** Words removed and added, for a short summary. */
export const changedWords = (changes: Change[]): { removed: number; added: number } => ({
  removed: countWords(changes, "removed"),
  added: countWords(changes, "added"),
});

/** Past this share of changed words two texts are easier to read beside each other. */
const MOSTLY = 0.5;

export function mostlyChanged(changes: Change[]): boolean {
  const { added, removed } = changedWords(changes);
  const changed = Math.max(added, removed);
  return changed > 3 && changed / (changed + countWords(changes, "same")) > MOSTLY;
}
