// One deployment: its versions, which one serves, and what differs between them.
import "./deployments.css";
import { Button, NativeSelect, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Archive, ArrowLeft, GitCompare, Lock, MessageSquareText, Pencil, Plus } from "lucide-react";
import { useActorName } from "~/api/actor";
import { changeDeployment, deploymentQuery, type UpdateDeployment } from "~/api/deployment";
import { useMay } from "~/api/session";
import type { Deployment, DeploymentVersion } from "~/api/types";
import { lineDiff } from "~/text/diff";
import { ago } from "~/text/format";
import { Confirm } from "~/ui/Confirm";
import { DiffView } from "~/ui/DiffView";
import { PageHead } from "~/ui/PageHead";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { Ticks } from "~/ui/Ticks";
import { VersionView } from "./VersionView";
import { specText } from "./spec";
import { LinkButton } from "~/ui/LinkButton";

export function DeploymentPage() {
  const { key } = useParams({ from: "/app/deployments/$key" });
  const detail = useQuery(deploymentQuery(key));
  if (detail.isError && !detail.data) {
    return (
      <div className="page page-narrow">
        <LoadError query={detail} />
      </div>
    );
  }
  if (!detail.data) {
    return (
      <div className="page">
        <Skeleton height={28} width={240} mb={24} />
        <Skeleton height={300} radius="lg" />
      </div>
    );
  }
  return <Loaded {...detail.data} />;
}

function Loaded({ deployment, versions }: { deployment: Deployment; versions: DeploymentVersion[] }) {
  const search = useSearch({ from: "/app/deployments/$key" });
  const actorName = useActorName();
  const navigate = useNavigate();
  const wanted = Number(search.version ?? deployment.active_version ?? versions[0]?.number);
  const version = versions.find((v) => v.number === wanted) ?? versions[0];
  const other = versions.find((v) => String(v.number) === search.compare);
  const show = (change: { version?: string; compare?: string | undefined }) =>
    void navigate({ to: "/deployments/$key", params: { key: deployment.key }, search: { ...search, ...change }, resetScroll: false });
  return (
    <div className="page">
      <Link to="/deployments" className="back">
        <ArrowLeft size={15} aria-hidden /> Deployments
      </Link>
      <PageHead title={deployment.key} lede={deployment.description && <Ticks text={deployment.description} />} actions={<Actions deployment={deployment} />} />
      <div className="versions-grid">
        <nav className="card versions" aria-label="Versions">
          {versions.map((v) => (
            <button key={v.number} type="button" className="version-link" aria-current={v === version} onClick={() => show({ version: String(v.number), compare: undefined })}>
              <span className="row" style={{ gap: 7 }}>
                <strong>v{v.number}</strong>
                {v.number === deployment.active_version && <span className="pill pill-good">active</span>}
                {v.used_at !== null && <Lock size={12} aria-label="used, cannot be changed" className="dim" />}
              </span>
              <span className="dim clip" dir="auto" title={v.note || undefined}>
                <Ticks text={v.note || `by ${actorName(v.created_by)}`} />
              </span>
              <span className="dim version-when">{ago(v.created_at)}</span>
            </button>
          ))}
        </nav>
        <div className="stack grow">
          {version && <VersionHead deployment={deployment} version={version} />}
          {version && versions.length > 1 && (
            <div className="row compare">
              <GitCompare size={15} aria-hidden className="dim" />
              <NativeSelect
                size="xs"
                aria-label="Compare with"
                value={search.compare ?? ""}
                data={[{ value: "", label: "Compare with …" }, ...versions.filter((v) => v !== version).map((v) => ({ value: String(v.number), label: `v${v.number}` }))]}
                onChange={(e) => show({ compare: e.currentTarget.value || undefined })}
              />
            </div>
          )}
          {version && other && (
            <section className="card card-pad" aria-label={`From version ${other.number} to version ${version.number}`}>
              <h2 className="card-title">
                v{other.number} → v{version.number}
              </h2>
              <DiffView mono changes={lineDiff(specText(other), specText(version))} />
            </section>
          )}
          {version && !other && <VersionView version={version} />}
        </div>
      </div>
    </div>
  );
}

function useChange(key: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: UpdateDeployment) => changeDeployment(key, change),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["deployment", key] });
      await queries.invalidateQueries({ queryKey: ["deployments"] });
    },
  });
}

function Actions({ deployment }: { deployment: Deployment }) {
  const mayEdit = useMay("admin");
  const mayCall = useMay("ingest");
  const change = useChange(deployment.key);
  return (
    <>
      {mayCall && deployment.active_version !== null && deployment.archived_at === null && (
        <LinkButton to="/" search={{ model: deployment.key }} variant="default" leftSection={<MessageSquareText size={15} />}>
          Try it
        </LinkButton>
      )}
      {mayEdit && deployment.archived_at === null && (
        <Confirm
          question="An archived deployment serves no calls. Its logs stay, and it can be brought back."
          confirm="Archive"
          onConfirm={() => change.mutate({ archived: true })}
          size="sm"
          leftSection={<Archive size={15} />}
        >
          Archive
        </Confirm>
      )}
      {mayEdit && deployment.archived_at !== null && (
        <Button variant="default" loading={change.isPending} onClick={() => change.mutate({ archived: false })}>
          Bring back
        </Button>
      )}
      {change.isError && <ProblemBox error={change.error} />}
    </>
  );
}

function VersionHead({ deployment, version }: { deployment: Deployment; version: DeploymentVersion }) {
  const mayEdit = useMay("admin");
  const change = useChange(deployment.key);
  const actorName = useActorName();
  const active = version.number === deployment.active_version;
  const used = version.used_at !== null;
  return (
    <section className="card card-pad version-head">
      <div className="grow">
        <div className="row">
          <h2>Version {version.number}</h2>
          {active && <span className="pill pill-good">active</span>}
          <span className="pill" title={used ? "It has served calls; logs refer to it" : undefined}>
            {used ? (
              <>
                <Lock size={11} aria-hidden /> used, cannot change
              </>
            ) : (
              "not used yet"
            )}
          </span>
        </div>
        <p className="dim">
          {version.note && (
            <>
              <Ticks text={version.note} /> ·{" "}
            </>
          )}
          by {actorName(version.created_by)}, {ago(version.created_at)}
        </p>
      </div>
      {mayEdit && (
        <div className="row">
          {!used && (
            <LinkButton to="/deployments/$key/edit" params={{ key: deployment.key }} search={{ replace: String(version.number) }} variant="default" leftSection={<Pencil size={14} />}>
              Edit
            </LinkButton>
          )}
          <LinkButton to="/deployments/$key/edit" params={{ key: deployment.key }} search={{ from: String(version.number) }} variant="default" leftSection={<Plus size={14} />}>
            New version from this
          </LinkButton>
          {!active && (
            <Button loading={change.isPending} onClick={() => change.mutate({ active_version: version.number })}>
              Activate
            </Button>
          )}
        </div>
      )}
      {change.isError && <ProblemBox error={change.error} />}
    </section>
  );
}
