// Backticks become code, and only in pairs.
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Ticks } from "./Ticks";

const html = (text: string) => renderToStaticMarkup(<Ticks text={text} />);

test("what stands in backticks is code", () => {
  expect(html("made by `vouch demo` and `x`")).toBe('made by <code class="tick mono">vouch demo</code> and <code class="tick mono">x</code>');
  expect(html("one ` alone, <b>no</b> markup")).toBe("one ` alone, &lt;b&gt;no&lt;/b&gt; markup");
});
