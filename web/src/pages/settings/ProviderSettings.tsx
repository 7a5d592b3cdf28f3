// Providers: servers that speak OpenAI's or Anthropic's interface, and the model in this process.
import { Button, NativeSelect, PasswordInput, SegmentedControl, Skeleton, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { asProblem } from "~/api/problem";
import { createProvider, deleteProvider, modelsQuery, providersQuery, putProvider } from "~/api/provider";
import { useMay } from "~/api/session";
import type { Provider, ProviderChange, ProviderKeyChange, ProviderKind } from "~/api/types";
import { Confirm } from "~/ui/Confirm";
import { FormModal } from "~/ui/FormModal";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";

export function ProviderSettings() {
  const providers = useQuery(providersQuery);
  const models = useQuery(modelsQuery).data ?? [];
  const mayEdit = useMay("admin");
  const queries = useQueryClient();
  const [editing, setEditing] = useState<Provider | "new">();
  const remove = useMutation({
    mutationFn: deleteProvider,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["providers"] }),
  });
  return (
    <div className="stack">
      <LoadError query={providers} />
      {remove.isError && <ProblemBox error={remove.error} />}
      {providers.isPending && <Skeleton height={120} radius="lg" />}
      {providers.data?.map((provider) => {
        const own = models.filter((model) => model.provider === provider.name);
        return (
          <section key={provider.id} className="card card-pad provider" aria-label={`Provider ${provider.name}`}>
            <div className="grow">
              <div className="row">
                <strong>{provider.name}</strong>
                <span className="pill">{KINDS[provider.kind].short}</span>
                <span className="pill">{keyText(provider)}</span>
              </div>
              <div className="dim mono provider-url">{provider.base_url ?? "no network"}</div>
              {own.length > 0 && (
                <div className="row provider-models">
                  {own.map((model) => (
                    <span key={model.model} className={model.ready ? "pill pill-good" : "pill pill-warn"} title={model.note ?? undefined}>
                      {model.model}
                      {!model.ready && ` · ${model.note || "not ready"}`}
                    </span>
                  ))}
                </div>
              )}
            </div>
            {mayEdit && provider.kind !== "local" && (
              <div className="row">
                <Button size="compact-sm" variant="subtle" leftSection={<Pencil size={13} />} onClick={() => setEditing(provider)}>
                  Edit
                </Button>
                <Confirm question={`Remove ${provider.name}? Its key is forgotten; its logs stay.`} confirm="Remove" onConfirm={() => remove.mutate(provider.name)}>
                  Remove
                </Confirm>
              </div>
            )}
          </section>
        );
      })}
      {mayEdit && (
        <div>
          <Button leftSection={<Plus size={15} />} onClick={() => setEditing("new")}>
            Add a provider
          </Button>
        </div>
      )}
      <FormModal opened={editing !== undefined} onClose={() => setEditing(undefined)} title={editing === "new" ? "Add a provider" : "Edit the provider"}>
        {editing && <ProviderForm provider={editing === "new" ? undefined : editing} onDone={() => setEditing(undefined)} />}
      </FormModal>
    </div>
  );
}

function keyText({ key }: Provider): string {
  if (key.from === "environment") return `key from $${key.variable}`;
  return key.from === "sealed" ? "key sealed in the store" : "no key";
}

const KINDS: Record<ProviderKind, { short: string; about: string; home: string }> = {
  openai: { short: "OpenAI-compatible", about: "A server that speaks OpenAI's chat completions", home: "https://api.openai.com/v1" },
  anthropic: { short: "Anthropic", about: "A server that speaks Anthropic's messages", home: "https://api.anthropic.com" },
  local: { short: "in this process", about: "The model in this process", home: "" },
};

type From = "environment" | "sealed" | "none";

function ProviderForm({ provider, onDone }: { provider: Provider | undefined; onDone: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState(provider?.name ?? "");
  const [kind, setKind] = useState<ProviderKind>(provider?.kind ?? "openai");
  const [url, setUrl] = useState(provider?.base_url ?? KINDS.openai.home);
  const [from, setFrom] = useState<From>(provider?.key.from ?? "environment");
  const [variable, setVariable] = useState(provider?.key.from === "environment" ? provider.key.variable : "OPENAI_API_KEY");
  const [secret, setSecret] = useState("");
  const kept = provider?.key.from === "sealed" && from === "sealed" && secret === "";
  const key: ProviderKeyChange = from === "environment" ? { from, variable: variable.trim() } : from === "sealed" ? { from, value: secret } : { from };
  const change: ProviderChange = kind === "local" ? { kind } : { kind, base_url: url.trim(), ...(kept ? {} : { key }) };
  const save = useMutation({
    mutationFn: () => (provider ? putProvider(provider.name, change) : createProvider(name.trim(), change)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["providers"] });
      await queries.invalidateQueries({ queryKey: ["models"] });
      onDone();
    },
  });
  const problem = save.isError ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Name" description="The part before the slash in provider/model." required disabled={provider !== undefined} value={name} error={problem?.at("/name")} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
      <NativeSelect
        label="Kind"
        value={kind}
        data={Object.entries(KINDS).map(([value, { about }]) => ({ value, label: about }))}
        onChange={(e) => {
          const next = e.currentTarget.value as ProviderKind;
          setKind(next);
          if (url === KINDS[kind].home) setUrl(KINDS[next].home);
        }}
      />
      {kind !== "local" && (
        <>
          <TextInput label="Base URL" description={kind === "openai" ? "Up to and with /v1" : "Up to before /v1"} required value={url} error={problem?.at("/base_url")} onChange={(e) => setUrl(e.currentTarget.value)} />
          <div>
            <div className="label field-label">Key</div>
            <SegmentedControl
              fullWidth
              aria-label="Where the key comes from"
              data={[{ value: "environment", label: "Environment" }, { value: "sealed", label: "Sealed here" }, { value: "none", label: "None" }]}
              value={from}
              onChange={(next) => setFrom(next as From)}
            />
          </div>
          {from === "environment" && <TextInput label="Variable" description="Read by the server at each call; never stored." value={variable} error={problem?.at("/key/variable")} onChange={(e) => setVariable(e.currentTarget.value)} />}
          {from === "sealed" && (
            <PasswordInput
              label="Key"
              description={provider?.key.from === "sealed" ? "Leave empty to keep the one that is there." : "Encrypted at once; nobody can read it back."}
              autoComplete="off"
              value={secret}
              error={problem?.at("/key/value")}
              onChange={(e) => setSecret(e.currentTarget.value)}
            />
          )}
        </>
      )}
      {problem && <ProblemBox error={problem} shown={["/name", "/base_url", "/key/variable", "/key/value"]} />}
      <Button type="submit" loading={save.isPending}>
        Save
      </Button>
    </form>
  );
}
