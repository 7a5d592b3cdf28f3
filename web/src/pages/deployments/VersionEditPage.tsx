// A new version from an existing one, or a change of one that has not served a call yet.
import "./deployments.css";
import { Skeleton, Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useMemo, useState, type FormEvent } from "react";
import { changeDeployment, createVersion, deploymentQuery, replaceVersion } from "~/api/deployment";
import { asProblem, type FieldError } from "~/api/problem";
import type { DeploymentVersion } from "~/api/types";
import { lineDiff } from "~/text/diff";
import { DiffView } from "~/ui/DiffView";
import { PageHead } from "~/ui/PageHead";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { useKept } from "~/ui/useKept";
import { CameBack, EditorFoot } from "./EditorFoot";
import { SpecEditor } from "./SpecEditor";
import { formOf, pointersOf, specOf, specText } from "./spec";

export function VersionEditPage() {
  const { key } = useParams({ from: "/app/deployments/$key/edit" });
  const { from, replace } = useSearch({ from: "/app/deployments/$key/edit" });
  const detail = useQuery(deploymentQuery(key));
  const wanted = Number(replace ?? from ?? detail.data?.deployment.active_version);
  const base = detail.data?.versions.find((v) => v.number === wanted) ?? detail.data?.versions[0];
  if (detail.isError) {
    return (
      <div className="page page-narrow">
        <LoadError query={detail} />
      </div>
    );
  }
  if (!base) {
    return (
      <div className="page page-narrow">
        <Skeleton height={400} radius="lg" />
      </div>
    );
  }
  return <Editor key={base.number} deployment={key} base={base} replacing={replace !== undefined && base.used_at === null} />;
}

const NEW = {
  active: "It serves every new call as soon as it is created. Versions before it stay, and can be activated again.",
  waiting: "The version that serves goes on serving until you activate this one.",
};

function Editor({ deployment, base, replacing }: { deployment: string; base: DeploymentVersion; replacing: boolean }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const kept = useKept(`version:${deployment}:${replacing ? "edit" : "from"}:${base.number}`, { ...formOf(base), note: replacing ? base.note : "" });
  const form = kept.value;
  const [activate, setActivate] = useState(true);
  const [wrong, setWrong] = useState<FieldError[]>([]);
  const { spec, errors } = useMemo(() => specOf(form), [form]);
  const changes = useMemo(() => lineDiff(specText(base), specText(spec)), [base, spec]);
  const save = useMutation({
    mutationFn: async () => {
      const saved = replacing ? await replaceVersion(deployment, base.number, spec) : await createVersion(deployment, spec);
      if (activate && !replacing) await changeDeployment(deployment, { active_version: saved.number });
      return saved.number;
    },
    onSuccess: async (number) => {
      await queries.invalidateQueries({ queryKey: ["deployment", deployment] });
      await queries.invalidateQueries({ queryKey: ["deployments"] });
      await navigate({ to: "/deployments/$key", params: { key: deployment }, search: { version: String(number) } });
      kept.forget();
    },
  });
  const problem = save.isError ? asProblem(save.error) : undefined;
  const errorAt = (pointer: string) => wrong.find((e) => e.pointer === pointer)?.detail ?? problem?.at(pointer);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWrong(errors);
    if (errors.length === 0) save.mutate();
  };
  return (
    <div className="page page-narrow">
      <Link to="/deployments/$key" params={{ key: deployment }} className="back">
        <ArrowLeft size={15} aria-hidden /> {deployment}
      </Link>
      <PageHead
        title={replacing ? `Edit version ${base.number}` : `New version from v${base.number}`}
        lede={replacing ? "It has served no call yet, so it can still change." : NEW[activate ? "active" : "waiting"]}
      />
      <form className="stack" onSubmit={submit}>
        <CameBack kept={kept} />
        <SpecEditor form={form} onChange={kept.set} errorAt={errorAt} />
        <details className="card card-pad fold">
          <summary>What differs from v{base.number}</summary>
          <DiffView mono changes={changes} />
        </details>
        {problem && <ProblemBox error={problem} shown={pointersOf(form)} />}
        <EditorFoot
          kept={kept}
          save={replacing ? "Save" : activate ? "Create and activate" : "Create version"}
          saving={save.isPending}
          onLeave={() => void navigate({ to: "/deployments/$key", params: { key: deployment }, search: { version: String(base.number) } })}
        >
          {!replacing && <Switch label="Activate it at once" checked={activate} onChange={(e) => setActivate(e.currentTarget.checked)} />}
        </EditorFoot>
      </form>
    </div>
  );
}
