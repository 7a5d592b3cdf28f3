// Puts logs that are there already into the queue; first it says how many they would be.
import { Button, NumberInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { asProblem } from "~/api/problem";
import { backfill, previewRule, type Queue } from "~/api/review/queue";
import { FilterBox } from "~/pages/logs/FilterBox";
import { wrongIn } from "~/pages/logs/typed";
import { count, plural } from "~/text/format";
import { ProblemBox } from "~/ui/ProblemBox";
import "~/pages/logs/logs.css";

export function Backfill({ queue }: { queue: Queue }) {
  const queries = useQueryClient();
  const [filter, setFilter] = useState(queue.rules[0]?.filter ?? "");
  const [sample, setSample] = useState(100);
  const [limit, setLimit] = useState(1000);
  const preview = useMutation({ mutationFn: () => previewRule(queue.id, filter, sample / 100) });
  const add = useMutation({
    mutationFn: () => backfill(queue.id, filter, sample / 100, limit),
    onSuccess: async () => {
      preview.reset();
      await Promise.all(["progress", "tasks"].map((name) => queries.invalidateQueries({ queryKey: [name, queue.id] })));
    },
  });
  const failed = preview.error ?? add.error;
  const wrong = useMemo(() => (failed ? wrongIn(failed, filter) : undefined), [failed, filter]);
  if (queue.item !== "log") return null;
  const taken = preview.data ? Math.min(preview.data.taken, limit) : undefined;
  return (
    <section className="card card-pad backfill" aria-labelledby="backfill">
      <h2 className="card-title" id="backfill">Add logs that are there already</h2>
      <div className="backfill-row">
        <div className="grow">
          <FilterBox q={filter} label="Which logs to add" placeholder="All logs, or a filter: thumbs:down age<7d" onType={(text) => (setFilter(text), preview.reset(), add.reset())} onApply={() => preview.mutate()} wrong={wrong} />
        </div>
        <NumberInput aria-label="Share of them, in percent" className="backfill-number" min={1} max={100} suffix=" %" value={sample} onChange={(n) => (setSample(Number(n) || 1), preview.reset())} />
        <NumberInput aria-label="At most" className="backfill-number" min={1} max={100_000} prefix="at most " value={limit} onChange={(n) => setLimit(Number(n) || 1)} />
        <Button variant="default" loading={preview.isPending} onClick={() => preview.mutate()}>
          How many?
        </Button>
        <Button disabled={taken === undefined || taken === 0} loading={add.isPending} onClick={() => add.mutate()}>
          {taken === undefined ? "Add" : `Add ${count(taken)}`}
        </Button>
      </div>
      <p className="dim backfill-said" role="status">
        {preview.data && `${plural(preview.data.logs, "log")}${preview.data.partial ? " or more" : ""} fit; ${count(preview.data.taken)} of them would be taken.`}
        {add.data && `${plural(add.data.created, "task")} made; ${count(add.data.known)} were in the queue already.`}
      </p>
      {failed && !wrong && <ProblemBox error={asProblem(failed)} />}
    </section>
  );
}
