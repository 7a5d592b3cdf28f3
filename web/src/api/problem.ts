// What the server says when it refuses: RFC 9457 problem+json, and OpenAI's shape on /v1.

export interface FieldError {
  pointer: string;
  detail: string;
}

/** An answer that is not 2xx, or no answer at all (`status` 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldError[] = [],
    readonly slug: string = "",
  ) {
    super(detail || title);
    this.name = "Problem";
  }

  /** What is wrong at `pointer`, e.g. `/value`. */
  at(pointer: string): string | undefined {
    return this.errors.find((error) => error.pointer === pointer)?.detail;
  }
}

const TITLES: Record<number, string> = {
  0: "The server cannot be reached",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  409: "In conflict with what is there",
  413: "Too large",
  422: "Something in the input is wrong",
  429: "Too many requests",
  500: "The server failed",
  503: "Not available just now",
};

const object = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Reads a refused answer's body, whichever of our shapes it has. */
export function problemOf(status: number, body: string): Problem {
  let parsed: Record<string, unknown> = {};
  try {
    parsed = object(JSON.parse(body));
  } catch {
    parsed = {};
  }
  const fallback = TITLES[status] ?? `The server answered ${status}`;
  const openai = object(parsed.error);
  if (text(openai.message)) {
    const slug = text(openai.code) || text(openai.type);
    return new Problem(status, fallback, text(openai.message), [], slug);
  }
  const errors = Array.isArray(parsed.errors)
    ? parsed.errors.map(object).map((e) => ({ pointer: text(e.pointer), detail: text(e.detail) }))
    : [];
  const slug = text(parsed.type).split("/").at(-1) ?? "";
  return new Problem(status, text(parsed.title) || fallback, text(parsed.detail) || text(parsed.message), errors, slug);
}

/** Whatever was thrown, as a Problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof TypeError) {
    return new Problem(0, TITLES[0]!, "Is `vouch serve` still running? What you typed is kept; try again.");
  }
  return new Problem(0, "Something went wrong in this page", thrown instanceof Error ? thrown.message : String(thrown));
}
