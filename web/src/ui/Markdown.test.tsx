// Markdown never becomes raw HTML, never fetches, never runs.
import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { Markdown } from "./Markdown";

const html = (text: string) =>
  renderToStaticMarkup(
    <MantineProvider>
      <Markdown text={text} />
    </MantineProvider>,
  ).replace(/^[\s\S]*?<div class="md">/, "");

describe("hostile text", () => {
  test.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <b onclick='x()'>b</b> c",
    "<iframe src='https://evil.example'></iframe>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>1</script>)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "<javascript:alert(1)>",
  ])("%s", (text) => {
    expect(html(text)).not.toMatch(/<(script|iframe|img|b )|href="(javascript|data)|<[^>]+\son\w+=/i);
  });

  test("a picture from elsewhere is a link, one that came along is shown", () => {
    expect(html("![cat](https://a.example/c.png)")).toContain('<a href="https://a.example/c.png"');
    expect(html("![cat](data:image/png;base64,AA==)")).toContain('<img src="data:image/png;base64,AA==" alt="cat"');
  });
});

describe("what would stop the page is shown as it came", () => {
  const N = 20_000;
  test.each([
    ["quotes in quotes", ">".repeat(N)],
    ["quotes with spaces", `${"> ".repeat(N)}x`],
    ["lists in lists", `${"- ".repeat(N)}x`],
    ["numbers in numbers", `${"1. ".repeat(N)}x`],
    ["a list ever further in", Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}- x`).join("\n")],
    ["emphasis without end", "_a".repeat(N)],
    ["stars", "*a ".repeat(N)],
    ["strikes", "~~a".repeat(N)],
    ["brackets", "[".repeat(N)],
    ["links in links", "[a](".repeat(N)],
    ["comments", "<!--".repeat(N)],
  ])("%s", (_, text) => {
    const begun = performance.now();
    expect(html(text).length).toBeGreaterThan(1000);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  test("a rule of many dashes is one, and some quotes in quotes are", () => {
    expect(html("a\n\n----------------------------------------------------\n\nb")).toContain("<hr/>");
    expect(html("> > > deep")).toContain("<blockquote><p>deep</p></blockquote>");
  });
});

test("the usual things read as they should", () => {
  expect(html("**bold** _em_ `a<b`")).toContain("<strong>bold</strong> <em>em</em> <code>a&lt;b</code>");
  expect(html("1. one\n2. two")).toContain("<ol start=\"1\" dir=\"auto\"><li>one</li><li>two</li></ol>");
  expect(html("| a | b |\n|---|---|\n| 1 | 2 |")).toContain('<td dir="auto">1</td>');
  expect(html("line\nline")).toContain("line<br/>line");
  expect(html("Tom &amp; Ann &lt;3")).toContain("Tom &amp; Ann &lt;3");
  expect(html("- [x] done")).toContain("checked");
  expect(html("```js\nlet a = '<b>'\n```")).toContain("&lt;b&gt;");
});

test("each block runs the way of its script; what a block holds follows it", () => {
  const text = html("مرحبا\n\nHello\n\n- שלום\n  - inner\n\n> quoted\n\n# Title");
  expect(text.match(/<(p|ul|blockquote|h3) dir="auto"/g)).toHaveLength(5);
  expect(text).toContain("<ul><li>inner</li></ul>");
  expect(html("```\nشيفرة\n```")).toContain('dir="ltr"');
});

test("a table's columns are aligned as it says", () => {
  const text = html("| a | b | c |\n|---|--:|:-:|\n| 1 | 2 | 3 |");
  expect(text).toContain('<td dir="auto" style="text-align:right">2</td>');
  expect(text).toContain('<th dir="auto" style="text-align:center">c</th>');
});
