// What is in a queue: filtered by state, searched by words.
import { Button, NativeSelect, SegmentedControl, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Search, SearchX } from "lucide-react";
import { useEffect, useState } from "react";
import { changeTask, takeGoldBack } from "~/api/review/assign";
import type { Queue } from "~/api/review/queue";
import { tasksQuery, type Task } from "~/api/review/task";
import { useMay } from "~/api/session";
import { usersQuery } from "~/api/user";
import { words } from "~/text/format";
import { Confirm } from "~/ui/Confirm";
import { Empty } from "~/ui/Empty";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { When } from "~/ui/When";
import { Due } from "../Due";
import { MakeGold } from "./MakeGold";
import { ShareOut } from "./ShareOut";

const STATES = [["", "All"], ["open", "Open"], ["conflict", "In conflict"], ["complete", "Complete"], ["gold", "Checks"]].map(([value, label]) => ({ value: value!, label: label! }));
const LOOK: Record<Task["state"], string> = { open: "pill", conflict: "pill pill-warn", complete: "pill pill-good", cancelled: "pill" };

/** A log is read where logs are read. */
function TaskName({ task }: { task: Task }) {
  const name = task.preview || task.id;
  return task.item.log_id === null ? <>{name}</> : <Link to="/logs/$id" params={{ id: task.item.log_id }}>{name}</Link>;
}

export function TasksTab({ queue }: { queue: Queue }) {
  const search = useSearch({ from: "/app/review/$id" });
  const navigate = useNavigate();
  const admin = useMay("admin");
  const [typed, setTyped] = useState(search.q ?? "");
  const [q] = useDebouncedValue(typed, 250);
  const set = (change: { state?: string; q?: string }) => void navigate({ to: "/review/$id", params: { id: queue.id }, search: { ...search, tab: "tasks", ...change }, replace: true, resetScroll: false });
  useEffect(() => {
    if (q !== (search.q ?? "")) set({ q });
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [q]);
  const list = useInfiniteQuery(tasksQuery(queue.id, { ...(search.state ? { state: search.state } : {}), ...(search.q ? { q: search.q } : {}) }));
  const tasks = (list.data?.pages ?? []).flatMap((page) => page.items);
  const queries = useQueryClient();
  const users = (useQuery({ ...usersQuery, enabled: admin }).data ?? []).filter(({ role, disabled_at }) => role !== "viewer" && disabled_at === null);
  const change = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onSettled: () => Promise.all(["tasks", "reviewers", "progress"].map((key) => queries.invalidateQueries({ queryKey: [key, queue.id] }))),
  });
  const keptFor = ({ assignees = [] }: Task) => (assignees.length > 1 ? "several" : (assignees[0] ?? ""));
  const choices = (task: Task) => [
    { value: "", label: "anybody" },
    ...(keptFor(task) === "several" ? [{ value: "several", label: task.assignees!.map((id) => users.find((user) => user.id === id)?.name ?? id).join(", ") }] : []),
    ...users.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <div className="stack">
      <div className="row">
        <SegmentedControl size="xs" aria-label="State" data={admin ? STATES : STATES.filter(({ value }) => value !== "gold")} value={search.state ?? ""} onChange={(state) => set({ state })} />
        <TextInput className="grow" size="xs" aria-label="Search in this queue" placeholder="Search in this queue" leftSection={<Search size={14} />} value={typed} onChange={(e) => setTyped(e.currentTarget.value)} />
        {admin && <ShareOut queue={queue} />}
        {admin && (queue.gold.rate > 0 || queue.gold.onboarding > 0) && <MakeGold queue={queue} />}
      </div>
      {change.isError && <ProblemBox error={change.error} />}
      {!admin && <p className="dim" style={{ margin: 0 }}>You see the tasks that you have reviewed.</p>}
      <LoadError query={list} />
      {list.isPending && <Skeleton height={240} radius="lg" />}
      {list.data && tasks.length === 0 && (
        <div className="card">
          <Empty art={<SearchX size={40} strokeWidth={1.4} />} title="No task fits">{search.q || search.state ? "Try fewer words, or another state." : "Tasks appear here as they come in."}</Empty>
        </div>
      )}
      {tasks.length > 0 && (
        <div className="card table-wrap">
          <table className="table table-cards" aria-label="Tasks">
            <thead>
              <tr>
                <th>Item</th>
                <th>State</th>
                <th className="right">Reviews</th>
                <th>Priority</th>
                {admin && <th>Kept for</th>}
                <th>From</th>
                <th>Came</th>
              </tr>
            </thead>
            <tbody>
              {tasks.map((task) => (
                <tr key={task.id}>
                  <td className="task-item" dir="auto" title={task.preview}><TaskName task={task} /></td>
                  <td>
                    <span className={LOOK[task.state]}>{words(task.state)}</span> {task.due_at && task.state === "open" && <Due at={task.due_at} overdue={0} />}
                  </td>
                  <td className="right num" data-label="Reviews" title="Given of those that are wanted now">{task.reviews}{!task.gold && ` of ${task.wanted}`}</td>
                  <td className={task.priority === "normal" ? "dim" : undefined} data-label="Priority" data-none={task.priority === "normal"}>{task.priority}</td>
                  {admin && (
                    <td className="dim" data-label="Kept for" data-none={!task.gold && task.state !== "open"}>
                      {task.gold ? (
                        <Confirm question="Nobody is given this check any more. What people answered stays with them." confirm="Take back" onConfirm={() => change.mutate(() => takeGoldBack(task.id))} aria-label={`Take back: ${(task.preview || task.id).slice(0, 60)}`}>
                          Take back
                        </Confirm>
                      ) : task.state === "open" ? (
                        <NativeSelect size="xs" aria-label={`Kept for: ${(task.preview || task.id).slice(0, 60)}`} value={keptFor(task)} data={choices(task)} onChange={(e) => { const assignee = e.currentTarget.value || null; change.mutate(() => changeTask(task.id, { assignee })); }} />
                      ) : null}
                    </td>
                  )}
                  <td className="dim clip" data-label="From">{task.origin.type === "rule" ? task.origin.key : task.origin.type === "added" ? "added by hand" : task.origin.type === "promoted" ? "all agreed" : "imported"}</td>
                  <td className="dim" data-label="Came"><When at={task.created_at} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasNextPage && (
        <div className="row" style={{ justifyContent: "center" }}>
          <Button variant="default" size="xs" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>More</Button>
        </div>
      )}
    </div>
  );
}
