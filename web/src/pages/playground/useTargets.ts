// What can be talked to: deployments, and models by provider; and whether the chosen one is ready.
import { useQuery } from "@tanstack/react-query";
import { deploymentQuery, deploymentsQuery } from "~/api/deployment";
import { modelsQuery } from "~/api/provider";
import type { Model, Variant } from "~/api/types";
import { neededOf, variablesOf } from "./variables";

export interface Target {
  value: string;
  label: string;
  about: string;
  ready: boolean;
}

export interface Targets {
  deployments: Target[];
  models: Target[];
  pending: boolean;
  /** Whether it is not known yet what the chosen one needs. */
  settling: boolean;
  error: unknown;
  /** Why the chosen one cannot answer yet, in the server's words. */
  waitingFor: string | undefined;
  /** The variables of the chosen deployment's prompt. */
  variables: string[];
  /** Those of them without which it cannot be filled in. */
  needed: string[];
}

export function useTargets(chosen: string): Targets {
  const deployments = useQuery(deploymentsQuery);
  const models = useQuery(modelsQuery);
  const serving = (deployments.data ?? []).filter((d) => d.active_version !== null && d.archived_at === null);
  const isDeployment = serving.some((d) => d.key === chosen);
  const detail = useQuery({ ...deploymentQuery(chosen), enabled: isDeployment });
  const active = detail.data?.versions.find((v) => v.number === detail.data.deployment.active_version);
  const variants = isDeployment ? (active?.variants ?? []) : [];
  const variables = variablesOf(variants);
  const pending = deployments.isPending || models.isPending;
  return {
    deployments: serving.map((d) => ({ value: d.key, label: d.key, about: d.description, ready: true })),
    models: (models.data ?? []).map((m) => ({ value: `${m.provider}/${m.model}`, label: `${m.provider}/${m.model}`, about: m.note ?? "", ready: m.ready })),
    pending,
    settling: pending || (isDeployment && detail.isPending),
    error: deployments.error ?? models.error,
    variables,
    needed: neededOf(variants, variables),
    waitingFor: waiting(models.data ?? [], variants, chosen),
  };
}

function waiting(models: Model[], variants: Variant[], chosen: string): string | undefined {
  const used = (model: Model) =>
    `${model.provider}/${model.model}` === chosen || variants.some((v) => v.provider === model.provider && v.model === model.model);
  const waited = models.find((model) => !model.ready && used(model));
  return waited ? waited.note || "The model is being loaded." : undefined;
}
