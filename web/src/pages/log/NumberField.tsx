// A number as answer: a slider where the range is known, and a field that takes what is typed as it is.
import { NumberInput, Slider } from "@mantine/core";
import type { MetricDefinition, MetricValue } from "~/api/types";
import { Key } from "~/ui/Key";

interface Props {
  metric: MetricDefinition;
  value: MetricValue | undefined;
  onChange: (value: MetricValue | undefined) => void;
  error: string | undefined;
  labelId: string;
  /** The key that leads to the field, where there is one. */
  hotkey: string | undefined;
}

export function NumberField({ metric, value, onChange, error, labelId, hotkey }: Props) {
  const { min, max } = metric;
  const ranged = typeof min === "number" && typeof max === "number";
  const step = ranged && max - min <= 10 ? (max - min) / 100 : 1;
  return (
    <div className="number">
      {ranged && <Range min={min} max={max} step={step} value={value} onChange={onChange} labelId={labelId} />}
      <NumberInput
        aria-labelledby={labelId}
        className="number-input"
        id={`metric-${metric.name}`}
        placeholder={ranged ? `${min}–${max}` : "a number"}
        {...(typeof min === "number" ? { min } : {})}
        {...(typeof max === "number" ? { max } : {})}
        // A typo is told, not turned into another number.
        clampBehavior="none"
        step={step}
        hideControls={ranged}
        value={typeof value === "number" || typeof value === "string" ? value : ""}
        error={Boolean(error)}
        rightSection={value === undefined && hotkey ? <Key>{hotkey}</Key> : undefined}
        onChange={(next) => onChange(next === "" ? undefined : Number.isFinite(Number(next)) ? Number(next) : String(next))}
        onKeyDown={(e) => {
          if (e.key === "Escape" || (e.key === "Enter" && !e.ctrlKey && !e.metaKey)) e.currentTarget.blur();
        }}
      />
    </div>
  );
}

interface RangeProps {
  min: number;
  max: number;
  step: number;
  value: MetricValue | undefined;
  onChange: (value: number) => void;
  labelId: string;
}

/** Until a number is given the slider has no handle to see: a handle in the middle would look like one. */
function Range({ min, max, step, value, onChange, labelId }: RangeProps) {
  const given = typeof value === "number";
  return (
    <Slider
      className={given ? "grow" : "grow slider-unset"}
      thumbProps={{ "aria-labelledby": labelId }}
      thumbValueText={given ? String(value) : "not set"}
      min={min}
      max={max}
      step={step}
      label={null}
      value={given ? Math.min(max, Math.max(min, value)) : (min + max) / 2}
      onChange={onChange}
    />
  );
}
