// The metrics: what is asked, in which words, and which way is better.
import { Button, NativeSelect, NumberInput, Skeleton, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { metricsQuery, putMetric } from "~/api/metric";
import { asProblem } from "~/api/problem";
import { useMay } from "~/api/session";
import type { Direction, MetricChange, MetricDefinition, MetricTypeName } from "~/api/types";
import { words } from "~/text/format";
import { FormModal } from "~/ui/FormModal";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { Ticks } from "~/ui/Ticks";

export function MetricSettings() {
  const metrics = useQuery(metricsQuery);
  const mayEdit = useMay("admin");
  const [editing, setEditing] = useState<MetricDefinition | "new">();
  const undefinedOnes = metrics.data?.filter((m) => m.state === "undefined") ?? [];
  return (
    <div className="stack">
      <LoadError query={metrics} />
      {undefinedOnes.length > 0 && (
        <div className="card card-pad adopt">
          <strong>Undefined, adopt?</strong>
          <p className="dim">Programs send feedback under these names. Define one, and reviewers are asked it too.</p>
          <div className="row">
            {undefinedOnes.map((metric) => (
              <Button key={metric.name} size="xs" variant="default" disabled={!mayEdit} onClick={() => setEditing(metric)}>
                Adopt “{metric.name}” ({words(metric.type)})
              </Button>
            ))}
          </div>
        </div>
      )}
      <div className="card table-wrap">
        {metrics.isPending && <Skeleton height={260} />}
        <table className="table" aria-label="Metrics">
          <thead>
            <tr>
              <th>Name</th>
              <th>Type</th>
              <th className="wide">Values</th>
              <th className="wide">Better is</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {metrics.data?.filter((m) => m.state === "defined").map((metric) => (
              <tr key={metric.name}>
                <td>
                  <strong>{metric.name}</strong> {metric.built_in && <span className="pill">built in</span>}
                  {metric.guideline && (
                    <div className="dim cell-more" dir="auto">
                      <Ticks text={metric.guideline} />
                    </div>
                  )}
                </td>
                <td>{words(metric.type)}</td>
                <td className="wide cell-values">{valuesOf(metric)}</td>
                <td className="wide">{DIRECTIONS[metric.direction]}</td>
                <td className="right">
                  {mayEdit && (
                    <Button size="compact-sm" variant="subtle" leftSection={<Pencil size={13} />} onClick={() => setEditing(metric)} aria-label={`Edit ${metric.name}`}>
                      Edit
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {mayEdit && (
        <div>
          <Button leftSection={<Plus size={15} />} onClick={() => setEditing("new")}>
            Define a metric
          </Button>
        </div>
      )}
      <FormModal opened={editing !== undefined} onClose={() => setEditing(undefined)} title={title(editing)} size="md">
        {editing && <MetricForm metric={editing === "new" ? undefined : editing} onDone={() => setEditing(undefined)} />}
      </FormModal>
    </div>
  );
}

const title = (editing: MetricDefinition | "new" | undefined): string =>
  editing === undefined || editing === "new" ? "Define a metric" : editing.state === "undefined" ? `Adopt “${editing.name}”` : `Edit “${editing.name}”`;

const DIRECTIONS: Record<Direction, string> = { higher_is_better: "more", lower_is_better: "less", neutral: "neither" };
const TYPES: MetricTypeName[] = ["boolean", "number", "category", "multi_category", "text"];

function valuesOf(metric: MetricDefinition): string {
  if (metric.type === "number") return `${metric.min ?? "any"} to ${metric.max ?? "any"}`;
  if (metric.type === "boolean") return "true, false";
  if (metric.type === "text") return "free text";
  return metric.categories?.length ? metric.categories.map(words).join(", ") : "any words";
}

function MetricForm({ metric, onDone }: { metric: MetricDefinition | undefined; onDone: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState(metric?.name ?? "");
  const [type, setType] = useState<MetricTypeName>(metric?.type ?? "boolean");
  const [min, setMin] = useState<number | string>(metric?.min ?? "");
  const [max, setMax] = useState<number | string>(metric?.max ?? "");
  const [categories, setCategories] = useState(metric?.categories ?? []);
  const [direction, setDirection] = useState<Direction>(metric?.direction ?? "higher_is_better");
  const [guideline, setGuideline] = useState(metric?.guideline ?? "");
  const save = useMutation({
    mutationFn: () => putMetric(name.trim(), changeOf({ type, min, max, categories, direction, guideline })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["metrics"] });
      onDone();
    },
  });
  const problem = save.isError ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const worded = type === "category" || type === "multi_category";
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Name" description="a-z, 0-9, _ - ." required disabled={metric !== undefined} value={name} error={problem?.at("/name")} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
      <NativeSelect label="Type" value={type} data={TYPES.map((value) => ({ value, label: words(value) }))} error={problem?.at("/type")} onChange={(e) => setType(e.currentTarget.value as MetricTypeName)} />
      {type === "number" && (
        <div className="row" style={{ flexWrap: "nowrap", alignItems: "flex-start" }}>
          <NumberInput className="grow" label="From" value={min} error={problem?.at("/min")} onChange={setMin} />
          <NumberInput className="grow" label="To" value={max} error={problem?.at("/max")} onChange={setMax} />
        </div>
      )}
      {worded && <TagsInput label="Words" description="Enter after each; none allows any word." value={categories} error={problem?.at("/categories")} onChange={setCategories} />}
      <NativeSelect label="Better is" value={direction} data={Object.entries(DIRECTIONS).map(([value, label]) => ({ value, label }))} onChange={(e) => setDirection(e.currentTarget.value as Direction)} />
      <Textarea label="Guideline" description="What a reviewer should know before answering." autosize minRows={2} value={guideline} error={problem?.at("/guideline")} onChange={(e) => setGuideline(e.currentTarget.value)} />
      {problem && <ProblemBox error={problem} shown={["/name", "/type", "/min", "/max", "/categories", "/guideline"]} />}
      <Button type="submit" loading={save.isPending}>
        {metric?.state === "undefined" ? "Adopt" : "Save"}
      </Button>
    </form>
  );
}

interface Form {
  type: MetricTypeName;
  min: number | string;
  max: number | string;
  categories: string[];
  direction: Direction;
  guideline: string;
}

function changeOf({ type, min, max, categories, direction, guideline }: Form): MetricChange {
  const range = { ...(min === "" ? {} : { min: Number(min) }), ...(max === "" ? {} : { max: Number(max) }) };
  const own = type === "number" ? range : type === "category" || type === "multi_category" ? { categories } : {};
  return { type, ...own, direction, guideline: guideline.trim() };
}
