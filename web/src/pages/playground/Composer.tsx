// Where the next message is typed.
import { ActionIcon, Textarea, Tooltip } from "@mantine/core";
import { ArrowUp, Square } from "lucide-react";
import { useEffect, useRef, type KeyboardEvent } from "react";

interface Props {
  value: string;
  onChange: (text: string) => void;
  onSend: () => void;
  onStop: () => void;
  busy: boolean;
  /** Why nothing can be sent. */
  blocked: string | undefined;
}

export function Composer({ value, onChange, onSend, onStop, busy, blocked }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // Not on a phone, where the keyboard would cover the page.
    if (!blocked && matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, [blocked]);
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (!busy) onSend();
    }
    if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
    if (busy) onStop();
    // Out of the box, so that the keys of the page work.
    else field.current?.blur();
  };
  return (
    <div className="composer">
      <div className="composer-box">
        <Textarea
          ref={field}
          aria-label="Message"
          variant="unstyled"
          placeholder={blocked ?? "Ask something …"}
          disabled={blocked !== undefined}
          autosize
          minRows={1}
          maxRows={9}
          value={value}
          onChange={(e) => onChange(e.currentTarget.value)}
          onKeyDown={keys}
          className="grow"
        />
        {busy ? (
          <Tooltip label="Stop (Esc)">
            <ActionIcon size={38} radius="xl" variant="filled" color="clay.6" aria-label="Stop the answer" onClick={onStop}>
              <Square size={14} fill="currentColor" />
            </ActionIcon>
          </Tooltip>
        ) : (
          <Tooltip label="Send (Enter)">
            <ActionIcon
              size={38}
              radius="xl"
              variant="filled"
              color="pine"
              aria-label="Send"
              disabled={blocked !== undefined || value.trim() === ""}
              onClick={onSend}
            >
              <ArrowUp size={19} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      <p className="composer-hint kbd-hint">
        <kbd className="kbd">↵</kbd> sends, <kbd className="kbd">⇧</kbd> <kbd className="kbd">↵</kbd> begins a line, <kbd className="kbd">Esc</kbd> leaves the box. Every call is in the log.
      </p>
    </div>
  );
}
