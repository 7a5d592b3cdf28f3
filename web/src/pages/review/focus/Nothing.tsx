// No item to show: still on its way, all done, a pause, or no connection – and what to do about it.
import { Button, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheckBig, Coffee, PauseCircle, Unplug } from "lucide-react";
import { progressQuery, type Queue } from "~/api/review/queue";
import { changeReviewer } from "~/api/review/reviewer";
import { useMay, useMe } from "~/api/session";
import { plural } from "~/text/format";
import { Empty } from "~/ui/Empty";
import { LinkButton } from "~/ui/LinkButton";
import { Markdown } from "~/ui/Markdown";
import { ProblemBox } from "~/ui/ProblemBox";
import { AnswerText } from "../rubric/AnswerText";
import { askedOf } from "../rubric/asked";
import { itemTitle } from "../item/itemText";
import { Skipped } from "../Skipped";
import type { WorkState } from "../work/state";

export function Nothing({ queue, state, onRetry }: { queue: Queue; state: WorkState; onRetry: () => void }) {
  const admin = useMay("admin");
  const { user } = useMe();
  const queries = useQueryClient();
  const away = useQuery(progressQuery(queue.id)).data?.mine?.state === "away";
  const back = useMutation({
    mutationFn: () => changeReviewer(queue.id, user!.id, { state: "active" }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["progress", queue.id] });
      onRetry();
    },
  });
  if (state.phase === "loading") {
    return (
      <div className="focus-grid" aria-busy="true" role="status" aria-label="The next items are on their way">
        <Skeleton height={420} radius="lg" />
        <Skeleton height={320} radius="lg" />
      </div>
    );
  }
  if (state.phase === "failed") {
    return state.error?.unreachable ? (
      <div className="card">
        <Empty art={<Unplug size={40} strokeWidth={1.4} />} title="The next items have not come" action={<Button onClick={onRetry}>Try again</Button>}>
          What you decided is kept in this browser and sent as soon as the server answers.
        </Empty>
      </div>
    ) : (
      <ProblemBox error={state.error} onRetry={onRetry} />
    );
  }
  if (state.phase === "paused") {
    const missed = state.past.filter(({ gold }) => gold && !gold.right);
    return (
      <div className="card card-pad stack paused-card">
        <Empty art={<PauseCircle size={40} strokeWidth={1.4} />} title={missed.length > 0 ? "Time for another look at the guidelines" : "Your work here rests"} action={away ? <Button loading={back.isPending} onClick={() => back.mutate()}>I am back</Button> : undefined}>
          {state.pausedFor}
        </Empty>
        {missed.length > 0 && queue.guidelines.trim() && <Markdown text={queue.guidelines} />}
        {missed.map(({ id, held, gold, answers }) => (
          <div key={id} className="missed">
            <strong dir="auto">{itemTitle(held?.turn.item).slice(0, 160)}</strong>
            {askedOf(queue.rubric, gold!.answers).map((question) => (
              <div key={question.key}>
                <span className="dim">{question.title}</span> you said <AnswerText question={question} value={answers[question.key]} />, agreed on was <AnswerText question={question} value={gold!.answers[question.key]} />
              </div>
            ))}
          </div>
        ))}
      </div>
    );
  }
  const stopped = queue.state === "paused" || queue.archived_at !== null;
  return (
    <div className="stack">
    <div className="card">
      <Empty
        art={stopped ? <Coffee size={40} strokeWidth={1.4} /> : <CircleCheckBig size={40} strokeWidth={1.4} />}
        title={stopped ? `This queue is ${queue.archived_at ? "archived" : "paused"}` : state.done > 0 ? `All done – ${plural(state.done, "decision")} in this sitting` : "Nothing waits for you here"}
        action={
          <div className="row">
            <LinkButton to="/review">All queues</LinkButton>
            {admin && (
              <LinkButton to="/review/$id" params={{ id: queue.id }} variant="default">
                This queue
              </LinkButton>
            )}
          </div>
        }
      >
        {stopped ? "An admin opens it again in its settings." : "What comes in, or comes back from others, appears here by itself."}
      </Empty>
    </div>
    {!stopped && <Skipped queue={queue.id} onTaken={onRetry} />}
    </div>
  );
}
