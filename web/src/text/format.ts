// Numbers, money and times as people read them. Everything that may be absent reads "–".

export const NONE = "–";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const count = (n: number | null | undefined): string => (n == null ? NONE : whole.format(n));
export const compact = (n: number | null | undefined): string => (n == null ? NONE : n < 10_000 ? whole.format(n) : short.format(n));

/** Milliseconds: `84 ms`, `1.2 s`, `2 min 5 s`. */
export function duration(ms: number | null | undefined): string {
  if (ms == null || !Number.isFinite(ms)) return NONE;
  if (ms < 1) return "<1 ms";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 59_500) return `${Math.round(ms / 1000)} s`;
  const s = Math.round(ms / 1000);
  return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
}

/** Millionths of a US dollar: `$0`, `$0.000012`, `$0.0042`, `$12.30`. */
export function usd(micros: number | null | undefined): string {
  if (micros == null) return NONE;
  if (micros === 0) return "$0";
  const dollars = micros / 1e6;
  const sign = dollars < 0 ? "-" : "";
  const size = Math.abs(dollars);
  if (size >= 1) return `${sign}$${size.toFixed(2)}`;
  const digits = Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(size))));
  return `${sign}$${size.toFixed(digits)}`;
}

/** Share of 1 in percent: `0 %`, `7 %`, `99 %`, `100 %`; never rounds to an end it does not reach. */
export function percent(share: number | null | undefined): string {
  if (share == null || !Number.isFinite(share)) return NONE;
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return "99 %";
  if (rounded === 0 && share > 0) return "<1 %";
  return `${rounded} %`;
}

/** A number with at most `digits` after the point, without trailing zeros. */
export const decimal = (n: number | null | undefined, digits = 2): string =>
  n == null || !Number.isFinite(n) ? NONE : String(Number(n.toFixed(digits)));

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayTime = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const yearTime = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

/** Short, for lists: the clock today, the day this year, else with the year. */
export function shortTime(rfc3339: string, now = new Date()): string {
  const at = new Date(rfc3339);
  if (Number.isNaN(at.getTime())) return rfc3339;
  if (at.toDateString() === now.toDateString()) return clock.format(at);
  return at.getFullYear() === now.getFullYear() ? dayTime.format(at) : yearTime.format(at);
}

export const fullTime = (rfc3339: string): string => {
  const at = new Date(rfc3339);
  return Number.isNaN(at.getTime()) ? rfc3339 : full.format(at);
};

const dated = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** The day and the clock, always: `23 Nov 2026, 09:05:07`. */
export const dateTime = (rfc3339: string): string => {
  const at = new Date(rfc3339);
  return Number.isNaN(at.getTime()) ? rfc3339 : dated.format(at);
};

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function ago(rfc3339: string, now = new Date()): string {
  const s = (now.getTime() - new Date(rfc3339).getTime()) / 1000;
  if (!Number.isFinite(s)) return rfc3339;
  if (s < 45) return "just now";
  if (s < 3570) return `${Math.max(1, Math.round(s / 60))} min ago`;
  if (s < 84_600) return `${Math.round(s / 3600)} h ago`;
  const days = Math.round(s / 86_400);
  return days === 1 ? "yesterday" : `${days} days ago`;
}

/** `2026-11-23` of a moment, in UTC as the roll-ups count days. */
export const utcDate = (at: Date): string => at.toISOString().slice(0, 10);

/** `23 Nov` for a UTC date. */
const dayMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
export const shortDate = (date: string): string => dayMonth.format(new Date(`${date}T00:00:00Z`));

/** `partly_accurate` as `partly accurate`. */
export const words = (slug: string): string => slug.replaceAll("_", " ");

/** An id shortened in the middle, its prefix kept. */
export const shortId = (id: string): string => (id.length <= 18 ? id : `${id.slice(0, 9)}…${id.slice(-6)}`);

/** `user:ID`, `key:ID`, `end_user:NAME`, `judge:NAME`, `queue:ID`, `system` as people say it. */
export function actorName(actor: string, name?: string | null): string {
  if (name) return name;
  const colon = actor.indexOf(":");
  if (colon < 0) return actor;
  const [kind, rest] = [actor.slice(0, colon), actor.slice(colon + 1)];
  if (kind === "end_user" || kind === "judge") return rest;
  return shortId(rest);
}

export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;
