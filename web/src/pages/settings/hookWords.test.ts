import { expect, test } from "vitest";
import type { DeliveryAttempt, Delivery, Webhook } from "~/api/types";
import { attemptText, offText, stateOf } from "./hookWords";

const attempt = (more: Partial<DeliveryAttempt>): DeliveryAttempt => ({ at: "2026-01-01T00:00:00Z", duration_ms: 84, status: null, error: null, response: null, ...more });

test("an attempt says its status, or why there is none", () => {
  expect(attemptText(attempt({ status: 503 }))).toBe("503 in 84 ms");
  expect(attemptText(attempt({ error: "no answer within 15 s", duration_ms: 15_000 }))).toBe("no answer within 15 s after 15 s");
});

test("what was tried and failed once is not just waiting", () => {
  const delivery = { state: "waiting", attempts: [] as DeliveryAttempt[] } as unknown as Delivery;
  expect(stateOf(delivery).text).toBe("waiting");
  expect(stateOf({ ...delivery, attempts: [attempt({ status: 500 })] }).text).toBe("tried, waiting");
});

test("why it is off is said", () => {
  const hook = (because?: string) => ({ off: because ? { at: "", because } : null }) as Webhook;
  expect(offText(hook())).toBe("");
  expect(offText(hook("failures"))).toContain("five days");
  expect(offText(hook("gone"))).toContain("410");
});
