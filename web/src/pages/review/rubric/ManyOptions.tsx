// More options than there are keys: a field that narrows them down; Enter takes the first that is left.
import { TextInput } from "@mantine/core";
import { useState } from "react";
import type { Option } from "~/api/review/rubric";
import { Key } from "~/ui/Key";
import { Choice } from "./Choice";
import { chosen } from "./choose";
import { fieldId } from "./Fields";
import { OptionText, type QuestionProps } from "./QuestionView";

export function ManyOptions({ question, value, onAnswer, keys, options, suggested, labelId }: QuestionProps & { options: Option[]; labelId: string }) {
  const [typed, setTyped] = useState("");
  const one = question.type === "category";
  const has = (option: string) => (Array.isArray(value) ? (value as string[]).includes(option) : value === option);
  const wanted = typed.trim().toLowerCase();
  const found = options.filter(({ key, title }) => has(key) || `${title} ${key}`.toLowerCase().includes(wanted));
  const choose = (option: string) => onAnswer(chosen(question, value, option));
  const first = found.find(({ key }) => !has(key));
  return (
    <div className="many">
      <TextInput
        id={fieldId(question.key)}
        aria-labelledby={labelId}
        size="xs"
        placeholder={`Find among ${options.length}`}
        value={typed}
        rightSection={keys.get("") && !typed ? <Key>{keys.get("")!}</Key> : undefined}
        onChange={(e) => setTyped(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.ctrlKey || e.metaKey || (e.key !== "Enter" && e.key !== "Escape")) return;
          e.preventDefault();
          if (e.key === "Enter" && wanted && first) choose(first.key);
          setTyped("");
          if (e.key === "Escape" || one) e.currentTarget.blur();
        }}
      />
      <div className="opts many-list" role={one ? "radiogroup" : "group"} aria-labelledby={labelId}>
        {found.map(({ key, title, help }) => (
          <Choice key={key} role={one ? "radio" : "checkbox"} className="opt opt-row" checked={has(key)} suggested={suggested === key} hotkey={keys.get(key)} onChoose={() => choose(key)}>
            <OptionText title={title} help={help} />
          </Choice>
        ))}
        {found.length === 0 && <p className="dim">Nothing by this name.</p>}
      </div>
    </div>
  );
}
