// What people read, at the edges where rounding lies.
import { expect, test } from "vitest";
import { actorName, ago, compact, dateTime, decimal, duration, percent, shortId, shortTime, usd } from "./format";

test("durations change unit without a jump", () => {
  expect([0.4, 84.4, 999.4, 999.6, 9949, 9951, 59499, 60000, 125000, null].map(duration)).toEqual([
    "<1 ms", "84 ms", "999 ms", "1.0 s", "9.9 s", "10 s", "59 s", "1 min", "2 min 5 s", "–",
  ]);
});

test("small money keeps two significant digits", () => {
  expect([0, 3, 42, 4200, 120_000, 12_300_000, -42, null].map(usd)).toEqual([
    "$0", "$0.000003", "$0.000042", "$0.0042", "$0.12", "$12.30", "-$0.000042", "–",
  ]);
});

test("percent never claims all or none", () => {
  expect([0, 0.001, 0.5, 0.999, 1, null].map(percent)).toEqual(["0 %", "<1 %", "50 %", "99 %", "100 %", "–"]);
});

test("times get shorter the nearer they are", () => {
  const now = new Date("2026-11-23T12:00:00");
  expect(shortTime("2026-11-23T09:05:07", now)).toBe("09:05:07");
  expect(shortTime("2026-11-20T09:05:07", now)).toBe("20 Nov, 09:05");
  expect(shortTime("2025-11-20T09:05:07", now)).toBe("20 Nov 2025, 09:05");
  expect(shortTime("nonsense", now)).toBe("nonsense");
  expect(dateTime("2026-11-23T09:05:07")).toBe("23 Nov 2026, 09:05:07");
  expect(ago("2026-11-23T11:58:00", now)).toBe("2 min ago");
  expect(ago("2026-11-22T11:58:00", now)).toBe("yesterday");
});

test("names, ids and numbers", () => {
  expect(actorName("end_user:a:b")).toBe("a:b");
  expect(actorName("user:user_01h455vb4pex5vsknk084sn02q", "Ann")).toBe("Ann");
  expect(actorName("system")).toBe("system");
  expect(shortId("log_01h455vb4pex5vsknk084sn02q")).toBe("log_01h45…4sn02q");
  expect(compact(9999)).toBe("9,999");
  expect(compact(12_345)).toBe("12.3K");
  expect(decimal(0.10000001)).toBe("0.1");
});
