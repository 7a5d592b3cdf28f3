// A new deployment with its first version.
import "./deployments.css";
import { Skeleton, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState, type FormEvent } from "react";
import { changeDeployment, createDeployment } from "~/api/deployment";
import { asProblem, type FieldError } from "~/api/problem";
import { modelsQuery } from "~/api/provider";
import type { Model } from "~/api/types";
import { PageHead } from "~/ui/PageHead";
import { ProblemBox } from "~/ui/ProblemBox";
import { useKept } from "~/ui/useKept";
import { CameBack, EditorFoot } from "./EditorFoot";
import { SpecEditor } from "./SpecEditor";
import { emptyVariant, pointersOf, specOf, type SpecForm } from "./spec";

export function NewDeploymentPage() {
  const models = useQuery(modelsQuery);
  if (models.isPending) {
    return (
      <div className="page page-narrow">
        <Skeleton height={400} radius="lg" />
      </div>
    );
  }
  return <Editor first={models.data?.[0]} />;
}

function Editor({ first }: { first: Model | undefined }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const kept = useKept("deployment:new", {
    key: "",
    description: "",
    form: { variants: [emptyVariant("main", first?.provider, first?.model)], capture_logprobs: true, note: "" } as SpecForm,
  });
  const { key, description, form } = kept.value;
  const change = (part: Partial<typeof kept.value>) => kept.set({ ...kept.value, ...part });
  const [wrong, setWrong] = useState<FieldError[]>([]);
  const create = useMutation({
    mutationFn: async () => {
      const { spec } = specOf(form);
      const { deployment, version } = await createDeployment({ key: key.trim(), description: description.trim(), version: spec });
      // The first version is what was meant to serve.
      if (deployment.active_version === null) await changeDeployment(deployment.key, { active_version: version.number });
      return deployment.key;
    },
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ["deployments"] });
      await navigate({ to: "/deployments/$key", params: { key: made } });
      kept.forget();
    },
  });
  const problem = create.isError ? asProblem(create.error) : undefined;
  const errorAt = (pointer: string) =>
    wrong.find((e) => e.pointer === pointer)?.detail ?? problem?.at(pointer) ?? problem?.at(`/version${pointer}`);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { errors } = specOf(form);
    const all = key.trim() ? errors : [{ pointer: "/key", detail: "Give it a name." }, ...errors];
    setWrong(all);
    if (all.length === 0) create.mutate();
  };
  return (
    <div className="page page-narrow">
      <Link to="/deployments" className="back">
        <ArrowLeft size={15} aria-hidden /> Deployments
      </Link>
      <PageHead title="New deployment" />
      <form className="stack" onSubmit={submit}>
        <CameBack kept={kept} />
        <section className="card card-pad stack" aria-label="Name">
          <TextInput label="Key" description="What your application gives as model. Letters, digits, _ - ." value={key} error={errorAt("/key")} onChange={(e) => change({ key: e.currentTarget.value })} autoFocus />
          <TextInput label="Description" value={description} error={errorAt("/description")} onChange={(e) => change({ description: e.currentTarget.value })} />
        </section>
        <SpecEditor form={form} onChange={(next) => change({ form: next })} errorAt={errorAt} />
        {problem && <ProblemBox error={problem} shown={["/key", "/description", ...pointersOf(form).flatMap((at) => [at, `/version${at}`])]} />}
        <EditorFoot kept={kept} save="Create and activate" saving={create.isPending} onLeave={() => void navigate({ to: "/deployments" })} />
      </form>
    </div>
  );
}
