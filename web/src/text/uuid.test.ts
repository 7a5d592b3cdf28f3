// Ids are made without crypto.randomUUID, which a page on plain http does not have.
import { expect, test, vi } from "vitest";
import { emptyDraft } from "./draft";
import { uuid } from "./uuid";

test("is a version 4 UUID, and another each time", () => {
  const ids = Array.from({ length: 200 }, uuid);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(200);
});

test("needs no secure context", () => {
  vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
  expect(emptyDraft().key).toHaveLength(36);
  vi.unstubAllGlobals();
});
