/** The request log: sending logs in, reading them back. */

import type { Log, LogSummary, Page } from './models.js';
import { Pages } from './pages.js';
import type { RequestOptions, Transport } from './transport.js';
import type { Json, LogFilters, NewLog } from './types.js';

const PATH = '/api/v1/logs';

/** How a list is fetched. */
export interface ListOptions {
  /** 1 to 200; 50 where absent. */
  pageSize?: number;
  /** Query parameters that a newer server knows and this client does not. */
  extraQuery?: Json;
  signal?: AbortSignal;
}

/** `vouch.logs`: send, get, list. */
export class Logs {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Sends one log in; its id. */
  async send(log: NewLog, options?: RequestOptions): Promise<string> {
    const [id] = await this.sendMany([log], options);
    return id as string;
  }

  /** Sends up to 1,000 logs in, all or none; their ids in the same order. */
  async sendMany(logs: readonly NewLog[], options?: RequestOptions): Promise<string[]> {
    const call = { ...options, method: 'POST', path: PATH, body: { logs } } as const;
    return (await this.#transport.send<{ ids: string[] }>(call)).ids;
  }

  /** One log with its feedback and the history of its metadata. */
  get(logId: string, options?: RequestOptions): Promise<Log> {
    return this.#transport.send({
      ...options,
      method: 'GET',
      path: `${PATH}/${encodeURIComponent(logId)}`,
    });
  }

  /** Logs, newest first, fetched page by page. */
  list(
    filters: LogFilters = {},
    { pageSize, extraQuery, signal }: ListOptions = {},
  ): Pages<LogSummary> {
    return new Pages((cursor) => {
      const query = { ...filters, ...extraQuery, limit: pageSize, cursor };
      return this.#transport.send<Page<LogSummary>>({ method: 'GET', path: PATH, query, signal });
    });
  }
}
