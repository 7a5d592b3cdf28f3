// How often each task is reviewed, what settles it, and the checks that are hidden among the tasks.
import { NativeSelect, NumberInput, SegmentedControl } from "@mantine/core";
import type { GoldPolicy, Overlap, QueueSpec } from "~/api/review/queue";
import type { SectionProps } from "./QueueEditPage";

export const METHODS: { value: QueueSpec["consensus"]["method"]; label: string }[] = [
  { value: "majority", label: "Majority: the most frequent answer" },
  { value: "one_coin", label: "One-coin: weighs people by how often they are right" },
  { value: "dawid_skene", label: "Dawid-Skene: weighs people by what they mix up" },
  { value: "mace", label: "MACE: tells who guesses" },
];

const share = (value: number) => Math.round(value * 1000) / 10;

export function Quality({ spec, set, errorAt }: SectionProps) {
  const { overlap, gold, alert } = spec;
  const setGold = (change: Partial<GoldPolicy>) => set({ gold: { ...gold, ...change } });
  const adaptive = overlap.type === "adaptive";
  const first = spec.rubric.questions[0]?.key ?? "";
  const setOverlap = (next: Overlap) => set({ overlap: next });
  return (
    <section className="card card-pad" aria-labelledby="quality">
      <h2 className="card-title" id="quality">How sure you want to be</h2>
      <div className="stack">
        <SegmentedControl
          size="xs"
          className="edit-segments"
          aria-label="Overlap"
          data={[{ value: "fixed", label: "The same number for each" }, { value: "adaptive", label: "Only as many as needed" }]}
          value={overlap.type}
          onChange={(type) => setOverlap(type === "adaptive" ? { type: "adaptive", min: 2, max: 5, confidence: 0.9, question: first } : { type: "fixed", reviews: 2 })}
        />
        <div className="edit-fields">
          {adaptive ? (
            <>
              <NumberInput label="Reviews at least" size="xs" min={1} max={20} value={overlap.min} error={errorAt("/overlap/min")} onChange={(n) => setOverlap({ ...overlap, min: Number(n) || 1 })} />
              <NumberInput label="At most" size="xs" min={overlap.min} max={20} value={overlap.max} error={errorAt("/overlap/max")} onChange={(n) => setOverlap({ ...overlap, max: Number(n) || 1 })} />
              <NumberInput label="Until this sure" size="xs" min={50} max={99.9} suffix=" %" value={share(overlap.confidence)} error={errorAt("/overlap/confidence")} onChange={(n) => setOverlap({ ...overlap, confidence: Number(n) / 100 })} />
              <NativeSelect label="Of this question" size="xs" value={overlap.question} error={errorAt("/overlap/question")} data={spec.rubric.questions.map(({ key, title }) => ({ value: key, label: title }))} onChange={(e) => setOverlap({ ...overlap, question: e.currentTarget.value })} />
            </>
          ) : (
            <NumberInput label="Reviews of each task" size="xs" min={1} max={20} value={overlap.reviews} error={errorAt("/overlap/reviews")} onChange={(n) => setOverlap({ type: "fixed", reviews: Number(n) || 1 })} />
          )}
        </div>
        <div className="edit-fields edit-fields-wide">
          <NativeSelect label="A task is complete" size="xs" value={spec.accept} data={[{ value: "unanimous", label: "when all said the same; else someone decides" }, { value: "consensus", label: "by the consensus, without anyone deciding" }]} onChange={(e) => set({ accept: e.currentTarget.value as QueueSpec["accept"] })} />
          <NativeSelect label="Consensus" size="xs" value={spec.consensus.method} data={METHODS} onChange={(e) => set({ consensus: { ...spec.consensus, method: e.currentTarget.value as QueueSpec["consensus"]["method"] } })} />
          <NativeSelect label="A tie" size="xs" value={spec.consensus.tie} data={[{ value: "conflict", label: "is a conflict" }, { value: "first", label: "goes to the first answer" }]} onChange={(e) => set({ consensus: { ...spec.consensus, tie: e.currentTarget.value as "conflict" | "first" } })} />
          <NativeSelect label="Ratings and numbers" size="xs" value={spec.consensus.scale ?? "median"} data={[{ value: "median", label: "come to their median" }, { value: "mean", label: "come to their mean" }]} onChange={(e) => set({ consensus: { ...spec.consensus, scale: e.currentTarget.value as "median" | "mean" } })} />
          <NumberInput label="A span counts that is marked by" size="xs" min={1} max={100} suffix=" % of the reviewers" placeholder="more than half" value={spec.consensus.spans == null ? "" : share(spec.consensus.spans)} error={errorAt("/consensus/spans")} onChange={(n) => set({ consensus: { ...spec.consensus, spans: n === "" ? null : Number(n) / 100 } })} />
          <NumberInput label="Second look at" size="xs" min={0} max={100} suffix=" % of the complete" value={share(spec.second_review)} onChange={(n) => set({ second_review: Number(n) / 100 })} />
        </div>
        <h3 className="edit-sub">Alert: tell webhooks (agreement.low)</h3>
        <div className="edit-fields">
          <NumberInput label="When alpha falls below" size="xs" min={-1} max={1} step={0.05} decimalScale={2} placeholder="never" value={alert?.alpha_below ?? ""} error={errorAt("/alert/alpha_below")} onChange={(n) => set({ alert: n === "" ? null : { alpha_below: Number(n), last_tasks: alert?.last_tasks ?? 50 } })} />
          <NumberInput label="Over the newest" size="xs" min={20} max={1000} suffix=" tasks" disabled={!alert} value={alert?.last_tasks ?? 50} error={errorAt("/alert/last_tasks")} onChange={(n) => alert && set({ alert: { ...alert, last_tasks: Number(n) || 50 } })} />
        </div>
        <h3 className="edit-sub">Checks: tasks whose answer is known</h3>
        <div className="edit-fields">
          <NumberInput label="Share of a person's tasks" size="xs" min={0} max={50} suffix=" %" value={share(gold.rate)} onChange={(n) => setGold({ rate: Number(n) / 100 })} />
          <NumberInput label="To begin with" size="xs" min={0} suffix=" tasks" value={gold.onboarding} onChange={(n) => setGold({ onboarding: Number(n) || 0 })} />
          <NumberInput label="Pause when fewer right" size="xs" min={0} max={100} suffix=" %" placeholder="never" value={gold.pause_below === null ? "" : share(gold.pause_below)} onChange={(n) => setGold({ pause_below: n === "" ? null : Number(n) / 100 })} />
          <NumberInput label="Of the last" size="xs" min={3} suffix=" checks" value={gold.window} onChange={(n) => setGold({ window: Number(n) || 20 })} />
        </div>
      </div>
    </section>
  );
}
