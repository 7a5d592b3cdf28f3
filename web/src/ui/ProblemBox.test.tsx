// An error is said once, in words.
import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { problemOf } from "~/api/problem";
import { ProblemBox, fieldName } from "./ProblemBox";

const refused = problemOf(
  422,
  JSON.stringify({ title: "The input is not valid", detail: '/key: expected letters, got "a!"', errors: [{ pointer: "/key", detail: 'expected letters, got "a!"' }] }),
);
const text = (shown?: string[]) =>
  renderToStaticMarkup(
    <MantineProvider>
      <ProblemBox error={refused} {...(shown ? { shown } : {})} />
    </MantineProvider>,
  ).replace(/<style[\s\S]*?<\/style>/g, "").replace(/<[^>]+>/g, " ").replaceAll("&quot;", '"');

test("what a field shows is not said again", () => {
  expect(text(["/key"])).not.toContain("Should be");
  expect(text(["/key"])).toContain("The marked field");
});

test("what no field shows is said once, by the field's name", () => {
  expect(text().match(/Should be letters/g)).toHaveLength(1);
  expect(text()).toContain("key:");
  expect(text()).not.toContain("/key");
});

test("a pointer becomes a name", () => {
  expect(fieldName("/variants/0/max_tokens")).toBe("variants 1, max tokens");
  expect(fieldName("?metric")).toBe("metric");
});
