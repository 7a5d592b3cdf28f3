// Deployments and their versions.
import { queryOptions } from "@tanstack/react-query";
import { api, part } from "./client";
import type { Deployment, DeploymentDetail, DeploymentVersion, VersionSpec } from "./types";

export const deploymentsQuery = queryOptions({
  queryKey: ["deployments"],
  queryFn: ({ signal }) => api.get<{ items: Deployment[] }>("/deployments", undefined, signal),
  select: (page) => page.items,
  staleTime: 30_000,
});

export const deploymentQuery = (key: string) =>
  queryOptions({
    queryKey: ["deployment", key],
    queryFn: ({ signal }) => api.get<DeploymentDetail>(`/deployments/${part(key)}`, undefined, signal),
    staleTime: 10_000,
  });

export interface NewDeployment {
  key: string;
  description?: string;
  version: VersionSpec;
}

export interface UpdateDeployment {
  description?: string;
  active_version?: number;
  archived?: boolean;
}

export const createDeployment = (deployment: NewDeployment) =>
  api.post<{ deployment: Deployment; version: DeploymentVersion }>("/deployments", deployment);
export const changeDeployment = (key: string, change: UpdateDeployment) =>
  api.patch<Deployment>(`/deployments/${part(key)}`, change);
export const createVersion = (key: string, spec: VersionSpec) =>
  api.post<DeploymentVersion>(`/deployments/${part(key)}/versions`, spec);
export const replaceVersion = (key: string, number: number, spec: VersionSpec) =>
  api.put<DeploymentVersion>(`/deployments/${part(key)}/versions/${number}`, spec);
