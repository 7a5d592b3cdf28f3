// The audit trail, and the proof that nobody changed it.
import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { Fragment, useState } from "react";
import { useActorName } from "~/api/actor";
import { auditQuery, verifyAudit } from "~/api/audit";
import type { AuditEntry } from "~/api/types";
import { plural, shortId } from "~/text/format";
import { Code, pretty } from "~/ui/Code";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { When } from "~/ui/When";

export function AuditSettings() {
  const list = useInfiniteQuery(auditQuery);
  const entries = (list.data?.pages ?? []).flatMap((page) => page.items);
  return (
    <div className="stack">
      <Verify />
      <LoadError query={list} />
      <div className="card table-wrap">
        {list.isPending && <Skeleton height={260} />}
        <table className="table table-cards" aria-label="Audit trail">
          <thead>
            <tr>
              <th>When</th>
              <th>Who</th>
              <th>What</th>
              <th className="wide">To</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </tbody>
        </table>
      </div>
      {list.hasNextPage && (
        <div>
          <Button variant="default" size="xs" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Older
          </Button>
        </div>
      )}
    </div>
  );
}

function Verify() {
  const verify = useMutation({ mutationFn: verifyAudit });
  const { data, error } = verify;
  return (
    <div className="card card-pad row verify" role="status">
      {data?.intact === true && <ShieldCheck size={20} className="verify-good" aria-hidden />}
      {data?.intact === false && <ShieldAlert size={20} className="verify-bad" aria-hidden />}
      <span className="grow">
        {data === undefined && "Check that every entry still fits the one before it."}
        {data?.intact === true && `Intact: ${plural(data.entries, "entry", "entries")}, each with the hash that it must have.`}
        {data?.intact === false && `Broken at entry ${data.broken_at ?? "?"}: it is missing or was changed after the fact.`}
      </span>
      <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
        Verify
      </Button>
      {error && <ProblemBox error={error} />}
    </div>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const actorName = useActorName();
  const [open, setOpen] = useState(false);
  return (
    <Fragment>
      <tr>
        <td style={{ whiteSpace: "nowrap" }}>
          <When at={entry.at} />
        </td>
        <td className="clip" style={{ maxWidth: 160 }} title={entry.actor}>
          {actorName(entry.actor)}
        </td>
        <td>
          <code className="mono">{entry.action}</code>
        </td>
        <td className="wide clip mono" style={{ maxWidth: 190 }} title={entry.subject}>
          {shortId(entry.subject)}
        </td>
        <td className="right">
          <Button size="compact-xs" variant="subtle" color="gray" aria-expanded={open} onClick={() => setOpen(!open)} aria-label={`${open ? "Less" : "More"} about entry ${entry.seq}`}>
            {open ? "Less" : "More"}
          </Button>
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={5}>
            <Code code={pretty(entry)} what={`entry ${entry.seq}`} wrap colour />
          </td>
        </tr>
      )}
    </Fragment>
  );
}
