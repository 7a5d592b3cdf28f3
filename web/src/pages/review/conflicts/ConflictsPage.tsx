// Where reviewers differ: from conflict to conflict by key, adopt one of them or say one's own, with the reason.
import "~/pages/log/log.css";
import "../review.css";
import "./conflicts.css";
import { Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, Handshake } from "lucide-react";
import { useState } from "react";
import { useActorName } from "~/api/actor";
import { adjudicate, conflictsQuery, rejectReview, type Conflict, type Decision } from "~/api/review/conflict";
import { queueQuery, type Queue } from "~/api/review/queue";
import { useKeys } from "~/shell/keys";
import { plural } from "~/text/format";
import { Empty } from "~/ui/Empty";
import { LinkButton } from "~/ui/LinkButton";
import { LoadError } from "~/ui/LoadError";
import { useTitle } from "~/ui/useTitle";
import { blurWanted } from "../focus/comfort";
import { Blur } from "../item/Blur";
import { ItemView } from "../item/ItemView";
import { itemTitle } from "../item/itemText";
import { ConflictPanel } from "./ConflictPanel";

export function ConflictsPage() {
  const { id } = useParams({ from: "/app/review/$id/conflicts" });
  const queue = useQuery(queueQuery(id)).data;
  const conflicts = useQuery(conflictsQuery(id));
  useTitle("Conflicts");
  return (
    <div className="page focus-page">
      <header className="focus-head">
        <Link to="/review/$id" params={{ id }} className="log-back">
          <ArrowLeft size={15} aria-hidden /> {queue?.name ?? "Queue"}
        </Link>
        <h1>Conflicts</h1>
        {conflicts.data && conflicts.data.length > 0 && <span className="dim num">{plural(conflicts.data.length, "task")} to decide</span>}
      </header>
      <LoadError query={conflicts} />
      {conflicts.isPending && <Skeleton height={420} radius="lg" />}
      {conflicts.data?.length === 0 && (
        <div className="card">
          <Empty art={<Handshake size={40} strokeWidth={1.4} />} title="Nobody disagrees" action={<LinkButton to="/review/$id" params={{ id }}>This queue</LinkButton>}>
            Tasks on which all reviewers said the same accept themselves. Where they differ, or hand one on to you, it waits here for your decision.
          </Empty>
        </div>
      )}
      {queue && conflicts.data && conflicts.data.length > 0 && <Decide queue={queue} conflicts={conflicts.data} />}
    </div>
  );
}

const whyOf = ({ task }: Conflict): string => (task.escalated ? "Handed on" : task.state === "conflict" && task.reason === "second_review" ? "Second look" : "They differ");

function Decide({ queue, conflicts }: { queue: Queue; conflicts: Conflict[] }) {
  const queries = useQueryClient();
  const actorName = useActorName();
  // What is in hand stays in hand, whatever comes in before it.
  const [task, setTask] = useState(conflicts[0]?.task.id);
  const found = conflicts.findIndex((one) => one.task.id === task);
  const at = Math.max(0, found);
  const current = conflicts[at]!;
  const go = (by: number) => {
    const next = conflicts[Math.max(0, Math.min(conflicts.length - 1, at + by))];
    if (next) setTask(next.task.id);
  };
  const key = conflictsQuery(queue.id).queryKey;
  const leave = async (id: string) => {
    const next = conflicts[at + 1] ?? conflicts[at - 1];
    setTask(next?.task.id);
    queries.setQueryData(key, (page) => (page ? { ...page, items: page.items.filter((one) => one.task.id !== id) } : page));
    window.scrollTo({ top: 0 });
    await Promise.all([queries.invalidateQueries({ queryKey: ["progress", queue.id] }), queries.invalidateQueries({ queryKey: key })]);
  };
  const decide = useMutation({ meta: { keepsDraft: true }, mutationFn: (decision: Decision) => adjudicate(current.task.id, decision), onSuccess: () => leave(current.task.id) });
  const reject = useMutation({ meta: { keepsDraft: true }, mutationFn: ({ review, reason }: { review: string; reason: string }) => rejectReview(review, reason), onSuccess: () => leave(current.task.id) });
  useKeys("Conflicts", [
    { key: "j", does: "Next conflict", run: () => go(1) },
    { key: "k", does: "Conflict before", run: () => go(-1) },
  ]);
  return (
    <div className="conflicts-grid">
      <nav className="card conflicts-list" aria-label="Conflicts">
        <ol>
          {conflicts.map((one, i) => (
            <li key={one.task.id}>
              <button type="button" className="conflict-link" aria-current={i === at ? "true" : undefined} onClick={() => setTask(one.task.id)}>
                <span className="pill">{whyOf(one)}</span>
                <span className="conflict-title" dir="auto">{itemTitle(one.item).slice(0, 140)}</span>
              </button>
            </li>
          ))}
        </ol>
      </nav>
      <div className="focus-main stack" key={current.task.id}>
        {found < 0 && task !== undefined && <p className="returned" role="status">What you had open is decided: someone else was faster, or its author changed it. This is the next one.</p>}
        {current.task.escalated && (
          <p className="returned" role="note">
            <strong>{actorName(`user:${current.task.escalated.by}`)}</strong> handed this on: {current.task.escalated.reason}
          </p>
        )}
        <Blur on={blurWanted(queue)}>
          <ItemView item={current.item} order={current.item.type === "responses" ? current.item.responses.map((_, i) => i) : []} />
        </Blur>
        <ConflictPanel
          key={current.task.id}
          conflict={current}
          rubric={queue.rubric}
          busy={decide.isPending || reject.isPending}
          error={decide.error ?? reject.error}
          onDecide={(decision) => decide.mutate(decision)}
          onReject={(review, reason) => reject.mutate({ review, reason })}
        />
      </div>
    </div>
  );
}
