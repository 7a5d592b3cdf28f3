// Who works at a queue: how much, how fast, how well; an admin lets them pause and go on.
import { Button, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Users } from "lucide-react";
import { Fragment, useState } from "react";
import type { Queue } from "~/api/review/queue";
import { changeReviewer, reportQuery, reviewersQuery, type Reviewer } from "~/api/review/reviewer";
import { useMay, useMe } from "~/api/session";
import { count, duration, percent } from "~/text/format";
import { Confirm } from "~/ui/Confirm";
import { Empty } from "~/ui/Empty";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { ConfusionTable } from "./ConfusionTable";
import { ReviewerWork } from "./ReviewerWork";

const LOOK: Record<Reviewer["state"], string> = { active: "pill pill-good", paused: "pill pill-warn", away: "pill" };

export function ReviewersTab({ queue }: { queue: Queue }) {
  const list = useQuery(reviewersQuery(queue.id));
  const admin = useMay("admin");
  const { user } = useMe();
  const queries = useQueryClient();
  const [open, setOpen] = useState<string>();
  const change = useMutation({
    mutationFn: ({ id, state }: { id: string; state: Reviewer["state"] }) => changeReviewer(queue.id, id, { state }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["reviewers", queue.id] }),
  });
  if (!list.data) return list.isError ? <LoadError query={list} /> : <Skeleton height={240} radius="lg" />;
  if (list.data.length === 0) {
    return (
      <div className="card">
        <Empty art={<Users size={40} strokeWidth={1.4} />} title="Nobody works here yet">Everyone with the role “reviewer” may, unless the settings name people. Their pace and agreement appear with their first reviews.</Empty>
      </div>
    );
  }
  return (
    <div className="stack">
      <p className="dim tab-lede">
        {admin ? "Agreement is the share of answers that were the same as what the task came to; checks are tasks whose answer was known. Below twenty of them, take both with a grain of salt." : "Your own numbers. Others see theirs; admins see all."}
      </p>
      {change.isError && <ProblemBox error={change.error} />}
      <div className="card table-wrap">
        <table className="table table-cards" aria-label="Reviewers">
          <thead>
            <tr>
              <th>Person</th>
              <th className="right">Reviews</th>
              <th className="right">Each</th>
              <th className="right">Agrees with the outcome</th>
              <th className="right">Checks</th>
              <th className="right">Kept for them</th>
              <th className="right">Skipped, handed on</th>
              <th className="right">Suggestions followed</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {list.data.map((one) => (
              <Fragment key={one.user}>
                <tr>
                  <td>
                    <strong>{one.name ?? one.user}</strong> {one.state !== "active" && <span className={LOOK[one.state]} title={one.reason ?? undefined}>{one.state}</span>}
                  </td>
                  <td className="right num" data-label="Reviews">{count(one.done)}{one.rejected > 0 && <span className="dim"> · {one.rejected} sent back</span>}</td>
                  <td className="right num" data-label="Each" data-none={one.pace_s === null}>{one.pace_s === null ? "–" : duration(one.pace_s * 1000)}</td>
                  <td className="right num" data-label="Agrees" data-none={one.compared === 0}><ShareText right={one.agreed} of={one.compared} /></td>
                  <td className="right num" data-label="Checks" data-none={one.gold_done === 0}><ShareText right={one.gold_right} of={one.gold_done} /></td>
                  <td className="right num" data-label="Kept for them" data-none={!one.waiting}>{count(one.waiting ?? 0)}</td>
                  <td className="right num" data-label="Skipped, handed on" data-none={one.skips + one.escalations === 0}>{one.skips}, {one.escalations}</td>
                  <td className="right num" data-label="Suggestions followed" data-none={one.suggested === 0}><ShareText right={one.followed} of={one.suggested} /></td>
                  <td className="right">
                    <span className="row reviewer-actions">
                      {one.done > 0 && (
                        <Button size="compact-xs" variant="subtle" color="gray" aria-expanded={open === one.user} onClick={() => setOpen(open === one.user ? undefined : one.user)}>
                          Details
                        </Button>
                      )}
                      {(admin || one.user === user?.id) && (
                        <StateButton reviewer={one} own={one.user === user?.id} mayResume={admin || one.state === "away"} onChange={(state) => change.mutate({ id: one.user, state })} />
                      )}
                    </span>
                  </td>
                </tr>
                {open === one.user && (
                  <tr>
                    <td colSpan={9}>
                      <Details reviewer={one} queue={queue} />
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function ShareText({ right, of }: { right: number; of: number }) {
  return of === 0 ? <>–</> : <span title={`${right} of ${of}`}>{percent(right / of)} <span className="dim">of {of}</span></span>;
}

function StateButton({ reviewer, own, mayResume, onChange }: { reviewer: Reviewer; own: boolean; mayResume: boolean; onChange: (state: Reviewer["state"]) => void }) {
  if (reviewer.state === "active" && own) {
    return (
      <Button size="compact-xs" variant="subtle" color="gray" title="What is kept for you goes to others, until you are back" onClick={() => onChange("away")}>
        I am away
      </Button>
    );
  }
  if (reviewer.state === "active") {
    return (
      <Confirm size="compact-xs" color="gray" className="" question={`${reviewer.name ?? "This person"} gets no new tasks here until someone lets them go on. What they have said stays.`} confirm="Pause" onConfirm={() => onChange("paused")} aria-label={`Pause ${(reviewer.name ?? reviewer.user)}`}>
        Pause
      </Confirm>
    );
  }
  return mayResume ? (
    <Button size="compact-xs" variant="light" onClick={() => onChange("active")} aria-label={own ? undefined : `Let ${reviewer.name ?? reviewer.user} go on`}>
      {own ? "I am back" : "Go on"}
    </Button>
  ) : null;
}

function Details({ reviewer, queue }: { reviewer: Reviewer; queue: Queue }) {
  const report = useQuery(reportQuery(queue.id, reviewer.user));
  if (!report.data) return report.isError ? <LoadError query={report} /> : <Skeleton height={120} radius="md" />;
  // Numbers have as many answers as there were; a table of them says nothing.
  const tables = Object.entries(report.data.confusion).filter(([, { labels }]) => labels.length > 1 && labels.length <= 12);
  return (
    <div className="reviewer-details">
      <ReviewerWork report={report.data} name={reviewer.name ?? reviewer.user} />
      {tables.length === 0 && <p className="dim">No question here has answers that can be counted against each other.</p>}
      {tables.map(([key, confusion]) => (
        <ConfusionTable key={key} confusion={confusion} question={queue.rubric.questions.find((question) => question.key === key)} name={reviewer.name ?? reviewer.user} />
      ))}
    </div>
  );
}
