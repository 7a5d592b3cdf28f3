// The variables of a template: used ones, not those that the template makes itself.
import { expect, test } from "vitest";
import { neededOf, variablesOf } from "./variables";

const of = (...texts: string[]) => variablesOf([{ prompt: texts.map((content) => ({ role: "system", content })) }]);

test("finds what is printed, asked for and walked through", () => {
  expect(of("You help {{ shop }}.", "{{-user.name | upper}} {% if vip %}VIP{% endif %}{{ shop }}")).toEqual(["shop", "user", "vip"]);
  expect(of("{% for item in items %}{{ item }} {{ loop.index }}{% endfor %}{% set x = 1 %}{{ x }}")).toEqual(["items"]);
  expect(of("no variables { here }")).toEqual([]);
});

test("looks into content parts too", () => {
  expect(variablesOf([{ prompt: [{ role: "user", content: [{ type: "text", text: "{{ a }}" }] }, { role: "user" }] }])).toEqual(["a"]);
});

test("knows which of them the prompt can do without", () => {
  const prompt = [{ role: "system", content: 'In a {{ tone }} tone, {{ name | default("friend") }}. {% if vip is defined %}{{ vip }}{% endif %}' }];
  const variables = variablesOf([{ prompt }]);
  expect(variables).toEqual(["tone", "name", "vip"]);
  expect(neededOf([{ prompt }], variables)).toEqual(["tone"]);
});
