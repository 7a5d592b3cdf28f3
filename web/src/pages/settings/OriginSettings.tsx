// The origins whose pages may give feedback with a token: any, or those that are listed.
import { Button, Skeleton, Switch, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { originsQuery, putOrigins } from "~/api/origins";
import { asProblem, type Problem } from "~/api/problem";
import { useMay } from "~/api/session";
import type { AllowedOrigins } from "~/api/types";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";

export function OriginSettings() {
  const origins = useQuery(originsQuery);
  return (
    <div className="stack">
      <LoadError query={origins} />
      {origins.isPending && <Skeleton height={120} />}
      {origins.data && <OriginForm kept={origins.data} />}
    </div>
  );
}

function OriginForm({ kept }: { kept: AllowedOrigins }) {
  const queries = useQueryClient();
  const mayEdit = useMay("admin");
  const [limited, setLimited] = useState(kept.origins !== null);
  const [text, setText] = useState(linesOf(kept));
  useEffect(() => {
    setLimited(kept.origins !== null);
    setText(linesOf(kept));
  }, [kept]);
  const save = useMutation({
    mutationFn: putOrigins,
    onSuccess: (now) => queries.setQueryData(originsQuery.queryKey, now),
  });
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const wanted: AllowedOrigins = { origins: limited ? lines : null };
  const dirty = JSON.stringify(wanted) !== JSON.stringify(kept);
  const problem = save.isError ? asProblem(save.error) : undefined;
  const wrong = problem && wrongIn(problem, save.variables?.origins ?? []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(wanted);
  };
  return (
    <form className="card card-pad stack" onSubmit={submit} aria-label="Allowed origins">
      <Switch label="Only pages of these origins" checked={limited} disabled={!mayEdit} onChange={(event) => setLimited(event.currentTarget.checked)} />
      {limited ? (
        <Textarea
          label="Origins, one a line"
          description="As in https://app.example.com, http://localhost:3000, or https://*.example.com for all subdomains."
          placeholder="https://app.example.com"
          autosize
          minRows={3}
          maxRows={14}
          spellCheck={false}
          disabled={!mayEdit}
          value={text}
          error={wrong?.text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      ) : (
        <span className="dim">Pages of any origin may send feedback.</span>
      )}
      {limited && lines.length === 0 && <span className="dim">With no origin listed, only the pages of this server may.</span>}
      {problem && <ProblemBox error={problem} shown={wrong ? [wrong.pointer] : []} />}
      {mayEdit && (
        <div>
          <Button type="submit" disabled={!dirty} loading={save.isPending}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}

const linesOf = ({ origins }: AllowedOrigins): string => (origins ?? []).join("\n");

/** The first line that was refused, and why. */
function wrongIn(problem: Problem, sent: string[]): { pointer: string; text: string } | undefined {
  const error = problem.errors.find(({ pointer }) => pointer.startsWith("/origins"));
  if (!error) return undefined;
  const line = sent[Number(error.pointer.split("/")[2])];
  return { pointer: error.pointer, text: line === undefined ? error.detail : `${line}: ${error.detail}` };
}
