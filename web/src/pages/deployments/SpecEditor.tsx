// A whole version being edited: its variants, its settings, what changed.
import { Button, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { modelsQuery, providersQuery } from "~/api/provider";
import { VariantEditor } from "./VariantEditor";
import { emptyVariant, type SpecForm } from "./spec";

interface Props {
  form: SpecForm;
  onChange: (form: SpecForm) => void;
  errorAt: (pointer: string) => string | undefined;
}

export function SpecEditor({ form, onChange, errorAt }: Props) {
  const providers = useQuery(providersQuery).data ?? [];
  const models = useQuery(modelsQuery).data ?? [];
  const last = form.variants.at(-1);
  const add = () =>
    onChange({ ...form, variants: [...form.variants, last ? { ...last, name: freeName(form) } : emptyVariant("main")] });
  return (
    <>
      {form.variants.map((variant, i) => (
        <VariantEditor
          key={i}
          variant={variant}
          at={`/variants/${i}`}
          providers={providers}
          models={models}
          errorAt={errorAt}
          onChange={(next) => onChange({ ...form, variants: form.variants.map((v, j) => (j === i ? next : v)) })}
          onRemove={form.variants.length > 1 ? () => onChange({ ...form, variants: form.variants.filter((_, j) => j !== i) }) : undefined}
        />
      ))}
      <div>
        <Button variant="default" leftSection={<Plus size={15} />} onClick={add}>
          Add a variant
        </Button>
      </div>
      <section className="card card-pad stack" aria-label="Settings of the version">
        <Switch
          label="Ask for token probabilities"
          description="For uncertainty and shading in the logs; callers that did not ask never see them."
          checked={form.capture_logprobs}
          onChange={(e) => onChange({ ...form, capture_logprobs: e.currentTarget.checked })}
        />
        <TextInput label="What changed" placeholder="Shorter answers" value={form.note} onChange={(e) => onChange({ ...form, note: e.currentTarget.value })} error={errorAt("/note")} />
      </section>
    </>
  );
}

function freeName({ variants }: SpecForm): string {
  for (let n = variants.length + 1; ; n++) {
    const name = `variant-${n}`;
    if (!variants.some((variant) => variant.name === name)) return name;
  }
}
