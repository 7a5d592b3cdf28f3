// The filter language as a field: completed as one types, applied by Enter, its error shown at its place.
import { ActionIcon } from "@mantine/core";
import { ArrowRight, Search, X } from "lucide-react";
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Suggestion } from "~/api/filter";
import { useKeys } from "~/shell/keys";
import { Key } from "~/ui/Key";
import { FilterHelp } from "./FilterHelp";
import { taken, type Typed, type Wrong } from "./typed";
import { useCompletion } from "./useCompletion";

interface Props {
  q: string;
  onApply: (q: string) => void;
  wrong: Wrong | undefined;
  /** At every change, for forms that keep what is typed. */
  onType?: (text: string) => void;
  label?: string;
  placeholder?: string;
}

export function FilterBox({ q, onApply, wrong, onType, label = "Search and filter logs", placeholder = "Search words, or model:gpt-4o* score<50 …" }: Props) {
  const [typed, setTyped] = useState<Typed>({ text: q, cursor: q.length });
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const moved = useRef(false);
  /** Tab was quicker than the server. */
  const early = useRef(false);
  const id = useId();
  const completion = useCompletion(typed, open);
  const options = useLast(completion?.suggestions, open) ?? [];
  const shown = open && options.length > 0;

  // The address may change by other ways: Back, a view, a chip.
  useEffect(() => setTyped((now) => (now.text === q ? now : { text: q, cursor: q.length })), [q]);
  useEffect(() => setActive(-1), [completion]);
  useEffect(() => {
    if (!completion || !early.current) return;
    early.current = false;
    if (completion.at < completion.end) take(completion.suggestions[0]);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [completion]);
  useLayoutEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    input.current?.setSelectionRange(typed.cursor, typed.cursor);
  }, [typed]);
  useKeys("Logs", [{ key: "/", does: "Search and filter", run: () => (input.current?.focus(), input.current?.select()) }]);

  const edit = (next: Typed) => {
    moved.current = true;
    setTyped(next);
    onType?.(next.text);
  };
  const take = (suggestion: Suggestion | undefined) => {
    if (!completion || !suggestion) return;
    edit(taken(typed.text, completion, suggestion));
    setOpen(true);
    input.current?.focus();
  };
  const apply = (text: string) => {
    setOpen(false);
    onApply(text.trim());
  };
  const step = (by: number) => {
    setOpen(true);
    if (!shown) return;
    const next = active < 0 && by < 0 ? options.length - 1 : active + by;
    setActive(next >= options.length ? 0 : next < 0 ? options.length - 1 : next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const begun = completion !== undefined && completion.at < completion.end;
    // Once: where no answer comes, the second Tab leaves.
    const waits = open && completion === undefined && !early.current && /\S$/.test(typed.text.slice(0, typed.cursor));
    const onTab = waits ? () => void (early.current = true) : shown && (active >= 0 || begun) ? () => take(options[Math.max(0, active)]) : undefined;
    const keys: Record<string, (() => void) | undefined> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Enter: shown && active >= 0 ? () => take(options[active]) : () => apply(typed.text),
      // With nothing begun, Tab leaves the field as it does everywhere.
      Tab: event.shiftKey ? undefined : onTab,
      Escape: shown ? () => setOpen(false) : typed.text !== q ? () => edit({ text: q, cursor: q.length }) : () => input.current?.blur(),
    };
    const run = keys[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  };
  const place = () => {
    const cursor = input.current?.selectionStart ?? typed.text.length;
    if (cursor !== typed.cursor) setTyped({ ...typed, cursor });
  };
  return (
    <div className="filter-box-wrap" onBlur={(e) => !e.currentTarget.contains(e.relatedTarget) && setOpen(false)}>
      <div className={wrong ? "filter-box filter-box-wrong" : "filter-box"} role="search">
        <Search size={16} className="filter-box-icon" aria-hidden />
        <input
          ref={input}
          className="filter-input"
          type="text"
          role="combobox"
          aria-label={label}
          aria-autocomplete="list"
          aria-expanded={shown}
          aria-controls={shown ? `${id}-list` : undefined}
          aria-activedescendant={shown && active >= 0 ? `${id}-${active}` : undefined}
          aria-invalid={wrong !== undefined}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          placeholder={placeholder}
          autoComplete="off"
          autoCorrect="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={4000}
          enterKeyHint="search"
          value={typed.text}
          onChange={(e) => {
            early.current = false;
            setTyped({ text: e.currentTarget.value, cursor: e.currentTarget.selectionStart ?? e.currentTarget.value.length });
            onType?.(e.currentTarget.value);
            setOpen(true);
          }}
          onClick={() => setOpen(true)}
          onSelect={place}
          onKeyDown={onKeyDown}
        />
        {typed.text !== "" && (
          <ActionIcon
            size={26}
            aria-label="Clear the search"
            onClick={() => {
              setTyped({ text: "", cursor: 0 });
              onType?.("");
              apply("");
              input.current?.focus();
            }}
          >
            <X size={15} />
          </ActionIcon>
        )}
        {typed.text.trim() !== q ? (
          <ActionIcon size={26} variant="filled" color="pine" aria-label="Search" title="Search (Enter)" onClick={() => apply(typed.text)}>
            <ArrowRight size={15} />
          </ActionIcon>
        ) : (
          typed.text === "" && <Key>/</Key>
        )}
        <FilterHelp
          onTry={(text) => {
            setTyped({ text, cursor: text.length });
            onType?.(text);
            apply(text);
          }}
        />
      </div>
      {shown && <Options id={id} options={options} active={active} onTake={take} />}
      <p className="sr-only" role="status">
        {shown ? `${options.length} suggestions` : ""}
      </p>
      {wrong && (
        <p className="filter-wrong" id={`${id}-wrong`} role="alert">
          {wrong.message}
          <code className="filter-wrong-text mono" aria-hidden>
            {wrong.before}
            <mark>{wrong.part || " "}</mark>
            {wrong.after}
          </code>
        </p>
      )}
    </div>
  );
}

/** The last known, while the next is on its way: a list that goes and comes flickers. */
function useLast<T>(value: T | undefined, open: boolean): T | undefined {
  const last = useRef<T>(undefined);
  if (!open) last.current = undefined;
  else if (value !== undefined) last.current = value;
  return last.current;
}

interface OptionsProps {
  id: string;
  options: Suggestion[];
  active: number;
  onTake: (suggestion: Suggestion) => void;
}

function Options({ id, options, active, onTake }: OptionsProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <ul className="filter-options" role="listbox" id={`${id}-list`} aria-label="Suggestions" ref={list}>
      {options.map((option, i) => (
        // The field keeps the focus; only the mouse comes here.
        <li key={option.insert} id={`${id}-${i}`} role="option" aria-selected={i === active} onMouseDown={(e) => e.preventDefault()} onClick={() => onTake(option)}>
          <code className="mono clip">{option.insert}</code>
          <span className="clip dim">{option.about}</span>
        </li>
      ))}
    </ul>
  );
}
