// One variant being edited: model, prompt, parameters, tools, and when it serves.
import { ActionIcon, Autocomplete, Button, NativeSelect, NumberInput, Textarea, TextInput } from "@mantine/core";
import { Plus, Trash2, X } from "lucide-react";
import type { Model, Provider } from "~/api/types";
import type { VariantForm } from "./spec";

interface Props {
  variant: VariantForm;
  at: string;
  providers: Provider[];
  models: Model[];
  onChange: (variant: VariantForm) => void;
  onRemove: (() => void) | undefined;
  errorAt: (pointer: string) => string | undefined;
}

const ROLES = ["system", "developer", "user", "assistant"];

export function VariantEditor({ variant, at, providers, models, onChange, onRemove, errorAt }: Props) {
  const set = (change: Partial<VariantForm>) => onChange({ ...variant, ...change });
  const known = models.filter((model) => model.provider === variant.provider).map((model) => model.model);
  return (
    <section className="card card-pad variant-editor" aria-label={`Variant ${variant.name || "without a name"}`}>
      <div className="variant-fields">
        <TextInput label="Variant" value={variant.name} error={errorAt(`${at}/name`)} onChange={(e) => set({ name: e.currentTarget.value })} />
        <NativeSelect
          label="Provider"
          value={variant.provider}
          data={[{ value: "", label: "Choose …" }, ...providers.map(({ name }) => ({ value: name, label: name }))]}
          error={errorAt(`${at}/provider`)}
          onChange={(e) => set({ provider: e.currentTarget.value, model: models.find((m) => m.provider === e.currentTarget.value)?.model ?? variant.model })}
        />
        <Autocomplete label="Model" value={variant.model} data={[...new Set(known)]} error={errorAt(`${at}/model`)} onChange={(model) => set({ model })} />
        <NumberInput label="Weight" description={undefined} min={0} max={1_000_000} allowDecimal={false} value={variant.weight} error={errorAt(`${at}/weight`)} onChange={(n) => set({ weight: Number(n) || 0 })} />
      </div>
      <Prompt variant={variant} set={set} errorAt={(i) => errorAt(`${at}/prompt/${i}/content`)} />
      <div className="variant-json">
        <Textarea
          label="Parameters"
          description="JSON. Defaults for the call; what the call says itself wins."
          placeholder='{"temperature": 0.2, "max_tokens": 300}'
          autosize
          minRows={3}
          maxRows={14}
          classNames={{ input: "mono-input" }}
          value={variant.parameters}
          error={errorAt(`${at}/parameters`)}
          onChange={(e) => set({ parameters: e.currentTarget.value })}
        />
        <Textarea
          label="Tools"
          description="JSON, a list in OpenAI's shape."
          autosize
          minRows={3}
          maxRows={14}
          classNames={{ input: "mono-input" }}
          value={variant.tools}
          error={errorAt(`${at}/tools`)}
          onChange={(e) => set({ tools: e.currentTarget.value })}
        />
      </div>
      <Rules variant={variant} set={set} error={errorAt(`${at}/context`)} />
      {onRemove && (
        <div>
          <Button size="compact-sm" variant="subtle" color="clay.6" className="danger" leftSection={<Trash2 size={14} />} onClick={onRemove}>
            Remove this variant
          </Button>
        </div>
      )}
    </section>
  );
}

interface PartProps {
  variant: VariantForm;
  set: (change: Partial<VariantForm>) => void;
}

function Prompt({ variant, set, errorAt }: PartProps & { errorAt: (message: number) => string | undefined }) {
  const change = (i: number, part: Partial<VariantForm["prompt"][number]>) =>
    set({ prompt: variant.prompt.map((message, j) => (j === i ? { ...message, ...part } : message)) });
  return (
    <fieldset className="plain">
      <legend>Prompt</legend>
      <p className="dim">
        Put before the call's own messages. <code className="mono">{"{{ name }}"}</code> is filled in from the call's inputs.
      </p>
      {variant.prompt.map((message, i) => (
        <div key={i} className="prompt-message">
          <NativeSelect aria-label={`Role of message ${i + 1}`} size="xs" data={[...new Set([...ROLES, message.role])]} value={message.role} onChange={(e) => change(i, { role: e.currentTarget.value })} />
          <Textarea aria-label={`Text of message ${i + 1}`} className="grow" autosize minRows={2} maxRows={16} value={message.content} error={errorAt(i)} onChange={(e) => change(i, { content: e.currentTarget.value })} />
          <ActionIcon aria-label={`Remove message ${i + 1}`} onClick={() => set({ prompt: variant.prompt.filter((_, j) => j !== i) })}>
            <X size={15} />
          </ActionIcon>
        </div>
      ))}
      <Button size="compact-sm" variant="subtle" leftSection={<Plus size={14} />} onClick={() => set({ prompt: [...variant.prompt, { role: variant.prompt.length ? "user" : "system", content: "", rest: {} }] })}>
        Add a message
      </Button>
    </fieldset>
  );
}

function Rules({ variant, set, error }: PartProps & { error: string | undefined }) {
  const change = (i: number, part: Partial<VariantForm["context"][number]>) =>
    set({ context: variant.context.map((rule, j) => (j === i ? { ...rule, ...part } : rule)) });
  return (
    <fieldset className="plain">
      <legend>Serves when</legend>
      {variant.context.length === 0 && <p className="dim">Always, by its weight. With rules, only calls whose context fits all of them; the variant with the most rules wins.</p>}
      {variant.context.map((rule, i) => (
        <div key={i} className="rule">
          <TextInput aria-label={`Name of rule ${i + 1}`} size="xs" placeholder="environment" value={rule.name} onChange={(e) => change(i, { name: e.currentTarget.value })} />
          <span className="dim">is one of</span>
          <TextInput aria-label={`Values of rule ${i + 1}`} size="xs" className="grow" placeholder="production, staging" value={rule.values} onChange={(e) => change(i, { values: e.currentTarget.value })} />
          <ActionIcon aria-label={`Remove rule ${i + 1}`} onClick={() => set({ context: variant.context.filter((_, j) => j !== i) })}>
            <X size={15} />
          </ActionIcon>
        </div>
      ))}
      {error && <p className="question-error">{error}</p>}
      <Button size="compact-sm" variant="subtle" leftSection={<Plus size={14} />} onClick={() => set({ context: [...variant.context, { name: "", values: "" }] })}>
        Add a rule
      </Button>
    </fieldset>
  );
}
