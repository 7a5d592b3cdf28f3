// What is in a queue: filtered by state, searched by words.
import { Button, SegmentedControl, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Search, SearchX } from "lucide-react";
import { useEffect, useState } from "react";
import type { Queue } from "~/api/review/queue";
import { tasksQuery, type Task } from "~/api/review/task";
import { useMay } from "~/api/session";
import { words } from "~/text/format";
import { Empty } from "~/ui/Empty";
import { LoadError } from "~/ui/LoadError";
import { When } from "~/ui/When";
import { Due } from "../Due";

const STATES = [["", "All"], ["open", "Open"], ["conflict", "In conflict"], ["complete", "Complete"]].map(([value, label]) => ({ value: value!, label: label! }));
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
  return (
    <div className="stack">
      <div className="row">
        <SegmentedControl size="xs" aria-label="State" data={STATES} value={search.state ?? ""} onChange={(state) => set({ state })} />
        <TextInput className="grow" size="xs" aria-label="Search in this queue" placeholder="Search in this queue" leftSection={<Search size={14} />} value={typed} onChange={(e) => setTyped(e.currentTarget.value)} />
      </div>
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
                  <td className="dim clip" data-label="From">{task.origin.type === "rule" ? task.origin.key : task.origin.type === "added" ? "added by hand" : "imported"}</td>
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
