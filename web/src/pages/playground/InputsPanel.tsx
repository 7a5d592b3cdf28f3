// The variables of the deployment's prompt: what the application would send as `inputs`.
import { TextInput } from "@mantine/core";
import type { Conversation } from "./conversation";

interface Props {
  variables: string[];
  /** What was not given, once sending was tried. */
  missing: string[];
  conversation: Conversation;
  onChange: (change: Partial<Conversation>) => void;
}

export function InputsPanel({ variables, missing, conversation, onChange }: Props) {
  const set = (name: string, value: string) => onChange({ inputs: { ...conversation.inputs, [name]: value } });
  return (
    <section className="card play-inputs" aria-label="Inputs of the prompt">
      <span className="label">
        The prompt of <strong>{conversation.model}</strong> asks for these inputs
      </span>
      <div className="play-params">
        {variables.map((name) => (
          <TextInput
            key={name}
            size="xs"
            label={name}
            data-input={name}
            value={conversation.inputs[name] ?? ""}
            error={missing.includes(name)}
            onChange={(e) => set(name, e.currentTarget.value)}
          />
        ))}
      </div>
      {missing.length > 0 && (
        <p className="question-error" role="alert">
          This prompt needs {missing.join(", ").replace(/, ([^,]*)$/, " and $1")}.
        </p>
      )}
    </section>
  );
}
