// What the server says when it refuses: RFC 9457 problem+json, and OpenAI's shape on /v1.
import { reasonOf } from "~/text/reason";

const UNREACHABLE = "unreachable";

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

  /** No answer came at all: the banner of the shell says so for every page. */
  get unreachable(): boolean {
    return this.slug === UNREACHABLE;
  }

  /** What is wrong at `pointer`, e.g. `/value`. */
  at(pointer: string): string | undefined {
    return this.errors.find((error) => error.pointer === pointer)?.detail;
  }
}

const TITLES: Record<number, string> = {
  400: "The request was refused",
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
  const json = parsedOr(body);
  const parsed = object(json);
  const fallback = TITLES[status] ?? `The server answered ${status}`;
  const openai = object(parsed.error);
  if (text(openai.message)) {
    const slug = text(openai.code) || text(openai.type);
    if (text(openai.param) === "inputs") return ofInputs(status, text(openai.message), slug);
    return new Problem(status, fallback, plain(reasonOf(text(openai.message)).text), [], slug);
  }
  const errors = Array.isArray(parsed.errors)
    ? parsed.errors.map(object).map((e) => ({ pointer: text(e.pointer), detail: plain(text(e.detail)) }))
    : [];
  const slug = text(parsed.type).split("/").at(-1) ?? "";
  const detail = plain(text(parsed.detail)) || text(parsed.message) || (json === undefined ? reasonOf(body.slice(0, 2000)).text : "");
  return new Problem(status, text(parsed.title) || fallback, detail, errors, slug);
}

function parsedOr(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** `/name: expected A, got B` as a person says it; the field itself shows where. */
function plain(detail: string): string {
  const said = detail.replace(/^(?:the body|[/?{][^\s:]*): /, "");
  const [, wanted, got] = /^expected ([\s\S]+), got ([\s\S]+)$/.exec(said) ?? [];
  return wanted ? `Should be ${wanted}; it is ${got}.` : said;
}

/** The prompt's template refused its inputs: what it says itself stands in brackets. */
function ofInputs(status: number, message: string, slug: string): Problem {
  const why = /needs \(([\s\S]*)\); it has/.exec(message)?.[1];
  const detail = `It needs an input that was not given, or cannot use one that was.${why ? ` The template says: ${why}.` : ""}`;
  return new Problem(status, "The prompt could not be filled in", detail, [], slug);
}

/** The server gave no answer. */
export const unreachable = (): Problem =>
  new Problem(0, "The server cannot be reached", "What you typed is kept; try again in a moment.", [], UNREACHABLE);

/** Whatever was thrown, as a Problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof TypeError && /fetch|network|load failed/i.test(thrown.message)) return unreachable();
  return new Problem(0, "Something went wrong in this page", thrown instanceof Error ? thrown.message : String(thrown));
}
