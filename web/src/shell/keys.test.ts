// Keys: text fields keep their letters, the page's own keys win.
import { expect, test } from "vitest";
import { bindingFor, inField, pressed, type KeyBinding } from "./keys";

const element = (tagName: string, type = "text") => ({ tagName, type, closest: () => null, isContentEditable: false });
const event = (key: string, more: object = {}) =>
  ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, target: element("BODY"), ...more }) as unknown as KeyboardEvent;
const bind = (key: string, more: Partial<KeyBinding> = {}): KeyBinding => ({ key, does: key, run: () => undefined, ...more });

test("names what was pressed", () => {
  expect(pressed(event("?", { shiftKey: true }))).toBe("?");
  expect(pressed(event("Enter", { ctrlKey: true }))).toBe("mod+Enter");
  expect(pressed(event("Enter", { metaKey: true, shiftKey: true }))).toBe("mod+shift+Enter");
});

test("letters in a text field are text", () => {
  const groups = [{ title: "t", keys: [bind("j"), bind("mod+Enter", { inFields: true })] }];
  const typing = { target: element("TEXTAREA") };
  expect(bindingFor(event("j", typing), groups)).toBeUndefined();
  expect(bindingFor(event("Enter", { ...typing, ctrlKey: true }), groups)?.key).toBe("mod+Enter");
  expect(bindingFor(event("j"), groups)?.key).toBe("j");
  expect(inField(element("INPUT", "radio") as unknown as EventTarget)).toBe(false);
  expect(inField(element("INPUT", "number") as unknown as EventTarget)).toBe(true);
});

test("the later group wins, a sequence only after its first key", () => {
  let awaited = false;
  const first = [bind("l", { does: "first" }), bind("g l", { when: () => awaited })];
  const groups = [{ title: "a", keys: first }, { title: "b", keys: [bind("l", { does: "second" })] }];
  expect(bindingFor(event("l"), groups)?.does).toBe("second");
  awaited = true;
  expect(bindingFor(event("l"), groups)?.key).toBe("g l");
});

test("an event that someone handled is left alone", () => {
  expect(bindingFor(event("j", { defaultPrevented: true }), [{ title: "t", keys: [bind("j")] }])).toBeUndefined();
});
