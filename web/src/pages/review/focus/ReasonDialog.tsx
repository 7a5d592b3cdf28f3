// Why a task is skipped or handed on: a digit for the usual reasons, or one's own words.
import { Button, Modal, TextInput, UnstyledButton } from "@mantine/core";
import { useState, type FormEvent, type KeyboardEvent } from "react";
import { Key } from "~/ui/Key";

export type Aside = "skip" | "escalate";

const ASKS: Record<Aside, { title: string; about: string; reasons: string[]; done: string }> = {
  skip: { title: "Skip this one", about: "It goes to someone else. You will not get it again.", reasons: ["I cannot judge this", "Not in a language I know", "Something is broken", "Unpleasant to me"], done: "Skip" },
  escalate: { title: "Hand it on", about: "Someone who decides for this queue looks at it.", reasons: ["The guidelines do not say", "Needs an expert", "Policy or legal question", "Someone may be in danger"], done: "Escalate" },
};

export function ReasonDialog({ aside, onDone, onClose }: { aside: Aside | undefined; onDone: (aside: Aside, reason: string) => void; onClose: () => void }) {
  const [text, setText] = useState("");
  const close = () => {
    setText("");
    onClose();
  };
  const done = (reason: string) => {
    if (!aside || !reason.trim()) return;
    setText("");
    onDone(aside, reason.trim());
  };
  const ask = ASKS[aside ?? "skip"];
  const onKey = (event: KeyboardEvent) => {
    if (text !== "" || event.ctrlKey || event.metaKey || event.altKey) return;
    const reason = ask.reasons[Number(event.key) - 1];
    if (!reason) return;
    event.preventDefault();
    done(reason);
  };
  return (
    <Modal opened={aside !== undefined} onClose={close} title={ask.title} transitionProps={{ duration: 0 }}>
      <form
        className="stack"
        onKeyDown={onKey}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          done(text);
        }}
      >
        <p className="dim" style={{ margin: 0 }}>{ask.about}</p>
        <div className="opts" role="group" aria-label="Usual reasons">
          {ask.reasons.map((reason, i) => (
            <UnstyledButton key={reason} type="button" className="opt opt-row" onClick={() => done(reason)}>
              <Key>{String(i + 1)}</Key> {reason}
            </UnstyledButton>
          ))}
        </div>
        <TextInput label="Another reason" value={text} maxLength={1000} onChange={(e) => setText(e.currentTarget.value)} data-autofocus />
        <Button type="submit" disabled={!text.trim()}>
          {ask.done}
        </Button>
      </form>
    </Modal>
  );
}
