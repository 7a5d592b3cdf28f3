// Thumbs under an answer; thumbs down may say what is wrong. Everything can be taken back.
import { Button, Chip, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { giveFeedback, retractFeedback } from "~/api/feedback";
import { metricsQuery } from "~/api/metric";
import { words } from "~/text/format";
import { uuid } from "~/text/uuid";
import { ProblemBox } from "~/ui/ProblemBox";
import "./vouchFeedback";
import type { Given, GivenDraft, Turn } from "./conversation";
import { changed, isUnsent, said, withDraft, withGiven } from "./given";

interface Props {
  turn: Turn & { logId: string };
  onChange: (change: (turn: Turn) => Turn) => void;
}

export function AnswerFeedback({ turn, onChange }: Props) {
  const { given, draft, logId } = turn;
  const give = useMutation({
    mutationFn: (change: Omit<Given, "ids">) => giveFeedback(changed(logId, given, change), uuid()),
    onSuccess: ({ ids }, change) => onChange((now) => withGiven(now, { ...change, ids: [...new Set([...(now.given?.ids ?? []), ...ids])] })),
  });
  const undo = useMutation({
    // The newest first, else an older one would count again for a moment.
    mutationFn: async () => {
      for (const id of [...(given?.ids ?? [])].reverse()) await retractFeedback(id);
    },
    onSuccess: () => onChange((now) => withGiven(now, undefined)),
  });
  const typed: GivenDraft = draft ?? { open: false, defects: given?.defects ?? [], comment: given?.comment ?? "" };
  const write = (change: Partial<GivenDraft>) => onChange((now) => withDraft(now, { ...typed, ...change }));
  const thumb = async (up: boolean) => {
    write({ open: !up });
    if (given?.thumbs === up || undo.isPending) return;
    await give.mutateAsync({ thumbs: up, defects: up ? [] : (given?.defects ?? []), comment: given?.comment ?? "" });
  };
  const send = () =>
    give.mutate({ thumbs: false, defects: typed.defects, comment: typed.comment.trim() }, { onSuccess: () => onChange((now) => withDraft(now, undefined)) });
  const busy = give.isPending || undo.isPending;
  const down = given?.thumbs === false;
  return (
    <div className="answer-feedback">
      <div className="row" style={{ gap: 4 }}>
        {/* As who one is, not with a token: the feedback is a reviewer's, and can be taken back. */}
        <vouch-feedback compact="" comment="off" question="Your feedback" value={given?.thumbs ?? null} deliver={({ value }) => thumb(value)} />
        {given && (
          <Button size="compact-xs" variant="subtle" color="gray" leftSection={<Undo2 size={13} />} disabled={busy} onClick={() => undo.mutate()}>
            Undo
          </Button>
        )}
        <span className="dim answer-said" role="status">
          {given ? said(given) : ""}
        </span>
        {down && !typed.open && (
          <Button size="compact-xs" variant="subtle" onClick={() => write({ open: true })}>
            {isUnsent(draft, given) ? "Go on writing, not sent yet" : given.defects.length || given.comment ? "Change" : "Say what is wrong"}
          </Button>
        )}
      </div>
      {down && typed.open && <Details typed={typed} busy={busy} onWrite={write} onSend={send} />}
      {(give.isError || undo.isError) && <ProblemBox error={give.error ?? undo.error} />}
    </div>
  );
}

interface DetailsProps {
  typed: GivenDraft;
  busy: boolean;
  onWrite: (change: Partial<GivenDraft>) => void;
  onSend: () => void;
}

function Details({ typed: { defects, comment }, busy, onWrite, onSend }: DetailsProps) {
  const { data: metrics } = useQuery(metricsQuery);
  const choices = metrics?.find((metric) => metric.name === "defects")?.categories ?? [];
  return (
    <section className="card card-pad answer-details appear" aria-label="What is wrong with the answer">
      <div className="label">What is wrong? All that apply, or none.</div>
      <Chip.Group multiple value={defects} onChange={(next) => onWrite({ defects: next })}>
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
        onChange={(e) => onWrite({ comment: e.currentTarget.value })}
      />
      <div className="row" style={{ justifyContent: "flex-end" }}>
        <Button size="xs" variant="subtle" color="gray" onClick={() => onWrite({ open: false })}>
          Not now
        </Button>
        <Button size="xs" loading={busy} disabled={defects.length === 0 && comment.trim() === ""} onClick={onSend}>
          Send
        </Button>
      </div>
    </section>
  );
}
