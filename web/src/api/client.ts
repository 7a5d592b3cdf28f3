// The one place that calls the native API: JSON in and out, CSRF header, problems thrown.
import { Problem, problemOf, unreachable } from "./problem";
import { setReachable } from "./reach";

export type Query = Record<string, string | number | boolean | null | undefined>;

const BASE = "/api/v1";
/** Unsafe methods with a cookie must carry this; a foreign page cannot set it. */
export const CSRF = { "x-vouch-csrf": "1" } as const;

export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.append(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

interface Options {
  body?: unknown;
  query?: Query;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Sent even when the page goes away meanwhile. */
  keepalive?: boolean;
}

async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json", ...options.headers };
  if (method !== "GET") Object.assign(headers, CSRF);
  if (options.body !== undefined) headers["content-type"] = "application/json";
  let answer: Response;
  try {
    answer = await fetch(withQuery(BASE + path, options.query), {
      method,
      headers,
      credentials: "same-origin",
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.keepalive ? { keepalive: true } : {}),
    });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    setReachable(false);
    throw unreachable();
  }
  setReachable(true);
  const text = await answer.text();
  if (!answer.ok) throw problemOf(answer.status, text);
  if (!text) return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Problem(answer.status, "The server's answer could not be read", `${method} ${path} did not answer JSON.`);
  }
}

/** One part of a path, escaped. */
export const part = encodeURIComponent;

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    call<T>("GET", path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) }),
  post: <T>(path: string, body: unknown = {}, headers?: Record<string, string>, keepalive = false) =>
    call<T>("POST", path, { body, keepalive, ...(headers ? { headers } : {}) }),
  put: <T>(path: string, body: unknown) => call<T>("PUT", path, { body }),
  patch: <T>(path: string, body: unknown) => call<T>("PATCH", path, { body }),
  delete: (path: string, query?: Query) => call<void>("DELETE", path, query ? { query } : {}),
};
