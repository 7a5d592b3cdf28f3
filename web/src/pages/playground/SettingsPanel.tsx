// The system prompt and the parameters, folded away until someone wants them.
import { NumberInput, Switch, Textarea } from "@mantine/core";
import type { Conversation, Parameters } from "./conversation";

interface Props {
  conversation: Conversation;
  onChange: (change: Partial<Conversation>) => void;
}

interface Field {
  name: keyof Parameters;
  label: string;
  hint: string;
  min: number;
  max: number;
  step: number;
}

const FIELDS: Field[] = [
  { name: "temperature", label: "Temperature", hint: "0 to 2", min: 0, max: 2, step: 0.1 },
  { name: "top_p", label: "Top p", hint: "0 to 1", min: 0, max: 1, step: 0.05 },
  { name: "max_tokens", label: "Max tokens", hint: "its own", min: 1, max: 1_000_000, step: 64 },
  { name: "seed", label: "Seed", hint: "random", min: 0, max: 2_147_483_647, step: 1 },
];

export function SettingsPanel({ conversation, onChange }: Props) {
  const set = (name: keyof Parameters, value: number | string) => {
    const parameters = { ...conversation.parameters };
    if (value === "") delete parameters[name];
    else parameters[name] = Number(value);
    onChange({ parameters });
  };
  return (
    <section className="card card-pad play-settings appear" aria-label="Settings of the call">
      <Textarea
        label="System prompt"
        description="Comes before the conversation. A deployment's own prompt comes before this one."
        placeholder="You are a helpful assistant."
        autosize
        minRows={2}
        maxRows={8}
        value={conversation.system}
        onChange={(e) => onChange({ system: e.currentTarget.value })}
      />
      <div className="play-params">
        {FIELDS.map(({ name, label, hint, ...range }) => (
          <NumberInput
            key={name}
            label={label}
            placeholder={hint}
            {...range}
            value={conversation.parameters[name] ?? ""}
            onChange={(value) => set(name, value)}
          />
        ))}
      </div>
      <Switch
        label="Ask for token probabilities"
        description="Shades the answer by probability in its log. Some models refuse it."
        checked={conversation.logprobs}
        onChange={(e) => onChange({ logprobs: e.currentTarget.checked })}
      />
    </section>
  );
}
