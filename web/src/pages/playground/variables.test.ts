// The variables of a template: used ones, not those that the template makes itself.
import { expect, test } from "vitest";
import { variablesOf } from "./variables";

const of = (...texts: string[]) => variablesOf([{ prompt: texts.map((content) => ({ role: "system", content })) }]);

test("finds what is printed, asked for and walked through", () => {
  expect(of("You help {{ shop }}.", "{{-user.name | upper}} {% if vip %}VIP{% endif %}{{ shop }}")).toEqual(["shop", "user", "vip"]);
  expect(of("{% for item in items %}{{ item }} {{ loop.index }}{% endfor %}{% set x = 1 %}{{ x }}")).toEqual(["items"]);
  expect(of("no variables { here }")).toEqual([]);
});

test("looks into content parts too", () => {
  expect(variablesOf([{ prompt: [{ role: "user", content: [{ type: "text", text: "{{ a }}" }] }, { role: "user" }] }])).toEqual(["a"]);
});
