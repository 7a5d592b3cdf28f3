/** What can go wrong, as errors. */

/** Anything that goes wrong in this package. */
export class VouchError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No answer: the server could not be reached, or the connection broke. */
export class APIConnectionError extends VouchError {}

/** No answer in time. */
export class APITimeoutError extends APIConnectionError {}

/** A streamed answer ended before its end. */
export class StreamBrokenError extends APIConnectionError {
  /** The log of the broken answer, where the stream got far enough to name it. */
  readonly log_id: string | undefined;

  constructor(message: string, log_id: string | undefined, options?: ErrorOptions) {
    super(message, options);
    this.log_id = log_id;
  }
}

/** One field of the request that is wrong. */
export interface FieldError {
  /** A JSON pointer into the body, `?name` for a query parameter, or a header's name. */
  pointer: string;
  /** What would be right, and what came. */
  detail: string;
}

/** The server refused the request or failed: RFC 9457 problem details, as properties. */
export class APIStatusError extends VouchError {
  /** The HTTP status. */
  readonly status: number;
  /** What kind of problem it is: a stable URI, or `about:blank`. */
  readonly type: string;
  /** The kind in words. */
  readonly title: string;
  /** What is wrong with this request. */
  readonly detail: string;
  /** The path of the request. */
  readonly instance: string;
  /** Each field that is wrong. */
  readonly errors: readonly FieldError[];
  /** What to name when asking the server's operator about it. */
  readonly request_id: string | undefined;
  /** The log of the call, where there is one. */
  readonly log_id: string | undefined;
  /** The headers of the answer. */
  readonly headers: Headers;

  constructor(response: Response, text: string, path: string) {
    const body = parsed(text);
    const title = body.title ?? body.error ?? response.statusText;
    const detail = body.detail ?? body.message ?? '';
    const request_id = response.headers.get('x-request-id') ?? undefined;
    const asked = request_id ? ` (request ${request_id})` : '';
    super(`${response.status} ${title}${detail && `: ${detail}`}${asked}`);
    this.status = response.status;
    this.type = body.type ?? 'about:blank';
    this.title = title;
    this.detail = detail;
    this.instance = body.instance ?? path;
    this.errors = body.errors ?? [];
    this.request_id = request_id;
    this.log_id = response.headers.get('x-vouch-log-id') ?? undefined;
    this.headers = response.headers;
  }
}

/** 400: the request cannot be read. */
export class BadRequestError extends APIStatusError {}
/** 401: the key is missing, wrong or revoked. */
export class AuthenticationError extends APIStatusError {}
/** 403: the key may not do this. */
export class PermissionDeniedError extends APIStatusError {}
/** 404: there is no such thing in this project. */
export class NotFoundError extends APIStatusError {}
/** 409: it does not fit what is there, e.g. an idempotency key used for something else. */
export class ConflictError extends APIStatusError {}
/** 422: fields are wrong; `errors` names them. */
export class UnprocessableEntityError extends APIStatusError {}
/** 429: too many requests, still after all retries. */
export class RateLimitError extends APIStatusError {}
/** 5xx: the server or the model's provider failed, still after all retries. */
export class InternalServerError extends APIStatusError {}

const BY_STATUS = new Map<number, typeof APIStatusError>([
  [400, BadRequestError],
  [401, AuthenticationError],
  [403, PermissionDeniedError],
  [404, NotFoundError],
  [409, ConflictError],
  [422, UnprocessableEntityError],
  [429, RateLimitError],
]);

/** The error that tells of an answer which is not a success. */
export function statusError(response: Response, text: string, path: string): APIStatusError {
  const other = response.status >= 500 ? InternalServerError : APIStatusError;
  return new (BY_STATUS.get(response.status) ?? other)(response, text, path);
}

/** Native answers and Orq's name their fields differently. */
interface ProblemBody {
  type?: string;
  title?: string;
  error?: string;
  detail?: string;
  message?: string;
  instance?: string;
  errors?: FieldError[];
}

function parsed(text: string): ProblemBody {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { detail: text.slice(0, 500) };
  }
  if (typeof body !== 'object' || body === null) return {};
  const found: ProblemBody = {};
  for (const name of ['type', 'title', 'error', 'detail', 'message', 'instance'] as const) {
    const value = (body as Record<string, unknown>)[name];
    if (typeof value === 'string') found[name] = value;
  }
  const errors = (body as { errors?: unknown }).errors;
  if (Array.isArray(errors)) found.errors = errors as FieldError[];
  return found;
}
