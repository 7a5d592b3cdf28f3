// The diff rebuilds both texts, and shows what a reader expects.
import { describe, expect, test } from "vitest";
import { changedWords, lineDiff, mostlyChanged, wordDiff, type Change } from "./diff";

const before = (changes: Change[]) => changes.filter((c) => c.kind !== "added").map((c) => c.text).join("");
const after = (changes: Change[]) => changes.filter((c) => c.kind !== "removed").map((c) => c.text).join("");
const shown = (changes: Change[]) =>
  changes.map((c) => ({ same: c.text, added: `{+${c.text}+}`, removed: `[-${c.text}-]` })[c.kind]).join("");

describe("wordDiff", () => {
  test("shows a changed word as one replacement", () => {
    expect(shown(wordDiff("The capital is Lyon.", "The capital is Paris."))).toBe("The capital is [-Lyon-]{+Paris+}.");
  });

  test("joins neighbouring changed words", () => {
    expect(shown(wordDiff("a big red dog", "a very small dog"))).toBe("a [-big red-]{+very small+} dog");
  });

  test("handles empty sides and equal texts", () => {
    expect(wordDiff("", "")).toEqual([]);
    expect(shown(wordDiff("", "new"))).toBe("{+new+}");
    expect(shown(wordDiff("old", ""))).toBe("[-old-]");
    expect(wordDiff("same text", "same text")).toEqual([{ kind: "same", text: "same text" }]);
  });

  test("keeps letters of any script together", () => {
    expect(shown(wordDiff("grüße aus köln", "grüße aus münchen"))).toBe("grüße aus [-köln-]{+münchen+}");
  });

  test("rebuilds both texts for random edits", () => {
    let seed = 7;
    const draw = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    const words = ["a", "bb", "c.", "\n", "dd ", " ", "e"];
    const text = () => Array.from({ length: draw(40) }, () => words[draw(words.length)]).join("");
    for (let i = 0; i < 500; i++) {
      const [one, two] = [text(), text()];
      const changes = wordDiff(one, two);
      expect(before(changes)).toBe(one);
      expect(after(changes)).toBe(two);
    }
  });

  test("stays quick on long texts that share nothing", () => {
    const one = Array.from({ length: 6000 }, (_, i) => `x${i}`).join(" ");
    const two = Array.from({ length: 6000 }, (_, i) => `y${i}`).join(" ");
    const start = performance.now();
    const changes = wordDiff(one, two);
    expect(performance.now() - start).toBeLessThan(4000);
    expect(after(changes)).toBe(two);
  });
});

test("lineDiff compares whole lines", () => {
  expect(shown(lineDiff("a\nb\nc", "a\nB\nc"))).toBe("a\n[-b\n-]{+B\n+}c");
});

test("changedWords counts words on both sides", () => {
  expect(changedWords(wordDiff("one two three", "one 2 three four"))).toEqual({ removed: 1, added: 2 });
});

test("a text that was written anew is told from one that was mended", () => {
  expect(mostlyChanged(wordDiff("The capital of Australia is Sydney, since 1927.", "The capital of Australia is Canberra, since 1927."))).toBe(false);
  expect(mostlyChanged(wordDiff("I do not know that, sorry, ask someone else.", "Canberra has been the capital of Australia since 1927."))).toBe(true);
  expect(mostlyChanged(wordDiff("No", "Yes"))).toBe(false);
});
