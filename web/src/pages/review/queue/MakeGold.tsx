// Tasks on which all agree become checks for those who did not review them.
import { Button, NumberInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { makeGold } from "~/api/review/assign";
import type { Queue } from "~/api/review/queue";
import { plural } from "~/text/format";
import { FormModal } from "~/ui/FormModal";
import { ProblemBox } from "~/ui/ProblemBox";
import { answerText } from "../rubric/AnswerText";

export function MakeGold({ queue }: { queue: Queue }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="xs" variant="default" leftSection={<ShieldCheck size={14} />} onClick={() => setOpen(true)}>Make checks</Button>
      <FormModal opened={open} onClose={() => setOpen(false)} title="Make checks of what all agree on">
        <Form queue={queue} />
      </FormModal>
    </>
  );
}

function Form({ queue }: { queue: Queue }) {
  const queries = useQueryClient();
  const [reviews, setReviews] = useState<number | string>(Math.min(3, queue.overlap.type === "fixed" ? queue.overlap.reviews : queue.overlap.max));
  const [limit, setLimit] = useState<number | string>(100);
  const make = useMutation({
    mutationFn: (preview: boolean) => makeGold(queue.id, Number(reviews), Number(limit), preview),
    onSuccess: async ({ preview }) => {
      if (!preview) await Promise.all(["tasks", "progress"].map((key) => queries.invalidateQueries({ queryKey: [key, queue.id] })));
    },
  });
  const found = make.data;
  const { questions } = queue.rubric;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate(!(found?.preview && found.tasks.length > 0));
      }}
    >
      <p className="dim" style={{ margin: 0 }}>What their reviewers said becomes the right answer; free text is left out. Whoever reviewed a task is not given it as a check, and each check can be taken back.</p>
      <div className="row">
        <NumberInput className="grow" label="Of the same mind, at least" min={1} max={50} suffix=" reviews" value={reviews} onChange={(n) => { setReviews(n); make.reset(); }} />
        <NumberInput className="grow" label="At most" min={1} max={1000} suffix=" tasks" value={limit} onChange={(n) => { setLimit(n); make.reset(); }} />
      </div>
      {make.isError && <ProblemBox error={make.error} />}
      {found && (
        <div role="status" className="stack">
          <strong>{found.preview ? (found.tasks.length === 0 ? "No task fits." : `${plural(found.tasks.length, "task")} would become checks.`) : `${plural(found.tasks.length, "check")} made.`}</strong>
          {found.known > 0 && <span className="dim">{plural(found.known, "task")} were checks already.</span>}
          {found.preview && (
            <ul className="plain stack">
              {found.tasks.slice(0, 5).map(({ task, preview, answers }) => (
                <li key={task}>
                  <span dir="auto">{preview.slice(0, 100)}</span>
                  <span className="dim"> · {questions.filter(({ key }) => key in answers).map((question) => `${question.title} ${answerText(question, (answers as Record<string, never>)[question.key])}`).join(" · ")}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
      <Button type="submit" loading={make.isPending}>{found?.preview && found.tasks.length > 0 ? `Make ${plural(found.tasks.length, "check")}` : "How many?"}</Button>
    </form>
  );
}
