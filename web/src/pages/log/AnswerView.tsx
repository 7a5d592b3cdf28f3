// What the model answered: to read, by probability, or as it came; and the way to correct it.
import { Button, SegmentedControl } from "@mantine/core";
import { Bot, PencilLine } from "lucide-react";
import { useState } from "react";
import type { Choice, LogDetail } from "~/api/types";
import { useKeys } from "~/shell/keys";
import { words } from "~/text/format";
import { Code, pretty } from "~/ui/Code";
import { Copy } from "~/ui/Copy";
import { Key } from "~/ui/Key";
import { CorrectionEditor } from "./CorrectionEditor";
import { PartView } from "./MessageView";
import { TokenView } from "./TokenView";
import { answerOf, partsOf } from "./message";
import type { Review } from "./useReview";

type Mode = "read" | "tokens" | "raw";

export function AnswerView({ log, review }: { log: LogDetail; review: Review }) {
  const [mode, setMode] = useState<Mode>("read");
  const shadeable = log.logprobs.length > 0;
  const answer = answerOf(log);
  const editing = review.correcting;
  useKeys("Answer", [
    ...(shadeable ? [{ key: "t", does: "Shade the tokens by probability", run: () => setMode(mode === "tokens" ? "read" : "tokens") }] : []),
    ...(review.mayReview ? [{ key: "c", does: "Write a correction", run: () => review.correct(answer) }] : []),
  ]);
  const modes = [
    { value: "read", label: "Read" },
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
        <SegmentedControl size="xs" ml="auto" data={modes} value={mode} onChange={(next) => setMode(next as Mode)} aria-label="How the answer is shown" />
        {review.mayReview && !editing && (
          <Button size="xs" variant="default" leftSection={<PencilLine size={14} />} rightSection={<Key>c</Key>} onClick={() => review.correct(answer)}>
            Correct
          </Button>
        )}
      </header>
      {editing && <CorrectionEditor original={answer} review={review} />}
      {!editing && log.choices.length === 0 && <p className="dim answer-none">{NONE[log.status]}</p>}
      {(!editing || mode !== "read") && (
        <>
          {mode === "tokens" && <TokenView tokens={log.logprobs} />}
          {mode === "raw" && <Code code={pretty(log.choices)} what="answer as it came" wrap colour maxHeight={520} />}
          {mode === "read" && log.choices.map((choice) => <ChoiceView key={choice.index} choice={choice} many={log.choices.length > 1} />)}
        </>
      )}
    </section>
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
