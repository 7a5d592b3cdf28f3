// One queue: how far it is, what is in it, who works at it, and how far they agree.
import "~/pages/log/log.css";
import "../review.css";
import "./queue.css";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft, LayoutGrid, Play, Scale, Settings2 } from "lucide-react";
import { progressQuery, queueQuery, type Queue } from "~/api/review/queue";
import { useMay, useMe } from "~/api/session";
import { useKeys } from "~/shell/keys";
import { plural } from "~/text/format";
import { useNavigate } from "@tanstack/react-router";
import { Key } from "~/ui/Key";
import { LinkButton } from "~/ui/LinkButton";
import { LoadError } from "~/ui/LoadError";
import { PageHead } from "~/ui/PageHead";
import { AgreementTab } from "./AgreementTab";
import { ConsensusTab } from "./ConsensusTab";
import { FilesMenu } from "./FilesMenu";
import { OverviewTab } from "./OverviewTab";
import { QueueState } from "./QueueState";
import { ReviewersTab } from "./ReviewersTab";
import { TasksTab } from "./TasksTab";

const TABS = { overview: "Progress", tasks: "Tasks", reviewers: "Reviewers", agreement: "Agreement", consensus: "Consensus" } as const;
type Tab = keyof typeof TABS;

export function QueuePage() {
  const { id } = useParams({ from: "/app/review/$id" });
  const queue = useQuery(queueQuery(id));
  if (queue.isError) return <div className="page page-narrow"><LoadError query={queue} /></div>;
  if (!queue.data) return <div className="page" aria-busy="true"><Skeleton height={420} radius="lg" /></div>;
  return <Loaded queue={queue.data} />;
}

/** Who decides where reviewers differ. */
export function useDecides(queue: Queue): boolean {
  const admin = useMay("admin");
  const { user } = useMe();
  const { escalate_to: to } = queue;
  if (admin || user === null || to === "admin") return admin;
  return Array.isArray(to) ? to.includes(user.id) : user.groups.includes(to.group);
}

function Loaded({ queue }: { queue: Queue }) {
  const { tab: wanted } = useSearch({ from: "/app/review/$id" });
  const navigate = useNavigate();
  const admin = useMay("admin");
  const may = useMay("feedback");
  const decides = useDecides(queue);
  const progress = useQuery(progressQuery(queue.id)).data;
  const tabs = (Object.keys(TABS) as Tab[]).filter((tab) => (tab !== "agreement" && tab !== "consensus") || admin);
  const tab = tabs.find((name) => name === wanted) ?? "overview";
  const to = { params: { id: queue.id } };
  useKeys("This queue", [
    ...(may ? [{ key: "Enter", does: "Work at it", run: () => void navigate({ to: "/review/$id/work", ...to }), when: () => !document.activeElement?.closest("a, button, input, select") }] : []),
    ...tabs.map((name, i) => ({ key: String(i + 1), does: TABS[name], run: () => void navigate({ to: "/review/$id", ...to, search: name === "overview" ? {} : { tab: name } }) })),
    ...(decides ? [{ key: "c", does: "Conflicts", run: () => void navigate({ to: "/review/$id/conflicts", ...to }) }] : []),
  ]);
  return (
    <div className="page">
      <Link to="/review" className="log-back queue-back">
        <ArrowLeft size={15} aria-hidden /> Review
      </Link>
      <PageHead
        title={queue.name}
        lede={`${plural(queue.rubric.questions.length, "question")}, ${queue.overlap.type === "fixed" ? `${plural(queue.overlap.reviews, "review")} of each` : `${queue.overlap.min} to ${queue.overlap.max} reviews of each, until ${Math.round(queue.overlap.confidence * 100)} % sure`}.`}
        actions={
          <>
            <QueueState queue={queue} />
            {admin && <FilesMenu queue={queue} />}
            {admin && <LinkButton to="/review/$id/edit" {...to} variant="default" leftSection={<Settings2 size={15} />}>Settings</LinkButton>}
            {decides && (
              <LinkButton to="/review/$id/conflicts" {...to} variant="default" leftSection={<Scale size={15} />} rightSection={<Key>c</Key>}>
                {progress?.conflict ? plural(progress.conflict, "conflict") : "Conflicts"}
              </LinkButton>
            )}
            {may && <LinkButton to="/review/$id/bulk" {...to} variant="default" leftSection={<LayoutGrid size={15} />}>Many at once</LinkButton>}
            {may && <LinkButton to="/review/$id/work" {...to} leftSection={<Play size={15} />} rightSection={<Key>↵</Key>}>Work at it</LinkButton>}
          </>
        }
      />
      <nav className="tabs" aria-label="Parts of the queue">
        {tabs.map((name) => (
          <Link key={name} to="/review/$id" {...to} search={name === "overview" ? {} : { tab: name }} className="tab" aria-current={name === tab ? "page" : undefined} data-chosen={name === tab}>
            {TABS[name]}
          </Link>
        ))}
      </nav>
      {tab === "overview" && <OverviewTab queue={queue} />}
      {tab === "tasks" && <TasksTab queue={queue} />}
      {tab === "reviewers" && <ReviewersTab queue={queue} />}
      {tab === "agreement" && <AgreementTab queue={queue} />}
      {tab === "consensus" && <ConsensusTab queue={queue} />}
    </div>
  );
}
