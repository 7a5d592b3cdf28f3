// Keys come from titles, and a question that changes its type keeps its name and condition.
import { expect, test } from "vitest";
import { EMPTY, TEMPLATES, keyOf, ofType, specOf, typesFor } from "./spec";

test("keys are plain, and none is taken twice", () => {
  expect(keyOf("Was it  helpful?")).toBe("was_it_helpful");
  expect(keyOf("Größe & Überblick")).toBe("gro_e_uberblick");
  expect(keyOf("🙂")).toBe("question");
  expect(keyOf("Why?", ["why", "why_2"])).toBe("why_3");
});

test("another type keeps what both have", () => {
  const when = { question: "a", is: [true] };
  expect(ofType("text", "log", { key: "k", title: "T", required: false, when })).toEqual({ key: "k", title: "T", required: false, when, type: "text" });
  const category = ofType("category", "log", { key: "k", title: "T" });
  expect(ofType("checklist", "log", category, category)).toMatchObject({ type: "checklist", options: category.type === "category" ? category.options : [] });
});

test("templates ask only what fits their items", () => {
  for (const { item, questions } of TEMPLATES) for (const kind of item) for (const { type } of questions) expect(typesFor(kind)).toContain(type);
});

test("what is written of a queue leaves out what the server keeps", () => {
  expect(Object.keys(specOf({ ...EMPTY, id: "queue_1", state: "open", rubric_version: 1, guidelines_version: 1, created_at: "", archived_at: null }))).toEqual(Object.keys(EMPTY));
});
