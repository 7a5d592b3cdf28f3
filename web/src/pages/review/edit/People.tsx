// Who reviews, who decides, by when, and how the work is to bear.
import { Checkbox, NativeSelect, NumberInput, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { QueueSpec } from "~/api/review/queue";
import { usersQuery } from "~/api/user";
import type { User } from "~/api/types";
import type { SectionProps } from "./QueueEditPage";

export function People({ spec, set }: SectionProps) {
  const users = (useQuery(usersQuery).data ?? []).filter(({ role, disabled_at }) => role !== "viewer" && disabled_at === null);
  const decides = Array.isArray(spec.escalate_to) ? spec.escalate_to : [];
  const leads = typeof spec.escalate_to === "object" && "group" in spec.escalate_to ? spec.escalate_to.group : undefined;
  const chosen = spec.groups ?? [];
  const groups = [...new Set([...users.flatMap((user) => user.groups ?? []), ...chosen, ...(leads ? [leads] : [])])].sort();
  return (
    <section className="card card-pad" aria-labelledby="people">
      <h2 className="card-title" id="people">People and time</h2>
      <div className="stack">
        <Who legend="Who reviews" all="Everyone with the role reviewer or admin" users={users} chosen={spec.people} onChange={(people) => set({ people, ...(people.length === 0 ? { groups: [] } : {}) })} groups={groups} inGroups={chosen} onGroups={(groups) => set({ groups })} />
        <Who legend="Who decides where they differ" all="Admins" users={users} chosen={decides} onChange={(who) => set({ escalate_to: who.length > 0 ? who : "admin" })} groups={groups} inGroups={leads ? [leads] : []} onGroups={(to) => set({ escalate_to: to.length > 0 ? { group: to.at(-1)! } : "admin" })} />
        <div className="edit-fields edit-fields-wide">
          <NativeSelect label="New tasks" size="xs" value={spec.assignment ?? "line"} data={[{ value: "line", label: "wait for whoever comes first" }, { value: "even", label: "are kept for people, in even shares" }]} onChange={(e) => set({ assignment: e.currentTarget.value as "line" | "even" })} />
          <NumberInput label="Due after" size="xs" min={1} suffix=" h" placeholder="not due" value={spec.due_after_s === null ? "" : spec.due_after_s / 3600} onChange={(n) => set({ due_after_s: n === "" ? null : Math.round(Number(n) * 3600) })} />
          <NumberInput label="A turn lasts" size="xs" min={1} max={240} suffix=" min, renewed while at work" value={spec.lease_s / 60} onChange={(n) => set({ lease_s: Math.max(60, Math.round(Number(n) * 60)) })} />
          <NativeSelect label="Suggestions of models" size="xs" value={spec.suggestions} data={[{ value: "shown", label: "shown with the question" }, { value: "after", label: "told after one's own answer" }, { value: "hidden", label: "hidden" }]} onChange={(e) => set({ suggestions: e.currentTarget.value as QueueSpec["suggestions"] })} />
          <NumberInput label="Remind of a break after" size="xs" min={5} suffix=" min" placeholder="never" value={spec.remind_after_min ?? ""} onChange={(n) => set({ remind_after_min: n === "" ? null : Number(n) })} />
          <Switch label="Blur items until one points at them" checked={spec.blur} onChange={(e) => set({ blur: e.currentTarget.checked })} />
        </div>
      </div>
    </section>
  );
}

interface WhoProps {
  legend: string;
  all: string;
  users: User[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
  groups: string[];
  inGroups: string[];
  onGroups: (groups: string[]) => void;
}

const toggled = (all: string[], one: string): string[] => (all.includes(one) ? all.filter((other) => other !== one) : [...all, one]);

function Who({ legend, all, users, chosen, onChange, groups, inGroups, onGroups }: WhoProps) {
  return (
    <fieldset className="plain who">
      <legend>{legend}</legend>
      <div className="row">
        <Checkbox size="xs" label={all} checked={chosen.length === 0 && inGroups.length === 0} onChange={() => onChange([])} />
        {groups.map((group) => (
          <Checkbox key={group} size="xs" label={`group ${group}`} checked={inGroups.includes(group)} onChange={() => onGroups(toggled(inGroups, group))} />
        ))}
        {users.map(({ id, name }) => (
          <Checkbox key={id} size="xs" label={name} checked={chosen.includes(id)} onChange={() => onChange(toggled(chosen, id))} />
        ))}
      </div>
    </fieldset>
  );
}
