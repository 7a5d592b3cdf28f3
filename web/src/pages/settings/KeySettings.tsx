// API keys: made with scopes, shown once, limited, revoked when no longer needed.
import { Button, Checkbox, Skeleton, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { createKey, keysQuery, revokeKey } from "~/api/key";
import { asProblem } from "~/api/problem";
import type { ApiKey, NewApiKey, Scope } from "~/api/types";
import { ago, count } from "~/text/format";
import { Confirm } from "~/ui/Confirm";
import { Copy } from "~/ui/Copy";
import { FormModal } from "~/ui/FormModal";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { When } from "~/ui/When";
import { LimitField, LimitForm, asLimit } from "./LimitField";

const SCOPES: { scope: Scope; about: string }[] = [
  { scope: "ingest", about: "Call models, send logs, add metrics" },
  { scope: "feedback", about: "Give and take back feedback" },
  { scope: "read", about: "Read logs, feedback and settings" },
  { scope: "admin", about: "Everything, with keys and people" },
];

export function KeySettings() {
  const keys = useQuery(keysQuery);
  const queries = useQueryClient();
  const [making, setMaking] = useState(false);
  const [limiting, setLimiting] = useState<ApiKey>();
  const revoke = useMutation({ mutationFn: revokeKey, onSuccess: () => queries.invalidateQueries({ queryKey: ["keys"] }) });
  return (
    <div className="stack">
      <LoadError query={keys} />
      {revoke.isError && <ProblemBox error={revoke.error} />}
      <div className="card table-wrap">
        {keys.isPending && <Skeleton height={160} />}
        <table className="table table-cards" aria-label="API keys">
          <thead>
            <tr>
              <th>Name</th>
              <th>Scopes</th>
              <th>Per minute</th>
              <th className="wide">Made</th>
              <th>Last used</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {keys.data?.map((key) => (
              <KeyRow key={key.id} apiKey={key} onLimit={() => setLimiting(key)} onRevoke={() => revoke.mutate(key.id)} />
            ))}
            {keys.data?.length === 0 && (
              <tr>
                <td colSpan={6} className="dim">
                  No keys yet. A program needs one to send calls and feedback.
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      <div>
        <Button leftSection={<Plus size={15} />} onClick={() => setMaking(true)}>
          Make a key
        </Button>
      </div>
      <FormModal opened={making} onClose={() => setMaking(false)} title="Make a key">
        <KeyForm onDone={() => setMaking(false)} />
      </FormModal>
      <FormModal opened={limiting !== undefined} onClose={() => setLimiting(undefined)} title={`Limit of “${limiting?.name ?? ""}”`}>
        {limiting && <LimitForm apiKey={limiting} onDone={() => setLimiting(undefined)} />}
      </FormModal>
    </div>
  );
}

function KeyRow({ apiKey: key, onLimit, onRevoke }: { apiKey: ApiKey; onLimit: () => void; onRevoke: () => void }) {
  const limit = key.requests_per_minute === null ? "no limit" : count(key.requests_per_minute);
  return (
    <tr className={key.revoked_at ? "row-past" : undefined}>
      <td>
        <strong>{key.name}</strong>
        <div className="dim mono cell-more">{key.prefix}…</div>
      </td>
      <td>
        <span className="row" style={{ gap: 5 }}>
          {key.scopes.map((scope) => (
            <span key={scope} className={scope === "admin" ? "pill pill-warn" : "pill"}>
              {scope}
            </span>
          ))}
        </span>
      </td>
      <td>
        {key.revoked_at ? (
          limit
        ) : (
          <Button size="compact-sm" variant="subtle" onClick={onLimit} aria-label={`${limit}: change the limit of ${key.name}`}>
            {limit}
          </Button>
        )}
      </td>
      <td className="wide">
        <When at={key.created_at} />
      </td>
      <td>{key.last_used_at ? ago(key.last_used_at) : <span className="dim">never</span>}</td>
      <td className="right">
        {key.revoked_at ? (
          <span className="pill">revoked</span>
        ) : (
          <Confirm question={`Revoke “${key.name}”? Programs that use it are refused at once.`} confirm="Revoke" onConfirm={onRevoke} aria-label={`Revoke ${key.name}`}>
            Revoke
          </Confirm>
        )}
      </td>
    </tr>
  );
}

function KeyForm({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["ingest", "feedback"]);
  const [limit, setLimit] = useState("");
  const [made, setMade] = useState<NewApiKey>();
  const make = useMutation({
    mutationFn: () => createKey(name.trim(), scopes as Scope[], asLimit(limit)),
    onSuccess: async (key) => {
      setMade(key);
      await queries.invalidateQueries({ queryKey: ["keys"] });
    },
  });
  const problem = make.isError ? asProblem(make.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (made) {
    return (
      <div className="stack">
        <p style={{ margin: 0 }}>This is the only time that the key is shown. Copy it now.</p>
        <div className="once">
          <code className="mono">{made.secret}</code>
          <Copy text={made.secret} what="key" />
        </div>
        <Button onClick={onDone}>I have it</Button>
      </div>
    );
  }
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Name" description="What it is for" required value={name} error={problem?.at("/name")} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
      <Checkbox.Group label="Scopes" value={scopes} onChange={setScopes} error={problem?.at("/scopes")}>
        <div className="stack" style={{ gap: 8, marginTop: 6 }}>
          {SCOPES.map(({ scope, about }) => (
            <Checkbox key={scope} value={scope} label={scope} description={about} />
          ))}
        </div>
      </Checkbox.Group>
      <LimitField value={limit} onChange={setLimit} error={problem?.at("/requests_per_minute")} />
      {problem && <ProblemBox error={problem} shown={["/name", "/scopes", "/requests_per_minute"]} />}
      <Button type="submit" loading={make.isPending} disabled={scopes.length === 0}>
        Make the key
      </Button>
    </form>
  );
}
