// What the model answered and what people made of it: to read, by probability, or as it came.
import { Button, SegmentedControl } from "@mantine/core";
import { Bot, PencilLine } from "lucide-react";
import { useMemo, useState } from "react";
import type { Choice, LogDetail } from "~/api/types";
import { useKeys } from "~/shell/keys";
import { words } from "~/text/format";
import { Code, pretty } from "~/ui/Code";
import { Copy } from "~/ui/Copy";
import { Fold } from "~/ui/Fold";
import { Key } from "~/ui/Key";
import { CorrectedView } from "./CorrectedView";
import { CorrectionEditor } from "./CorrectionEditor";
import { PartView } from "./MessageView";
import { TokenView } from "./TokenView";
import { correctionsOf } from "./corrections";
import { answerOf, partsOf } from "./message";
import type { Review } from "./useReview";

type Mode = "read" | "corrected" | "difference" | "tokens" | "raw";
/** Taller answers begin folded. */
const FOLD_PX = 3000;

export function AnswerView({ log, review }: { log: LogDetail; review: Review }) {
  const [wanted, setMode] = useState<Mode>("read");
  const corrections = useMemo(() => correctionsOf(log.feedback), [log.feedback]);
  const corrected = corrections.length > 0;
  // A correction that was taken back leaves its tabs behind.
  const mode = !corrected && (wanted === "corrected" || wanted === "difference") ? "read" : wanted;
  const shadeable = log.logprobs.length > 0;
  const answer = answerOf(log);
  const editing = review.correcting;
  useKeys("Answer", [
    ...(shadeable ? [{ key: "t", does: "Shade the tokens by probability", run: () => setMode(mode === "tokens" ? "read" : "tokens") }] : []),
    ...(review.mayReview ? [{ key: "c", does: "Write a correction", run: () => review.correct() }] : []),
  ]);
  const modes = [
    { value: "read", label: corrected ? "Original" : "Read" },
    ...(corrected ? [{ value: "corrected", label: "Corrected" }, { value: "difference", label: "Difference" }] : []),
    ...(shadeable ? [{ value: "tokens", label: "Probability" }] : []),
    { value: "raw", label: "Raw" },
  ];
  return (
    <section className="answer card" aria-label="Answer">
      <header className="answer-head">
        <span className="message-icon" aria-hidden>
          <Bot size={15} />
        </span>
        <strong>{log.choices.length > 1 ? `Answers (${log.choices.length})` : "Answer"}</strong>
        {answer && <Copy text={answer} what="answer" size="xs" />}
        <span className="answer-gap" />
        {review.mayReview && !editing && <CorrectButton review={review} />}
        <SegmentedControl size="xs" className="answer-modes" data={modes} value={mode} onChange={(next) => setMode(next as Mode)} aria-label="How the answer is shown" />
      </header>
      {editing && <CorrectionEditor original={answer} review={review} />}
      {!editing && log.choices.length === 0 && <p className="dim answer-none">{NONE[log.status]}</p>}
      {(!editing || mode !== "read") && (
        <>
          {mode === "tokens" && <TokenView tokens={log.logprobs} />}
          {mode === "raw" && <Code code={pretty(log.choices)} what="answer as it came" wrap colour maxHeight={520} />}
          {(mode === "corrected" || mode === "difference") && <CorrectedView corrections={corrections} original={answer} difference={mode === "difference"} />}
          {mode === "read" && (
            <Fold px={FOLD_PX}>
              {log.choices.map((choice) => (
                <ChoiceView key={choice.index} choice={choice} many={log.choices.length > 1} />
              ))}
            </Fold>
          )}
        </>
      )}
    </section>
  );
}

/** Opens the correction; one that was begun and closed is marked. */
function CorrectButton({ review }: { review: Review }) {
  const unsaved = review.changed("correction");
  return (
    <Button
      size="xs"
      variant={unsaved ? "light" : "default"}
      color={unsaved ? "honey" : "pine"}
      leftSection={<PencilLine size={14} />}
      rightSection={<Key>c</Key>}
      onClick={review.correct}
    >
      {unsaved ? "Correction, unsaved" : "Correct"}
    </Button>
  );
}

const NONE: Record<LogDetail["status"], string> = {
  completed: "The model answered nothing.",
  failed: "The call failed before there was an answer.",
  cancelled: "The client went away before there was an answer.",
  configured: "The application got its configuration; it has not sent the answer yet.",
};

function ChoiceView({ choice, many }: { choice: Choice; many: boolean }) {
  const parts = partsOf(choice.message);
  const finish = choice.finish_reason;
  return (
    <div className="choice">
      {many && <div className="label">Answer {choice.index + 1}</div>}
      {parts.length === 0 ? <span className="dim">empty</span> : parts.map((part, i) => <PartView key={i} part={part} />)}
      {finish && finish !== "stop" && (
        <p className="choice-finish">
          <span className="pill pill-warn">ended by {words(finish)}</span>
        </p>
      )}
    </div>
  );
}
