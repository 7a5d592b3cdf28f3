// A version being edited: its parts as texts that may be wrong, and back to what the API takes.
import type { DeploymentVersion, JsonObject, Json, Message, Variant, VersionSpec } from "~/api/types";
import type { FieldError } from "~/api/problem";

export interface VariantForm {
  name: string;
  weight: number;
  provider: string;
  model: string;
  prompt: { role: string; content: string; rest: Record<string, Json | undefined> }[];
  /** JSON objects and lists as text. */
  parameters: string;
  tools: string;
  context: { name: string; values: string }[];
  /** What this form does not show goes back as it came. */
  others: Partial<Others>;
}

type Others = Omit<Variant, "name" | "weight" | "provider" | "model" | "prompt" | "parameters" | "tools" | "context">;

export interface SpecForm {
  variants: VariantForm[];
  capture_logprobs: boolean;
  note: string;
}

/** A small model without a limit talks until its context is full. */
const FIRST_PARAMETERS = JSON.stringify({ temperature: 0.2, max_tokens: 400 }, null, 2);

export function emptyVariant(name: string, provider = "", model = ""): VariantForm {
  return { name, weight: 1, provider, model, prompt: [{ role: "system", content: "You are a helpful assistant.", rest: {} }], parameters: FIRST_PARAMETERS, tools: "[]", context: [], others: {} };
}

export function formOf(spec: VersionSpec | DeploymentVersion): SpecForm {
  return { capture_logprobs: spec.capture_logprobs, note: spec.note, variants: spec.variants.map(variantForm) };
}

const othersOf = ({ name, weight, provider, model, prompt, parameters, tools, context, ...others }: Variant): Others => others;

function variantForm(variant: Variant): VariantForm {
  return {
    name: variant.name,
    weight: variant.weight,
    provider: variant.provider,
    model: variant.model,
    others: othersOf(variant),
    prompt: variant.prompt.map(({ role, content, ...rest }) => ({
      role,
      content: typeof content === "string" ? content : JSON.stringify(content ?? ""),
      rest: typeof content === "string" ? rest : { ...rest, "": true },
    })),
    parameters: JSON.stringify(variant.parameters, null, 2),
    tools: JSON.stringify(variant.tools, null, 2),
    context: Object.entries(variant.context).map(([name, values]) => ({ name, values: values.join(", ") })),
  };
}

/** Every place of the form that can show what is wrong with it. */
export const pointersOf = (form: SpecForm): string[] => [
  "/note",
  ...form.variants.flatMap((variant, i) => [
    ...["name", "weight", "provider", "model", "parameters", "tools", "context"].map((field) => `/variants/${i}/${field}`),
    ...variant.prompt.map((_, j) => `/variants/${i}/prompt/${j}/content`),
  ]),
];

/** The spec, or what is wrong with it by pointer. */
export function specOf(form: SpecForm): { spec: VersionSpec; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const variants = form.variants.map((variant, i) => variantOf(variant, `/variants/${i}`, errors));
  return { spec: { variants, capture_logprobs: form.capture_logprobs, note: form.note.trim() }, errors };
}

function variantOf(form: VariantForm, at: string, errors: FieldError[]): Variant {
  const wrong = (field: string, detail: string) => errors.push({ pointer: `${at}/${field}`, detail });
  if (!form.name.trim()) wrong("name", "Give the variant a name.");
  if (!form.provider) wrong("provider", "Choose a provider.");
  if (!form.model.trim()) wrong("model", "Name a model.");
  const parameters = parsed(form.parameters, "{}", (detail) => wrong("parameters", detail));
  const tools = parsed(form.tools, "[]", (detail) => wrong("tools", detail));
  if (typeof parameters !== "object" || parameters === null || Array.isArray(parameters)) wrong("parameters", 'A JSON object, for example {"temperature": 0.2}.');
  if (!Array.isArray(tools)) wrong("tools", "A JSON list of tools.");
  const context: Record<string, string[]> = {};
  for (const { name, values } of form.context) {
    if (name.trim()) context[name.trim()] = values.split(",").map((value) => value.trim()).filter(Boolean);
  }
  return {
    ...(form.others as Others),
    name: form.name.trim(),
    weight: form.weight,
    context,
    provider: form.provider,
    model: form.model.trim(),
    prompt: form.prompt.filter(({ content }) => content.trim() !== "").map(promptMessage),
    parameters: parameters as JsonObject,
    tools: tools as Json[],
  };
}

// A content that was no plain text came in as JSON and goes out as it was.
function promptMessage({ role, content, rest }: VariantForm["prompt"][number]): Message {
  const { "": json, ...others } = rest;
  return { role, content: json === true ? (parsed(content, '""', () => undefined) as Json) : content, ...others };
}

function parsed(text: string, fallback: string, wrong: (detail: string) => void): unknown {
  try {
    return JSON.parse(text.trim() || fallback);
  } catch (thrown) {
    wrong(`Not JSON: ${(thrown as Error).message}`);
    return JSON.parse(fallback);
  }
}

/** A version as text, for comparing line by line. */
export function specText(version: VersionSpec): string {
  const { variants, capture_logprobs, note } = version;
  const lines = [`note: ${note || "–"}`, `ask for log-probabilities: ${capture_logprobs ? "yes" : "no"}`];
  for (const variant of variants) {
    lines.push("", `variant ${variant.name}`, `  serves: ${variant.provider}/${variant.model}`, `  weight: ${variant.weight}`);
    for (const [name, value] of Object.entries(othersOf(variant))) if (value !== null) lines.push(`  ${name}: ${JSON.stringify(value)}`);
    for (const [name, values] of Object.entries(variant.context)) lines.push(`  when ${name}: ${values.join(", ") || "any"}`);
    for (const [name, value] of Object.entries(variant.parameters)) lines.push(`  ${name}: ${JSON.stringify(value)}`);
    for (const { role, content } of variant.prompt) {
      const text = typeof content === "string" ? content : JSON.stringify(content);
      lines.push(`  ${role}:`, ...text.split("\n").map((line) => `    ${line}`));
    }
    for (const tool of variant.tools) lines.push("  tool:", ...JSON.stringify(tool, null, 2).split("\n").map((line) => `    ${line}`));
  }
  return `${lines.join("\n")}\n`;
}
