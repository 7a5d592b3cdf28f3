// The variables that a prompt template asks for: `{{ name }}`, `{{ user.name }}`, `{% if name %}`.
import type { Variant } from "~/api/types";

const USED = /\{\{-?\s*([A-Za-z_]\w*)|\{%-?\s*(?:if|elif)\s+(?:not\s+)?([A-Za-z_]\w*)|\{%-?\s*for\s+\w+\s+in\s+([A-Za-z_]\w*)/g;
const LOCAL = /\{%-?\s*(?:for|set)\s+([A-Za-z_]\w*)/g;
/** Names that minijinja brings along. */
const BUILT_IN = new Set(["loop", "true", "false", "none", "range", "dict", "namespace", "now"]);

/** `x | default("")` and `x is defined` do without x. */
const OPTIONAL = /([A-Za-z_]\w*)(?:\.\w+)*\s*(?:\|\s*default\b|is\s+(?:not\s+)?(?:un)?defined\b)/g;

/** Those of `variables` without which the prompt cannot be filled in. */
export function neededOf(variants: Pick<Variant, "prompt">[], variables: string[]): string[] {
  const text = JSON.stringify(variants.flatMap((variant) => variant.prompt).map(({ content }) => content ?? ""));
  const optional = new Set([...text.matchAll(OPTIONAL)].map((match) => match[1]));
  return variables.filter((name) => !optional.has(name));
}

export function variablesOf(variants: Pick<Variant, "prompt">[]): string[] {
  const found = new Set<string>();
  for (const { content } of variants.flatMap((variant) => variant.prompt)) {
    const text = typeof content === "string" ? content : JSON.stringify(content ?? "");
    const local = new Set([...text.matchAll(LOCAL)].map((match) => match[1]!));
    for (const match of text.matchAll(USED)) {
      const name = match[1] ?? match[2] ?? match[3]!;
      if (!local.has(name) && !BUILT_IN.has(name)) found.add(name);
    }
  }
  return [...found];
}
