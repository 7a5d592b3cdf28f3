// What flows in from the live log: rules in the filter language, each with its share, cap and priority.
import "~/pages/logs/logs.css";
import { ActionIcon, Button, NativeSelect, NumberInput, Switch, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useMemo } from "react";
import { previewRule, type Priority, type Queue, type Rule } from "~/api/review/queue";
import { FilterBox } from "~/pages/logs/FilterBox";
import { wrongIn } from "~/pages/logs/typed";
import { count, plural } from "~/text/format";
import type { SectionProps } from "./QueueEditPage";
import { newRule } from "./spec";

export function Flow({ spec, set, errorAt, queue }: SectionProps & { queue: Queue | undefined }) {
  const put = (rules: Rule[]) => set({ rules });
  if (spec.item === "responses" || spec.item === "record") {
    return (
      <section className="card card-pad" aria-labelledby="flow">
        <h2 className="card-title" id="flow">What flows in</h2>
        <p className="dim" style={{ margin: 0 }}>{spec.item === "record" ? "Records" : "Responses"} are imported: by the command line, or by the API (POST /queues/…/tasks).</p>
      </section>
    );
  }
  return (
    <section className="card card-pad" aria-labelledby="flow">
      <h2 className="card-title" id="flow">What flows in</h2>
      <p className="dim flow-about">Each new log that fits a rule becomes a task within a second, once. Without rules, tasks come by hand or by the API.</p>
      <div className="stack">
        {spec.rules.map((rule, i) => (
          <RuleEditor key={i} rule={rule} at={i} queue={queue} error={errorAt(`/rules/${i}/filter`)} onChange={(next) => put(spec.rules.map((other, j) => (j === i ? next : other)))} onRemove={() => put(spec.rules.filter((_, j) => j !== i))} />
        ))}
      </div>
      <Button mt={spec.rules.length > 0 ? 12 : 0} size="compact-sm" variant="subtle" leftSection={<Plus size={14} />} onClick={() => put([...spec.rules, newRule(spec.rules)])}>
        Add a rule
      </Button>
    </section>
  );
}

const PRIORITIES: Priority[] = ["low", "normal", "high", "urgent"];

function RuleEditor({ rule, at, queue, error, onChange, onRemove }: { rule: Rule; at: number; queue: Queue | undefined; error: string | undefined; onChange: (rule: Rule) => void; onRemove: () => void }) {
  const set = (change: Partial<Rule>) => onChange({ ...rule, ...change });
  const preview = useMutation({ mutationFn: () => previewRule(queue!.id, rule.filter, rule.sample) });
  const wrong = useMemo(() => (preview.error ? wrongIn(preview.error, rule.filter) : error ? { message: error, before: rule.filter, part: "", after: "" } : undefined), [preview.error, rule.filter, error]);
  return (
    <div className="rule-edit" role="group" aria-label={`Rule ${at + 1}`}>
      <FilterBox q={rule.filter} label={`Filter of rule ${at + 1}`} placeholder="Every log, or a filter: thumbs:down score<50" wrong={wrong} onType={(filter) => (set({ filter }), preview.reset())} onApply={() => queue && preview.mutate()} />
      <div className="edit-fields">
        <NumberInput label="Share of them" size="xs" min={0.01} max={100} suffix=" %" value={Math.round(rule.sample * 10_000) / 100} onChange={(n) => set({ sample: Math.max(0.0001, Math.min(1, Number(n) / 100)) })} />
        <NumberInput label="A day, at most" size="xs" min={1} placeholder="no limit" value={rule.per_day ?? ""} onChange={(n) => set({ per_day: n === "" ? null : Number(n) })} />
        <NativeSelect label="Priority" size="xs" value={rule.priority} data={PRIORITIES} onChange={(e) => set({ priority: e.currentTarget.value as Priority })} />
        <TextInput label="Key" size="xs" classNames={{ input: "mono-input" }} value={rule.key} onChange={(e) => set({ key: e.currentTarget.value })} />
      </div>
      <div className="row">
        <Switch label="On" checked={rule.enabled} onChange={(e) => set({ enabled: e.currentTarget.checked })} />
        <span className="dim grow rule-said" role="status">
          {preview.data && `Of the logs that are there, ${plural(preview.data.logs, "log")}${preview.data.partial ? " or more" : ""} fit; it would take ${count(preview.data.taken)}.`}
        </span>
        {queue && (
          <Button size="compact-xs" variant="subtle" loading={preview.isPending} onClick={() => preview.mutate()}>
            How many would it take?
          </Button>
        )}
        <ActionIcon aria-label={`Remove rule ${at + 1}`} onClick={onRemove}><Trash2 size={15} /></ActionIcon>
      </div>
    </div>
  );
}
