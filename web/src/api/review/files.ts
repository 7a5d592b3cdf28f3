// Files of tasks into a queue, and its work out of it.
import { CSRF, part, withQuery } from "../client";
import { problemOf, unreachable } from "../problem";
import type { Imported } from "../types";

export type { Imported, NewTask, RejectedRow } from "../types";

/** What to make of a file; what is absent is seen from it. */
export interface HowToImport {
  annotations?: "reviews" | "gold" | "suggestions" | "none";
  text?: string;
  key?: string;
  gold?: string;
}

/** How much of a file is looked at before it is imported, in bytes. */
const LOOKED_AT = 1 << 20;
/** Parquet is read from its end: such a file is looked at whole, where it is not larger. */
const WHOLE = 64 << 20;

const isParquet = (file: File) => file.name.toLowerCase().endsWith(".parquet");

/** Whether a file can be looked at before it is imported. */
export const canPreview = (file: File) => !isParquet(file) || file.size <= WHOLE;

/** What a file looks like; nothing is written. */
export const previewImport = (queue: string, file: File, how: HowToImport) => {
  const partial = !isParquet(file) && file.size > LOOKED_AT;
  return send(queue, partial ? file.slice(0, LOOKED_AT) : file, file.name, { ...how, dry_run: true, ...(partial ? { partial } : {}) });
};

/** Imports a file; `sent` is told how much of it is there, 0 to 1: the server reads as it comes. */
export const importFile = (queue: string, file: File, how: HowToImport, sent: (share: number) => void, signal: AbortSignal) => send(queue, file, file.name, { ...how }, sent, signal);

/** By its name: what a browser thinks of a file's type differs. */
function formatOf(name: string): string | undefined {
  const ending = name.toLowerCase().split(".").pop() ?? "";
  return { csv: "csv", tsv: "tsv", parquet: "parquet", jsonl: "jsonl", ndjson: "jsonl" }[ending];
}

function send(queue: string, body: Blob, name: string, query: Record<string, string | boolean>, sent?: (share: number) => void, signal?: AbortSignal): Promise<Imported> {
  // `fetch` does not say how much was sent.
  const request = new XMLHttpRequest();
  const format = formatOf(name);
  request.open("POST", withQuery(`/api/v1/queues/${part(queue)}/import`, { ...query, ...(format ? { format } : {}) }));
  request.setRequestHeader("accept", "application/json");
  request.setRequestHeader("content-type", "application/octet-stream");
  for (const [header, value] of Object.entries(CSRF)) request.setRequestHeader(header, value);
  request.upload.onprogress = (event) => event.lengthComputable && sent?.(event.loaded / event.total);
  signal?.addEventListener("abort", () => request.abort());
  return new Promise((done, fail) => {
    request.onload = () => (request.status === 200 ? done(JSON.parse(request.responseText) as Imported) : fail(problemOf(request.status, request.responseText)));
    request.onerror = () => fail(unreachable());
    request.onabort = () => fail(new DOMException("broken off", "AbortError"));
    request.send(body);
  });
}

export type ExportedAs = "jsonl" | "csv" | "parquet";

/** Where the work of a queue is as a file. */
export const exportHref = (queue: string, what: "reviews" | "consensus", format: ExportedAs) => withQuery(`/api/v1/queues/${part(queue)}/export`, { what, format });
