// Messages of every shape that providers send become parts that can be shown.
import { expect, test } from "vitest";
import type { Json } from "~/api/types";
import { answerOf, asJson, partsOf, textOf } from "./message";

test("plain text, parts, images and what nobody knows", () => {
  expect(partsOf({ role: "user", content: "hi" })).toEqual([{ kind: "text", text: "hi" }]);
  expect(
    partsOf({ role: "user", content: ["a", { type: "text", text: "b" }, { type: "image_url", image_url: { url: "data:image/png;base64,AA" } }, { type: "input_audio", input_audio: {} }] }),
  ).toEqual([
    { kind: "text", text: "a" },
    { kind: "text", text: "b" },
    { kind: "image", src: "data:image/png;base64,AA" },
    { kind: "json", value: { type: "input_audio", input_audio: {} } },
  ]);
  expect(partsOf({ role: "assistant" })).toEqual([]);
  expect(partsOf({ role: "assistant", content: null, refusal: "No." })).toEqual([{ kind: "refusal", text: "No." }]);
});

test("tool calls, their arguments made readable", () => {
  const calls: Json[] = [{ id: "1", type: "function", function: { name: "f", arguments: '{"a":1}' } }, { function: { name: "g", arguments: "{broken" } }];
  expect(partsOf({ role: "assistant", content: null, tool_calls: calls })).toEqual([
    { kind: "call", name: "f", arguments: '{\n  "a": 1\n}', id: "1" },
    { kind: "call", name: "g", arguments: "{broken", id: "" },
  ]);
});

test("the answer is the text of the first choice", () => {
  expect(answerOf({ choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: [{ type: "text", text: "a" }, "b"] } }] })).toBe("a\nb");
  expect(answerOf({ choices: [] })).toBe("");
  expect(textOf(undefined)).toBe("");
});

test("JSON is recognised only as a whole", () => {
  expect(asJson(' {"a":1} ')).toEqual({ a: 1 });
  expect(asJson("{not json}")).toBeUndefined();
  expect(asJson("42")).toBeUndefined();
});
