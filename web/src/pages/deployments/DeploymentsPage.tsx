// The named uses of models.
import "./deployments.css";
import { Skeleton, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Blocks, Plus } from "lucide-react";
import { useState } from "react";
import { deploymentsQuery } from "~/api/deployment";
import { useMay } from "~/api/session";
import { ago } from "~/text/format";
import { Empty } from "~/ui/Empty";
import { PageHead } from "~/ui/PageHead";
import { LoadError } from "~/ui/LoadError";
import { Ticks } from "~/ui/Ticks";
import { LinkButton } from "~/ui/LinkButton";

export function DeploymentsPage() {
  const deployments = useQuery(deploymentsQuery);
  const mayEdit = useMay("admin");
  const [archived, setArchived] = useState(false);
  const all = deployments.data ?? [];
  const shown = all.filter((d) => archived || d.archived_at === null);
  const hidden = all.length - all.filter((d) => d.archived_at === null).length;
  const create = mayEdit && (
    <LinkButton to="/deployments/new" leftSection={<Plus size={15} />}>
      New deployment
    </LinkButton>
  );
  return (
    <div className="page">
      <PageHead
        title="Deployments"
        lede="A deployment is one use of a model, with a name your application calls. Change its prompt or its model here, without touching the application."
        actions={
          <>
            {hidden > 0 && <Switch label="With archived" checked={archived} onChange={(e) => setArchived(e.currentTarget.checked)} />}
            {create}
          </>
        }
      />
      <LoadError query={deployments} />
      {deployments.isPending && <Skeleton height={160} radius="lg" />}
      {deployments.data && shown.length === 0 && (
        <div className="card">
          <Empty art={<Blocks size={40} strokeWidth={1.4} />} title="No deployment yet" action={create || undefined}>
            With one, your application names a purpose instead of a model, and you decide here what serves it.
          </Empty>
        </div>
      )}
      <div className="deployments">
        {shown.map((deployment) => (
          <Link key={deployment.id} to="/deployments/$key" params={{ key: deployment.key }} className="card deployment-card">
            <span className="row" style={{ justifyContent: "space-between", flexWrap: "nowrap" }}>
              <strong className="clip" title={deployment.key}>
                {deployment.key}
              </strong>
              {deployment.archived_at ? (
                <span className="pill">archived</span>
              ) : deployment.active_version === null ? (
                <span className="pill pill-warn">no active version</span>
              ) : (
                <span className="pill pill-good">v{deployment.active_version} active</span>
              )}
            </span>
            <span className="deployment-about" dir="auto">
              {deployment.description ? <Ticks text={deployment.description} /> : <span className="dim">No description</span>}
            </span>
            <span className="dim deployment-made">made {ago(deployment.created_at)}</span>
          </Link>
        ))}
      </div>
    </div>
  );
}
