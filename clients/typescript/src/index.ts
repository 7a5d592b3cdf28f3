/** The TypeScript client of Vouch: log what models say, and what people think of it. */

export { Vouch, type VouchOptions } from './client.js';
export {
  APIConnectionError,
  APIStatusError,
  APITimeoutError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  type FieldError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  StreamBrokenError,
  UnprocessableEntityError,
  VouchError,
} from './errors.js';
export { newLogId } from './ids.js';
export { type InvokeChunk, InvokeResult, InvokeStream } from './invoke.js';
export type { ListOptions, Logs } from './logs.js';
export type * from './models.js';
export { logIdOf } from './openai/promise.js';
export { type LoggingOptions, withLogging } from './openai/with-logging.js';
export type { Pages } from './pages.js';
export { type PublicOptions, publicFeedback } from './public.js';
export type { RequestOptions } from './transport.js';
export type * from './types.js';
