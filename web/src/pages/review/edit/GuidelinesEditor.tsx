// How reviewers should decide, in Markdown, with a look at how it reads.
import { SegmentedControl, Textarea } from "@mantine/core";
import { useState } from "react";
import { Markdown } from "~/ui/Markdown";
import type { SectionProps } from "./QueueEditPage";

export function GuidelinesEditor({ spec, set, errorAt }: SectionProps) {
  const [mode, setMode] = useState("write");
  return (
    <section className="card card-pad" aria-labelledby="guidelines-title">
      <h2 className="card-title" id="guidelines-title">
        Guidelines
        <SegmentedControl size="xs" aria-label="Guidelines as" data={[{ value: "write", label: "Write" }, { value: "read", label: "Read" }]} value={mode} onChange={setMode} />
      </h2>
      {mode === "write" ? (
        <Textarea aria-labelledby="guidelines-title" autosize minRows={4} maxRows={24} placeholder={"When is an answer good? One example of each kind says more than a page of rules.\n\nMarkdown works."} value={spec.guidelines} error={errorAt("/guidelines")} onChange={(e) => set({ guidelines: e.currentTarget.value })} />
      ) : spec.guidelines.trim() ? (
        <Markdown text={spec.guidelines} />
      ) : (
        <p className="dim">Nothing written yet.</p>
      )}
    </section>
  );
}
