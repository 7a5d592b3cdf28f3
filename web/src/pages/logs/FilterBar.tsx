// The filter as chips, the usual ones a click away, the rest behind "Filter".
import { ActionIcon, Button, UnstyledButton } from "@mantine/core";
import { X } from "lucide-react";
import { Key } from "~/ui/Key";
import { FilterAdd } from "./FilterAdd";
import { chipText, fieldsOf, isFiltered, withField, type Field, type LogFilter } from "./filter";

interface Props {
  filter: LogFilter;
  onChange: (filter: LogFilter) => void;
}

const USUAL: [Field, string][] = [
  ["thumbs", "down"],
  ["thumbs", "up"],
  ["has_feedback", "false"],
  ["status", "failed"],
];

export function FilterBar({ filter, onChange }: Props) {
  const set = fieldsOf(filter);
  const usual = USUAL.filter(([field]) => filter[field] === undefined);
  return (
    <div className="filters" role="group" aria-label="Filter">
      <FilterAdd onAdd={(field, value) => onChange(withField(filter, field, value))} />
      {set.map((field) => {
        const text = chipText(field, filter[field]!);
        return (
          <span key={field} className="chip chip-set">
            <span className="clip" title={text}>
              {text}
            </span>
            <ActionIcon size={18} radius="xl" color="pine" aria-label={`Remove filter: ${text}`} onClick={() => onChange(withField(filter, field, undefined))}>
              <X size={12} />
            </ActionIcon>
          </span>
        );
      })}
      {usual.map(([field, value]) => (
        <UnstyledButton key={field + value} className="chip" onClick={() => onChange(withField(filter, field, value))}>
          {field === "status" ? "Failed" : chipText(field, value)}
        </UnstyledButton>
      ))}
      {isFiltered(filter) && (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={() => onChange({})} rightSection={<Key>x</Key>}>
          Clear
        </Button>
      )}
    </div>
  );
}
