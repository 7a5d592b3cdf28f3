// Keys of the keyboard: a page declares them, `?` lists them, text fields keep their own.
import { useLayoutEffect, useRef, useSyncExternalStore } from "react";

export interface KeyBinding {
  /** `j`, `?`, `Escape`, `mod+Enter`, `mod+shift+Enter`, or `g l` for one after the other. */
  key: string;
  does: string;
  run: (event: KeyboardEvent) => void;
  /** Also while a text field has the focus. */
  inFields?: boolean;
  hidden?: boolean;
  /** Stands for several keys in the list of keys, e.g. `1 … 8`. */
  shownAs?: string;
  when?: () => boolean;
}

interface Group {
  title: string;
  keys: KeyBinding[];
}

let groups: Group[] = [];
const watchers = new Set<() => void>();

function change(next: Group[]) {
  groups = next;
  for (const watch of watchers) watch();
}

/** The groups of keys that work now, the page's own first. */
export function useKeyGroups(): Group[] {
  return useSyncExternalStore(
    (watch) => {
      watchers.add(watch);
      return () => watchers.delete(watch);
    },
    () => groups,
  );
}

export const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** A key as it is printed: `mod+Enter` as `Ctrl ↵`. */
export function printed(key: string): string {
  const names: Record<string, string> = {
    mod: isMac ? "⌘" : "Ctrl", shift: "⇧", Enter: "↵", Escape: "Esc", Backspace: "⌫", " ": "Space", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→",
  };
  return key.split("+").map((part) => names[part] ?? part).join(" ");
}

/** Whether typing goes into a field, so that letters are no commands. */
export function inField(target: EventTarget | null): boolean {
  const element = target as Partial<HTMLElement> | null;
  if (!element || typeof element.closest !== "function") return false;
  if (element.isContentEditable) return true;
  const tag = element.tagName;
  if (tag === "TEXTAREA" || tag === "SELECT") return true;
  if (tag !== "INPUT") return element.closest.call(element, '[role="combobox"],[role="listbox"]') !== null;
  return !["checkbox", "radio", "button", "submit", "range"].includes((element as HTMLInputElement).type);
}

/** The name of what was pressed, in the form that bindings use. */
export function pressed(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey">): string {
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  const shift = event.shiftKey && event.key.length > 1 ? "shift+" : "";
  return mod + shift + event.key;
}

/** The binding that an event calls for; the later of two groups wins. */
export function bindingFor(event: KeyboardEvent, among: Group[] = groups): KeyBinding | undefined {
  if (event.defaultPrevented || event.altKey || event.isComposing) return undefined;
  const name = pressed(event);
  const typing = inField(event.target);
  const fits = (binding: KeyBinding) =>
    (binding.key === name || (binding.key === `g ${name}` && binding.when?.() === true)) && (!typing || binding.inFields === true);
  const found = [...among].reverse().flatMap((group) => group.keys).filter(fits);
  return found.find((binding) => binding.key.startsWith("g ")) ?? found.find((binding) => binding.when?.() ?? true);
}

if (typeof window !== "undefined") {
  window.addEventListener("keydown", (event) => {
    // An open dialog has the keyboard to itself.
    if (document.querySelector('[role="dialog"][aria-modal="true"]')) return;
    const binding = bindingFor(event);
    if (!binding) return;
    event.preventDefault();
    binding.run(event);
  });
}

/** Declares keys for as long as the component is there: before it is painted, for who is quicker than a frame. */
export function useKeys(title: string, keys: KeyBinding[]): void {
  const current = useRef(keys);
  useLayoutEffect(() => {
    current.current = keys;
  });
  const shape = keys.map((key) => `${key.key} ${key.does}`).join("|");
  useLayoutEffect(() => {
    const group: Group = {
      title,
      keys: current.current.map((binding, i) => ({
        ...binding,
        run: (event) => current.current[i]?.run(event),
        when: () => current.current[i]?.when?.() ?? true,
      })),
    };
    change([...groups, group]);
    return () => change(groups.filter((other) => other !== group));
  }, [title, shape]);
}
