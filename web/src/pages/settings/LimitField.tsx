// How often a key may call: a field of the new key's form, and a dialog for a key that is there.
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { limitKey } from "~/api/key";
import { asProblem } from "~/api/problem";
import type { ApiKey } from "~/api/types";
import { ProblemBox } from "~/ui/ProblemBox";

/** What is typed as the API takes it: nothing is no limit, what is no number is for the server to refuse. */
export const asLimit = (typed: string): number | null => (typed.trim() === "" ? null : Number(typed));

export function LimitField({ value, onChange, error }: { value: string; onChange: (typed: string) => void; error: string | undefined }) {
  return (
    <TextInput
      label="Requests per minute"
      description="Calls of models, and logs, metrics and traces sent in. Leave empty for no limit."
      type="number"
      min={1}
      step={1}
      value={value}
      error={error}
      onChange={(e) => onChange(e.currentTarget.value)}
    />
  );
}

export function LimitForm({ apiKey, onDone }: { apiKey: ApiKey; onDone: () => void }) {
  const queries = useQueryClient();
  const [typed, setTyped] = useState(apiKey.requests_per_minute?.toString() ?? "");
  const change = useMutation({
    mutationFn: () => limitKey(apiKey.id, asLimit(typed)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["keys"] });
      onDone();
    },
  });
  const problem = change.isError ? asProblem(change.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <LimitField value={typed} onChange={setTyped} error={problem?.at("/requests_per_minute")} />
      {problem && <ProblemBox error={problem} shown={["/requests_per_minute"]} />}
      <Button type="submit" loading={change.isPending}>
        Save
      </Button>
    </form>
  );
}
