// Thumbs under an answer; thumbs down may say what is wrong. Everything can be taken back.
import { ActionIcon, Button, Chip, Textarea, Tooltip } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ThumbsDown, ThumbsUp, Undo2 } from "lucide-react";
import { useState } from "react";
import { giveFeedback, retractFeedback } from "~/api/feedback";
import { metricsQuery } from "~/api/metric";
import type { NewFeedback } from "~/api/types";
import { words } from "~/text/format";
import { ProblemBox } from "~/ui/ProblemBox";
import type { Given, Turn } from "./conversation";

interface Props {
  turn: Turn & { logId: string };
  onGiven: (given: Given | undefined) => void;
}

export function AnswerFeedback({ turn, onGiven }: Props) {
  const { given, logId } = turn;
  const [details, setDetails] = useState(false);
  const give = useMutation({
    mutationFn: (change: Omit<Given, "ids">) => giveFeedback(changed(logId, given, change), crypto.randomUUID()),
    onSuccess: ({ ids }, change) => onGiven({ ...change, ids: [...(given?.ids ?? []), ...ids] }),
  });
  const undo = useMutation({
    // The newest first, else an older one would count again for a moment.
    mutationFn: async () => {
      for (const id of [...(given?.ids ?? [])].reverse()) await retractFeedback(id);
    },
    onSuccess: () => {
      onGiven(undefined);
      setDetails(false);
    },
  });
  const thumb = (up: boolean) => {
    setDetails(!up);
    if (given?.thumbs === up) return;
    give.mutate({ thumbs: up, defects: up ? [] : (given?.defects ?? []), comment: given?.comment ?? "" });
  };
  const busy = give.isPending || undo.isPending;
  return (
    <div className="answer-feedback">
      <div className="row" style={{ gap: 4 }} role="group" aria-label="Your feedback">
        <Thumb up pressed={given?.thumbs === true} disabled={busy} onClick={() => thumb(true)} />
        <Thumb up={false} pressed={given?.thumbs === false} disabled={busy} onClick={() => thumb(false)} />
        {given && (
          <Button size="compact-xs" variant="subtle" color="gray" leftSection={<Undo2 size={13} />} disabled={busy} onClick={() => undo.mutate()}>
            Undo
          </Button>
        )}
        <span className="dim answer-said" role="status">
          {given ? said(given) : ""}
        </span>
        {given?.thumbs === false && !details && (
          <Button size="compact-xs" variant="subtle" onClick={() => setDetails(true)}>
            {given.defects.length || given.comment ? "Change" : "Say what is wrong"}
          </Button>
        )}
      </div>
      {details && given?.thumbs === false && (
        <Details
          key={given.ids.length}
          given={given}
          busy={busy}
          onClose={() => setDetails(false)}
          onSend={(defects, comment) => give.mutate({ thumbs: false, defects, comment }, { onSuccess: () => setDetails(false) })}
        />
      )}
      {(give.isError || undo.isError) && <ProblemBox error={give.error ?? undo.error} />}
    </div>
  );
}

function Thumb({ up, pressed, disabled, onClick }: { up: boolean; pressed: boolean; disabled: boolean; onClick: () => void }) {
  const Icon = up ? ThumbsUp : ThumbsDown;
  const label = up ? "Thumbs up" : "Thumbs down";
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        aria-pressed={pressed}
        variant={pressed ? "filled" : "subtle"}
        color={pressed ? (up ? "pine" : "clay.6") : "gray"}
        disabled={disabled}
        onClick={onClick}
        size={30}
      >
        <Icon size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

interface DetailsProps {
  given: Given;
  busy: boolean;
  onSend: (defects: string[], comment: string) => void;
  onClose: () => void;
}

function Details({ given, busy, onSend, onClose }: DetailsProps) {
  const { data: metrics } = useQuery(metricsQuery);
  const [defects, setDefects] = useState(given.defects);
  const [comment, setComment] = useState(given.comment);
  const choices = metrics?.find((metric) => metric.name === "defects")?.categories ?? [];
  return (
    <section className="card card-pad answer-details appear" aria-label="What is wrong with the answer">
      <div className="label">What is wrong? All that apply, or none.</div>
      <Chip.Group multiple value={defects} onChange={setDefects}>
        <div className="row" style={{ gap: 7 }}>
          {choices.map((word) => (
            <Chip key={word} value={word} size="xs" variant="outline" color="clay.6">
              {words(word)}
            </Chip>
          ))}
        </div>
      </Chip.Group>
      <Textarea
        aria-label="Comment"
        placeholder="A comment, if you like"
        autosize
        minRows={2}
        maxRows={6}
        value={comment}
        onChange={(e) => setComment(e.currentTarget.value)}
      />
      <div className="row" style={{ justifyContent: "flex-end" }}>
        <Button size="xs" variant="subtle" color="gray" onClick={onClose}>
          Not now
        </Button>
        <Button size="xs" loading={busy} disabled={defects.length === 0 && comment.trim() === ""} onClick={() => onSend(defects, comment.trim())}>
          Send
        </Button>
      </div>
    </section>
  );
}

/** Only what changed is sent; each is a feedback of its own. */
export function changed(logId: string, before: Given | undefined, now: Omit<Given, "ids">): NewFeedback[] {
  const feedback: NewFeedback[] = [];
  if (before?.thumbs !== now.thumbs) feedback.push({ log_id: logId, name: "thumbs", value: now.thumbs });
  if ((before?.defects ?? []).join() !== now.defects.join()) feedback.push({ log_id: logId, name: "defects", value: now.defects });
  if ((before?.comment ?? "") !== now.comment) feedback.push({ log_id: logId, name: "comment", value: now.comment });
  return feedback;
}

function said({ thumbs, defects, comment }: Given): string {
  const more = [...defects.map(words), ...(comment ? ["with a comment"] : [])];
  return `${thumbs ? "Thumbs up" : "Thumbs down"} recorded${more.length ? `: ${more.join(", ")}` : ""}`;
}
