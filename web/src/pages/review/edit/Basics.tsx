// What a queue is called, and what is judged in it.
import { NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import type { QueueSpec } from "~/api/review/queue";
import { keyOf } from "./spec";
import type { SectionProps } from "./QueueEditPage";

const ITEMS: { value: QueueSpec["item"]; label: string }[] = [
  { value: "log", label: "Answers: one logged call each" },
  { value: "conversation", label: "Whole conversations" },
  { value: "responses", label: "Responses to compare: two or more" },
  { value: "record", label: "Records: any imported text" },
];

export function Basics({ spec, set, errorAt, fixed }: SectionProps & { fixed: boolean }) {
  const [own, setOwn] = useState(fixed || (spec.key !== "" && spec.key !== keyOf(spec.name)));
  return (
    <section className="card card-pad edit-fields edit-fields-wide" aria-label="Basics">
      <TextInput label="Name" required value={spec.name} error={errorAt("/name")} maxLength={200} onChange={(e) => set({ name: e.currentTarget.value, ...(own ? {} : { key: e.currentTarget.value ? keyOf(e.currentTarget.value) : "" }) })} />
      <TextInput label="Key, for the API and exports" required value={spec.key} error={errorAt("/key")} classNames={{ input: "mono-input" }} disabled={fixed} onChange={(e) => (setOwn(true), set({ key: e.currentTarget.value }))} />
      <NativeSelect label="What is judged" value={spec.item} error={errorAt("/item")} disabled={fixed} data={ITEMS} onChange={(e) => set({ item: e.currentTarget.value as QueueSpec["item"] })} />
    </section>
  );
}
