// Colours of code: a comment is a comment, a colour is not.
import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Code } from "./Code";

const comments = (code: string) =>
  [
    ...renderToStaticMarkup(
      <MantineProvider>
        <Code code={code} colour />
      </MantineProvider>,
    ).matchAll(/<span class="c">([^<]*)/g),
  ].map((match) => match[1]);

test("a hash begins a comment, unless it begins a colour", () => {
  expect(comments("vouch-feedback { --vouch-accent: #1d6147; }")).toEqual([]);
  expect(comments("x = 1  # add one\n#bad idea")).toEqual(["# add one", "#bad idea"]);
  expect(comments("LOG_ID=log_1 # from the header")).toEqual(["# from the header"]);
});
