// Chooses what to talk to.
import { Select, type ComboboxItem } from "@mantine/core";
import type { Targets } from "./useTargets";

interface Props {
  targets: Targets;
  value: string;
  onChange: (value: string) => void;
}

export function TargetSelect({ targets, value, onChange }: Props) {
  const all = [...targets.deployments, ...targets.models];
  const about = new Map(all.map((target) => [target.value, target]));
  const option = ({ value: v, label }: { value: string; label: string }): ComboboxItem => ({ value: v, label });
  const data = [
    ...(targets.deployments.length ? [{ group: "Deployments", items: targets.deployments.map(option) }] : []),
    ...(targets.models.length ? [{ group: "Models", items: targets.models.map(option) }] : []),
  ];
  // A model that is typed in a link stays choosable, also when no list names it.
  if (value && !about.has(value)) data.push({ group: "As named", items: [{ value, label: value }] });
  return (
    <Select
      aria-label="Deployment or model"
      placeholder={targets.pending ? "Loading …" : "Choose a model"}
      data={data}
      value={value || null}
      onChange={(next) => next && onChange(next)}
      allowDeselect={false}
      searchable
      nothingFoundMessage="Nothing by that name"
      className="target-select"
      comboboxProps={{ width: 340, position: "bottom-start", shadow: "md" }}
      renderOption={({ option: { value: v, label } }) => {
        const target = about.get(v);
        return (
          <div className="grow">
            <div className="row" style={{ gap: 8, flexWrap: "nowrap" }}>
              <span className="clip" title={label}>
                {label}
              </span>
              {target && !target.ready && <span className="pill pill-warn">not ready</span>}
            </div>
            {target?.about && (
              <div className="dim clip" style={{ fontSize: "0.78rem" }} title={target.about}>
                {target.about}
              </div>
            )}
          </div>
        );
      }}
    />
  );
}
