// The queues, what waits in them for whom, and the way to go on with one key.
import "~/pages/log/log.css";
import "./review.css";
import { Progress as Bar, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ListChecks, Play, Plus } from "lucide-react";
import { useQueueProgress, type QueueProgress } from "~/api/review/mine";
import { queuesQuery } from "~/api/review/queue";
import { useMay } from "~/api/session";
import { useKeys } from "~/shell/keys";
import { count, duration, plural } from "~/text/format";
import { Empty } from "~/ui/Empty";
import { Key } from "~/ui/Key";
import { LinkButton } from "~/ui/LinkButton";
import { LoadError } from "~/ui/LoadError";
import { PageHead } from "~/ui/PageHead";
import { Due } from "./Due";
import { YourDay } from "./YourDay";
import { Unsent } from "./focus/FocusHead";
import { QueueState } from "./queue/QueueState";

/** The queue to go on with: what is late first, then where most waits. */
export function nextQueue(all: QueueProgress[]): QueueProgress | undefined {
  const open = all.filter(({ progress }) => (progress?.mine?.left ?? 0) > 0);
  const rank = ({ progress }: QueueProgress) => [progress!.overdue > 0 ? 0 : 1, progress!.due_at ? Date.parse(progress!.due_at) : Infinity, -(progress!.mine?.left ?? 0)];
  return [...open].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    const at = x.findIndex((part, i) => part !== y[i]);
    return at < 0 ? 0 : x[at]! < y[at]! ? -1 : 1;
  })[0];
}

export function ReviewPage() {
  const queues = useQuery(queuesQuery);
  const all = useQueueProgress();
  const admin = useMay("admin");
  const may = useMay("feedback");
  const navigate = useNavigate();
  const first = may ? nextQueue(all) : undefined;
  const go = (id: string) => void navigate({ to: "/review/$id/work", params: { id } });
  useKeys("Review", [
    ...(first ? [{ key: "Enter", does: `Go on with ${first.queue.name}`, run: () => go(first.queue.id), when: () => !document.activeElement?.closest("a, button, input") }] : []),
    ...all.slice(0, 9).map(({ queue }, i) => ({ key: String(i + 1), does: `Work at ${queue.name}`, run: () => go(queue.id) })),
    ...(admin ? [{ key: "n", does: "New queue", run: () => void navigate({ to: "/review/new" }) }] : []),
  ]);
  const create = admin && (
    <LinkButton to="/review/new" variant={first ? "default" : "filled"} leftSection={<Plus size={15} />} rightSection={<Key>n</Key>}>
      New queue
    </LinkButton>
  );
  return (
    <div className="page">
      <PageHead
        title="Review"
        lede="What waits for people who know the subject. Every answer has a key; nothing you decide is lost."
        actions={
          <>
            <Unsent />
            {create}
            {first && (
              <LinkButton to="/review/$id/work" params={{ id: first.queue.id }} leftSection={<Play size={15} />} rightSection={<Key>↵</Key>} size="md">
                Continue
              </LinkButton>
            )}
          </>
        }
      />
      <LoadError query={queues} />
      {queues.isPending && <Skeleton height={220} radius="lg" />}
      {queues.data?.length === 0 && (
        <div className="card">
          <Empty art={<ListChecks size={40} strokeWidth={1.4} />} title="No queue yet" action={create || <LinkButton to="/logs" variant="default">Read the logs</LinkButton>}>
            {admin
              ? "A queue asks the same questions of many answers. Say which logs belong in it, for example thumbs:down, how many people should judge each, and what they are asked."
              : "An admin makes queues. As soon as there is one for you, it appears here, and the number beside “Review” says how much waits."}
          </Empty>
        </div>
      )}
      {may && all.length > 0 && <YourDay all={all} />}
      <div className="queues">
        {all.map((one, i) => (
          <QueueCard key={one.queue.id} one={one} hotkey={i < 9 ? String(i + 1) : undefined} may={may} />
        ))}
      </div>
    </div>
  );
}

function QueueCard({ one: { queue, progress }, hotkey, may }: { one: QueueProgress; hotkey: string | undefined; may: boolean }) {
  const admin = useMay("admin");
  const all = progress ? progress.open + progress.in_progress + progress.conflict + progress.complete : 0;
  const left = progress?.mine?.left ?? 0;
  return (
    <section className="card queue-card" aria-label={queue.name}>
      <div className="queue-card-head">
        <h2 className="clip" title={queue.name}>
          <Link to="/review/$id" params={{ id: queue.id }}>{queue.name}</Link>
        </h2>
        <QueueState queue={queue} />
        {progress?.due_at && <Due at={progress.due_at} overdue={progress.overdue} />}
      </div>
      {progress ? (
        <>
          <Bar.Root size={8} className="queue-bar" role="img" aria-label={`${progress.complete} of ${all} complete, ${progress.conflict} in conflict`}>
            <Bar.Section value={all ? (100 * progress.complete) / all : 0} color="var(--accent)" withAria={false} />
            <Bar.Section value={all ? (100 * progress.conflict) / all : 0} color="#cb950c" withAria={false} />
            <Bar.Section value={all ? (100 * progress.in_progress) / all : 0} color="color-mix(in srgb, var(--accent) 35%, transparent)" withAria={false} />
          </Bar.Root>
          <p className="dim num queue-counts">
            {all === 0 ? "Nothing in it yet" : `${count(progress.complete)} of ${plural(all, "task")} complete`}
            {progress.mine && progress.mine.done > 0 && ` · ${count(progress.mine.done)} by you`}
            {progress.conflict > 0 && ` · ${count(progress.conflict)} to be decided`}
            {progress.mine && progress.mine.pace_s !== null && ` · ${duration(progress.mine.pace_s * 1000)} each`}
          </p>
        </>
      ) : (
        <Skeleton height={40} />
      )}
      <div className="row queue-actions">
        {may && (
          <LinkButton to="/review/$id/work" params={{ id: queue.id }} size="xs" variant={left > 0 ? "filled" : "default"} rightSection={hotkey ? <Key>{hotkey}</Key> : undefined}>
            {left > 0 ? `${count(left)} for you` : "Open"}
          </LinkButton>
        )}
        {progress !== undefined && progress.conflict > 0 && (admin || queue.escalate_to !== "admin") && (
          <LinkButton to="/review/$id/conflicts" params={{ id: queue.id }} size="xs" variant="light" color="honey">
            {plural(progress.conflict, "conflict")}
          </LinkButton>
        )}
        <LinkButton to="/review/$id" params={{ id: queue.id }} size="xs" variant="subtle" color="gray">
          Progress
        </LinkButton>
      </div>
    </section>
  );
}
