// Open tasks that wait for anybody are kept for people, in even shares.
import { Button, Checkbox, NativeSelect, NumberInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { UserRoundPlus } from "lucide-react";
import { useState } from "react";
import { shareOut, type AssignTo } from "~/api/review/assign";
import type { Queue } from "~/api/review/queue";
import { usersQuery } from "~/api/user";
import { plural } from "~/text/format";
import { FormModal } from "~/ui/FormModal";
import { ProblemBox } from "~/ui/ProblemBox";

export function ShareOut({ queue }: { queue: Queue }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="xs" variant="default" leftSection={<UserRoundPlus size={14} />} onClick={() => setOpen(true)}>Share out</Button>
      <FormModal opened={open} onClose={() => setOpen(false)} title="Share open tasks out">
        <Form queue={queue} />
      </FormModal>
    </>
  );
}

function Form({ queue }: { queue: Queue }) {
  const queries = useQueryClient();
  const users = (useQuery(usersQuery).data ?? []).filter(({ role, disabled_at }) => role !== "viewer" && disabled_at === null);
  const groups = [...new Set(users.flatMap((user) => user.groups))].sort();
  const [group, setGroup] = useState("");
  const [people, setPeople] = useState<string[]>([]);
  const [limit, setLimit] = useState<number | string>(100);
  const share = useMutation({
    mutationFn: (to: AssignTo) => shareOut(queue.id, to, Number(limit)),
    onSuccess: () => Promise.all(["tasks", "reviewers", "progress"].map((key) => queries.invalidateQueries({ queryKey: [key, queue.id] }))),
  });
  const name = (id: string) => users.find((user) => user.id === id)?.name ?? id;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        share.mutate(group ? { group } : people);
      }}
    >
      <p className="dim" style={{ margin: 0 }}>Each goes to the one for whom the fewest are kept, and comes before all others there. What is kept for who is away or paused goes to the others.</p>
      {groups.length > 0 && <NativeSelect label="Among" value={group} data={[{ value: "", label: "these people" }, ...groups.map((value) => ({ value, label: `the group ${value}` }))]} onChange={(e) => setGroup(e.currentTarget.value)} />}
      {group === "" && (
        <fieldset className="plain who">
          <legend>People</legend>
          <div className="row">
            {users.map(({ id, name }) => (
              <Checkbox key={id} size="xs" label={name} checked={people.includes(id)} onChange={() => setPeople(people.includes(id) ? people.filter((other) => other !== id) : [...people, id])} />
            ))}
          </div>
        </fieldset>
      )}
      <NumberInput label="At most" min={1} max={1000} suffix=" tasks" value={limit} onChange={setLimit} />
      {share.isError && <ProblemBox error={share.error} />}
      {share.data && (
        <p role="status" style={{ margin: 0 }}>
          {share.data.assigned === 0 ? "No task was left that is kept for nobody." : `${plural(share.data.assigned, "task")} shared out: ${share.data.people.map(({ user, tasks }) => `${name(user)} ${tasks}`).join(", ")}.`}
          {share.data.passed.length > 0 && ` ${plural(share.data.passed.length, "task")} left as they were: ${share.data.passed[0]!.why}.`}
          {share.data.left && " There are more."}
        </p>
      )}
      <Button type="submit" loading={share.isPending} disabled={group === "" && people.length === 0}>Share out</Button>
    </form>
  );
}
