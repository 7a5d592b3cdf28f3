// How long logs are kept: a number of days, and what would leave before it is saved.
import { Button, NumberInput, Skeleton, Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { asProblem } from "~/api/problem";
import { putRetention, retentionPreviewQuery, retentionQuery } from "~/api/retention";
import { useMay } from "~/api/session";
import type { Retention } from "~/api/types";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";

/** What the field holds when retention is switched on. */
const USUAL_DAYS = 90;
const MAX_DAYS = 36_500;

export function RetentionSettings() {
  const retention = useQuery(retentionQuery);
  return (
    <div className="stack">
      <LoadError query={retention} />
      {retention.isPending && <Skeleton height={120} />}
      {retention.data && <RetentionForm kept={retention.data} />}
    </div>
  );
}

function RetentionForm({ kept }: { kept: Retention }) {
  const queries = useQueryClient();
  const mayEdit = useMay("admin");
  const [limited, setLimited] = useState(kept.days !== null);
  const [days, setDays] = useState<number | string>(kept.days ?? USUAL_DAYS);
  useEffect(() => {
    setLimited(kept.days !== null);
    setDays(kept.days ?? USUAL_DAYS);
  }, [kept]);
  const save = useMutation({
    mutationFn: putRetention,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["retention"] }),
  });
  const whole = typeof days === "number" && Number.isInteger(days) && days >= 1 && days <= MAX_DAYS;
  const wanted: Retention = { days: limited ? Number(days) : null };
  const dirty = wanted.days !== kept.days;
  const problem = save.isError ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(wanted);
  };
  return (
    <form className="card card-pad stack" onSubmit={submit} aria-label="Retention">
      <Switch label="Remove logs after a time" checked={limited} disabled={!mayEdit} onChange={(event) => setLimited(event.currentTarget.checked)} />
      {limited && (
        <NumberInput label="Days that logs are kept" maw={240} min={1} max={MAX_DAYS} allowDecimal={false} required disabled={!mayEdit} value={days} error={problem?.at("/days")} onChange={setDays} />
      )}
      {limited && whole && mayEdit && <Preview days={Number(days)} />}
      {problem && <ProblemBox error={problem} shown={["/days"]} />}
      {mayEdit && (
        <div>
          <Button type="submit" disabled={!dirty || (limited && !whole)} loading={save.isPending}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}

function Preview({ days }: { days: number }) {
  const preview = useQuery(retentionPreviewQuery(days)).data;
  if (!preview) return <span className="dim">Counting what would leave…</span>;
  const count = `${preview.more ? "More than " : ""}${preview.logs.toLocaleString("en")}`;
  return (
    <span className="dim" role="status">
      {preview.logs === 0 ? "No logs leave now." : `${count} logs made before ${preview.before.slice(0, 10)} leave within the hour, the oldest of ${preview.oldest?.slice(0, 10)}.`}
    </span>
  );
}
