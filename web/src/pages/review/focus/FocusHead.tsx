// The line above the work: which queue, how far, what is not sent yet, and what makes the work easier to bear.
import { ActionIcon, NativeSelect, Popover, Progress as Bar, Switch, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, CloudUpload, LayoutGrid, SlidersHorizontal } from "lucide-react";
import { progressQuery, type Queue } from "~/api/review/queue";
import { count, duration, plural } from "~/text/format";
import { Due } from "../Due";
import { useOutboxState } from "../work/outboxes";
import type { WorkState } from "../work/state";
import type { Work } from "../work/work";
import type { Comfort } from "./comfort";

interface Props {
  queue: Queue;
  work: Work;
  state: WorkState;
  comfort: Comfort;
  onGuidelines: () => void;
}

export function FocusHead({ queue, state, comfort }: Props) {
  const progress = useQuery(progressQuery(queue.id)).data;
  const mine = progress?.mine;
  const all = progress ? progress.open + progress.in_progress + progress.conflict + progress.complete : 0;
  return (
    <header className="focus-head">
      <Link to="/review" className="log-back">
        <ArrowLeft size={15} aria-hidden /> Review
      </Link>
      <h1 className="clip" title={queue.name}>
        <Link to="/review/$id" params={{ id: queue.id }}>{queue.name}</Link>
      </h1>
      {progress && (
        <span className="focus-progress" title={`${count(progress.complete)} of ${plural(all, "task")} complete`}>
          <Bar value={all ? (100 * progress.complete) / all : 0} size="sm" aria-label="Share of the queue that is complete" />
          <span className="dim num">
            {mine && `${upTo(mine.left)} left for you · ${count(Math.max(mine.done, state.done))} done`}{mine?.pace_s ? ` · ${duration(mine.pace_s * 1000)} each` : ""}
          </span>
        </span>
      )}
      {progress?.due_at && <Due at={progress.due_at} overdue={progress.overdue} />}
      <Unsent />
      <span className="row focus-tools">
        <Link to="/review/$id/bulk" params={{ id: queue.id }} className="chip">
          <LayoutGrid size={14} aria-hidden /> Many at once
        </Link>
        <ComfortMenu comfort={comfort} />
      </span>
    </header>
  );
}

/** The server counts what is left to a thousand. */
export const upTo = (left: number): string => (left >= 1000 ? "1,000 or more" : count(left));

/** What the server does not have yet. It goes by itself; a click tries at once. */
export function Unsent() {
  const { waiting, problem } = useOutboxState();
  const shown = waiting > 1 || (waiting > 0 && problem !== undefined);
  return (
    <span role="status" className="unsent-box">
      {shown && (
        <UnstyledButton className="pill pill-warn unsent" title={problem ? "They are kept in this browser and sent as soon as the server answers." : "On their way."} onClick={() => window.dispatchEvent(new Event("online"))}>
          <CloudUpload size={13} aria-hidden /> {waiting} not sent yet
        </UnstyledButton>
      )}
    </span>
  );
}

const REMIND = [["", "Never"], ["30", "After 30 minutes"], ["45", "After 45 minutes"], ["60", "After an hour"]].map(([value, label]) => ({ value: value!, label: label! }));

function ComfortMenu({ comfort }: { comfort: Comfort }) {
  return (
    <Popover position="bottom-end" shadow="md" width={260} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="default" size={30} aria-label="Comfort" title="Comfort">
          <SlidersHorizontal size={15} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="stack" style={{ gap: 14 }}>
          <Switch label="Blur items until I point at them or press Space" checked={comfort.blur} onChange={(e) => comfort.setBlur(e.currentTarget.checked)} />
          <NativeSelect label="Remind me to take a break" size="xs" data={[...new Map([...REMIND, { value: String(comfort.remindMin ?? ""), label: comfort.remindMin ? `After ${comfort.remindMin} minutes` : "Never" }].map((one) => [one.value, one])).values()]} value={String(comfort.remindMin ?? "")} onChange={(e) => comfort.setRemind(e.currentTarget.value === "" ? null : Number(e.currentTarget.value))} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
