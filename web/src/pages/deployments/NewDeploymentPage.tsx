// A new deployment with its first version.
import "./deployments.css";
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useEffect, useState, type FormEvent } from "react";
import { changeDeployment, createDeployment } from "~/api/deployment";
import { asProblem, type FieldError } from "~/api/problem";
import { modelsQuery } from "~/api/provider";
import { useMay } from "~/api/session";
import { PageHead } from "~/ui/PageHead";
import { ProblemBox } from "~/ui/ProblemBox";
import { SpecEditor } from "./SpecEditor";
import { emptyVariant, specOf, type SpecForm } from "./spec";

export function NewDeploymentPage() {
  const mayEdit = useMay("admin");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const models = useQuery(modelsQuery).data;
  const [key, setKey] = useState("");
  const [description, setDescription] = useState("");
  const [form, setForm] = useState<SpecForm>({ variants: [emptyVariant("main")], capture_logprobs: true, note: "" });
  const [wrong, setWrong] = useState<FieldError[]>([]);
  const first = models?.[0];
  useEffect(() => {
    if (!first) return;
    setForm((now) => ({ ...now, variants: now.variants.map((v) => (v.provider ? v : { ...v, provider: first.provider, model: first.model })) }));
  }, [first]);
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
        <section className="card card-pad stack" aria-label="Name">
          <TextInput label="Key" description="What your application gives as model. Letters, digits, _ - ." value={key} error={errorAt("/key")} onChange={(e) => setKey(e.currentTarget.value)} autoFocus />
          <TextInput label="Description" value={description} error={errorAt("/description")} onChange={(e) => setDescription(e.currentTarget.value)} />
        </section>
        <SpecEditor form={form} onChange={setForm} errorAt={errorAt} />
        {problem && <ProblemBox error={problem} />}
        <div className="row">
          <Button type="submit" loading={create.isPending} disabled={!mayEdit}>
            Create and activate
          </Button>
          {!mayEdit && <span className="dim">Only an admin can make deployments.</span>}
        </div>
      </form>
    </div>
  );
}
