// A queue being made or changed; the form as reviewers will see it stands beside.
import "~/pages/log/log.css";
import "../review.css";
import "./edit.css";
import { SegmentedControl, Skeleton, Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState, type FormEvent } from "react";
import { asProblem } from "~/api/problem";
import { archiveQueue, changeQueue, createQueue, queueQuery, type Queue, type QueueSpec } from "~/api/review/queue";
import { CameBack, EditorFoot } from "~/pages/deployments/EditorFoot";
import { same } from "~/text/draft";
import { Confirm } from "~/ui/Confirm";
import { LoadError } from "~/ui/LoadError";
import { PageHead } from "~/ui/PageHead";
import { ProblemBox } from "~/ui/ProblemBox";
import { useKept } from "~/ui/useKept";
import { Basics } from "./Basics";
import { Flow } from "./Flow";
import { FormPreview } from "./FormPreview";
import { GuidelinesEditor } from "./GuidelinesEditor";
import { People } from "./People";
import { Questions } from "./Questions";
import { Quality } from "./Quality";
import { EMPTY, specOf } from "./spec";

export interface SectionProps {
  spec: QueueSpec;
  set: (change: Partial<QueueSpec>) => void;
  errorAt: (pointer: string) => string | undefined;
}

export function QueueEditPage() {
  const { id } = useParams({ strict: false });
  return id === undefined ? <Editor /> : <Existing id={id} />;
}

function Existing({ id }: { id: string }) {
  const queue = useQuery(queueQuery(id));
  if (queue.isError) return <div className="page page-narrow"><LoadError query={queue} /></div>;
  return queue.data ? <Editor key={id} queue={queue.data} /> : <div className="page"><Skeleton height={500} radius="lg" /></div>;
}

const STATES = [{ value: "open", label: "Open" }, { value: "paused", label: "Paused" }, { value: "closed", label: "Closed" }];
const MEANT: Record<Queue["state"], string> = {
  open: "Reviewers get tasks, and rules bring new ones.",
  paused: "Nobody gets tasks for now; rules go on bringing new ones.",
  closed: "What is in it is finished; rules bring nothing new.",
};

function Editor({ queue }: { queue?: Queue }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const kept = useKept<QueueSpec>(`queue:${queue?.id ?? "new"}`, queue ? specOf(queue) : EMPTY);
  const spec = kept.value;
  const [reopen, setReopen] = useState(false);
  const rubricChanged = queue !== undefined && !same(queue.rubric, spec.rubric);
  const save = useMutation({
    meta: { keepsDraft: true },
    mutationFn: () => {
      // What kind of items it holds stays, and the server takes no word on it.
      const { item: _, ...change } = spec;
      return queue ? changeQueue(queue.id, { ...change, ...(rubricChanged && reopen ? { reopen: true } : {}) }) : createQueue(spec);
    },
    onSuccess: async (made) => {
      queries.setQueryData(queueQuery(made.id).queryKey, made);
      await Promise.all([queries.invalidateQueries({ queryKey: ["queues"] }), queries.invalidateQueries({ queryKey: ["progress", made.id] })]);
      await navigate({ to: "/review/$id", params: { id: made.id } });
      kept.forget();
    },
  });
  const change = useMutation({
    mutationFn: (state: Queue["state"] | "archived") => (state === "archived" ? archiveQueue(queue!.id) : changeQueue(queue!.id, { state }).then(() => undefined)),
    onSuccess: async (_, state) => {
      await Promise.all([queries.invalidateQueries({ queryKey: ["queues"] }), queries.invalidateQueries({ queryKey: ["queue", queue!.id] })]);
      if (state === "archived") await navigate({ to: "/review" });
    },
  });
  const problem = save.isError ? asProblem(save.error) : undefined;
  const errorAt = (pointer: string) => problem?.at(pointer);
  const set = (part: Partial<QueueSpec>) => kept.set({ ...spec, ...part });
  const section: SectionProps = { spec, set, errorAt };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <div className="page edit-page">
      <Link {...(queue ? { to: "/review/$id", params: { id: queue.id } } : { to: "/review" })} className="log-back queue-back">
        <ArrowLeft size={15} aria-hidden /> {queue?.name ?? "Review"}
      </Link>
      <PageHead title={queue ? `Settings of ${queue.name}` : "New queue"} lede="What is asked, of what, by whom, and how often. Beside is the form as reviewers see it." />
      <div className="edit-grid">
        <form className="stack" onSubmit={submit}>
          <CameBack kept={kept} />
          <Basics {...section} fixed={queue !== undefined} />
          <Questions {...section} />
          <GuidelinesEditor {...section} />
          <Flow {...section} queue={queue} />
          <Quality {...section} />
          <People {...section} />
          {rubricChanged && <Switch label="Ask the changed questions again of tasks that are complete" checked={reopen} onChange={(e) => setReopen(e.currentTarget.checked)} />}
          {problem && <ProblemBox error={problem} />}
          <EditorFoot kept={kept} save={queue ? "Save" : "Create the queue"} saving={save.isPending} onLeave={() => void navigate(queue ? { to: "/review/$id", params: { id: queue.id } } : { to: "/review" })} />
          {queue && (
            <section className="card card-pad row" aria-label="State of the queue">
              <SegmentedControl size="xs" aria-label="State" data={STATES} value={queue.state} disabled={change.isPending} onChange={(state) => change.mutate(state as Queue["state"])} />
              <span className="grow dim">{MEANT[queue.state]}</span>
              {change.isError && <ProblemBox error={change.error} />}
              <Confirm size="xs" question="Archive this queue? It disappears from the list; what was reviewed stays." confirm="Archive" onConfirm={() => change.mutate("archived")}>
                Archive
              </Confirm>
            </section>
          )}
        </form>
        <FormPreview spec={spec} />
      </div>
    </div>
  );
}
