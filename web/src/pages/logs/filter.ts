// The filter of the request log: in the URL, in the query to the server, and as chips.

/** Every filter that GET /logs takes, and how people call it. */
export const FIELDS = {
  deployment: "Deployment",
  variant: "Variant",
  model: "Model",
  user_id: "User",
  conversation_id: "Conversation",
  chain_id: "Chain",
  status: "Status",
  metadata: "Metadata",
  thumbs: "Thumbs",
  min_score: "Score from",
  max_score: "Score to",
  has_feedback: "Feedback",
  feedback: "Feedback on",
  feedback_from: "Feedback from",
  feedback_to: "Feedback to",
  from: "From",
  to: "To",
} as const;

export type Field = keyof typeof FIELDS;
/** The chips, and beside them `q`: a text in the filter language. */
export type LogFilter = Partial<Record<Field | "q", string>>;

const names = Object.keys(FIELDS) as Field[];
const STATUSES = ["configured", "completed", "failed", "cancelled"];
const DATE = /^\d{4}-\d{2}-\d{2}$/;

const scoreOk = (text: string) => text !== "" && Number(text) >= 0 && Number(text) <= 100;
const valid: Partial<Record<Field, (text: string) => boolean>> = {
  status: (text) => STATUSES.includes(text),
  thumbs: (text) => text === "up" || text === "down",
  has_feedback: (text) => text === "true" || text === "false",
  min_score: scoreOk,
  max_score: scoreOk,
  from: (text) => DATE.test(text),
  to: (text) => DATE.test(text),
  feedback_from: (text) => DATE.test(text),
  feedback_to: (text) => DATE.test(text),
  metadata: (text) => text.indexOf(":") > 0,
};

/** What is wrong with a value, or undefined. */
export function checkField(field: Field, value: string): string | undefined {
  if (value.trim() === "") return "Give a value.";
  if (valid[field]?.(value.trim()) ?? true) return undefined;
  if (field === "metadata") return "Write it as key:value, for example plan:pro.";
  if (field.endsWith("score")) return "A number from 0 to 100.";
  return /(from|to)$/.test(field) ? "A date, for example 2026-11-23." : "Not a value this filter takes.";
}

/** The filter in a URL's search; unknown names and values that cannot be are left out. */
export function filterFromSearch(search: Record<string, unknown>): LogFilter {
  const filter: LogFilter = {};
  const q = search.q === undefined || search.q === null ? "" : String(search.q).trim();
  if (q !== "") filter.q = q;
  for (const field of names) {
    const value = search[field];
    if (value === undefined || value === null) continue;
    const text = String(value).trim();
    if (text !== "" && checkField(field, text) === undefined) filter[field] = text;
  }
  return filter;
}

export const fieldsOf = (filter: LogFilter): Field[] => names.filter((field) => filter[field] !== undefined);

export const isFiltered = (filter: LogFilter): boolean => filter.q !== undefined || fieldsOf(filter).length > 0;

export function withQ(filter: LogFilter, q: string): LogFilter {
  const { q: _, ...rest } = filter;
  return q.trim() === "" ? rest : { ...rest, q: q.trim() };
}

/** Whether two filters ask for the same. */
export const sameFilter = (a: LogFilter, b: LogFilter): boolean =>
  (a.q ?? "") === (b.q ?? "") && names.every((field) => (a[field] ?? "") === (b[field] ?? ""));

export function withField(filter: LogFilter, field: Field, value: string | undefined): LogFilter {
  const next = { ...filter };
  if (value === undefined) delete next[field];
  else next[field] = value.trim();
  return next;
}

const SAID: Partial<Record<Field, Record<string, string>>> = {
  thumbs: { up: "Thumbs up", down: "Thumbs down" },
  has_feedback: { true: "With feedback", false: "Without feedback" },
};

/** A chip's text, e.g. `Model: smollm2`. */
export function chipText(field: Field, value: string): string {
  const said = SAID[field]?.[value];
  if (said) return said;
  if (field === "min_score") return `Score ≥ ${value}`;
  if (field === "max_score") return `Score ≤ ${value}`;
  if (field === "feedback" || field === "metadata") {
    const colon = value.indexOf(":");
    if (colon < 0) return `Has ${value}`;
    return `${value.slice(0, colon)}: ${value.slice(colon + 1).replaceAll("_", " ")}`;
  }
  return `${FIELDS[field]}: ${value}`;
}

/** The filter that leads from a part of the feedback charts to the logs behind it. */
export function filterOfDimension(dimension: string, value: string): LogFilter {
  if (dimension === "all" || value === "") return {};
  if (dimension === "user") return { user_id: value };
  if (dimension.startsWith("meta:")) return { metadata: `${dimension.slice("meta:".length)}:${value}` };
  return { [dimension as "deployment" | "variant" | "model"]: value };
}
