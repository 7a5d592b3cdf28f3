// What one skipped in a queue, to be taken up again.
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { skippedQuery, unskipTask } from "~/api/review/assign";
import { useMay } from "~/api/session";
import { ProblemBox } from "~/ui/ProblemBox";
import { itemTitle } from "./item/itemText";

export function Skipped({ queue, onTaken }: { queue: string; onTaken: () => void }) {
  const may = useMay("feedback");
  const queries = useQueryClient();
  const list = useQuery({ ...skippedQuery(queue), enabled: may });
  const take = useMutation({
    mutationFn: unskipTask,
    onSuccess: onTaken,
    onSettled: () => queries.invalidateQueries({ queryKey: ["skipped", queue] }),
  });
  if (!list.data || list.data.length === 0) return null;
  return (
    <section className="card card-pad" aria-labelledby="skipped">
      <h2 className="card-title" id="skipped">Skipped by you</h2>
      {take.isError && <ProblemBox error={take.error} />}
      <ul className="plain stack">
        {list.data.map(({ task, item, reason, available }) => (
          <li key={task} className="row">
            <span className="grow">
              <span className="clip" dir="auto">{itemTitle(item).slice(0, 160)}</span>
              <span className="dim"> · {reason}</span>
            </span>
            {available ? (
              <Button size="compact-sm" variant="light" leftSection={<Undo2 size={14} />} loading={take.isPending && take.variables === task} onClick={() => take.mutate(task)} aria-label={`Take up again: ${itemTitle(item).slice(0, 80)}`}>
                Take it up again
              </Button>
            ) : (
              <span className="dim">others have it now</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
