// Adds one filter: which, then what, with the input that fits it.
import { Button, NativeSelect, NumberInput, Popover, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ListFilter } from "lucide-react";
import { useState, type FormEvent } from "react";
import { deploymentsQuery } from "~/api/deployment";
import { metricsQuery } from "~/api/metric";
import type { MetricDefinition } from "~/api/types";
import { useKeys } from "~/shell/keys";
import { Key } from "~/ui/Key";
import { words } from "~/text/format";
import { FIELDS, checkField, type Field } from "./filter";

const GROUPS: [string, Field[]][] = [
  ["Served by", ["deployment", "variant", "model"]],
  ["The call", ["status", "user_id", "conversation_id", "chain_id", "metadata", "from", "to"]],
  ["What people said", ["thumbs", "min_score", "max_score", "has_feedback", "feedback", "feedback_from", "feedback_to"]],
];

export function FilterAdd({ onAdd }: { onAdd: (field: Field, value: string) => void }) {
  const [open, setOpen] = useState(false);
  useKeys("Filter", [{ key: "f", does: "Add a filter", run: () => setOpen(true) }]);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" shadow="md" trapFocus returnFocus width={290}>
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<ListFilter size={14} />} rightSection={<Key>f</Key>} onClick={() => setOpen(!open)}>
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <FilterForm
          onAdd={(field, value) => {
            onAdd(field, value);
            setOpen(false);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function FilterForm({ onAdd }: { onAdd: (field: Field, value: string) => void }) {
  const [field, setField] = useState<Field>("deployment");
  const [value, setValue] = useState("");
  const [wrong, setWrong] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const problem = checkField(field, value);
    setWrong(problem);
    if (!problem) onAdd(field, value);
  };
  return (
    <form onSubmit={submit} className="stack" style={{ gap: 12 }}>
      <NativeSelect
        label="Filter by"
        value={field}
        data={GROUPS.map(([group, fields]) => ({ group, items: fields.map((f) => ({ value: f, label: FIELDS[f] })) }))}
        onChange={(e) => {
          setField(e.currentTarget.value as Field);
          setValue("");
          setWrong(undefined);
        }}
      />
      <ValueInput key={field} field={field} value={value} onChange={setValue} error={wrong} />
      <Button type="submit" fullWidth>
        Apply
      </Button>
    </form>
  );
}

interface ValueProps {
  field: Field;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}

const CHOICES: Partial<Record<Field, { value: string; label: string }[]>> = {
  status: ["completed", "failed", "cancelled", "configured"].map((value) => ({ value, label: words(value) })),
  thumbs: [{ value: "up", label: "up" }, { value: "down", label: "down" }],
  has_feedback: [{ value: "true", label: "with feedback" }, { value: "false", label: "without feedback" }],
};

function ValueInput({ field, value, onChange, error }: ValueProps) {
  const deployments = useQuery({ ...deploymentsQuery, enabled: field === "deployment" });
  const metrics = useQuery({ ...metricsQuery, enabled: field === "feedback" });
  const choices =
    CHOICES[field] ??
    (field === "deployment" ? deployments.data?.map((d) => ({ value: d.key, label: d.key })) : undefined) ??
    (field === "feedback" ? metrics.data?.flatMap(labelsOf) : undefined);
  const common = { label: "Value", error, value };
  if (choices) {
    return <NativeSelect {...common} data={[{ value: "", label: "Choose …" }, ...choices]} onChange={(e) => onChange(e.currentTarget.value)} />;
  }
  if (field === "min_score" || field === "max_score") {
    return <NumberInput {...common} min={0} max={100} clampBehavior="none" onChange={(n) => onChange(String(n))} />;
  }
  const type = field === "from" || field === "to" || field === "feedback_from" || field === "feedback_to" ? "date" : "text";
  const placeholder = field === "metadata" ? "key:value" : undefined;
  return <TextInput {...common} type={type} placeholder={placeholder} onChange={(e) => onChange(e.currentTarget.value)} />;
}

/** A metric, and each of its words: `defects`, `defects:spelling`. */
function labelsOf(metric: MetricDefinition): { value: string; label: string }[] {
  const labels = metric.type === "boolean" ? ["true", "false"] : (metric.categories ?? []);
  return [
    { value: metric.name, label: `${metric.name} (any)` },
    ...labels.map((label) => ({ value: `${metric.name}:${label}`, label: `${metric.name}: ${words(label)}` })),
  ];
}
