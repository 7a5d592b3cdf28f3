// Prices are whole millionths of a dollar on the wire, dollars on the screen.

export const usdOf = (micros: number): number => micros / 1e6;

/** Rounded to a millionth; what is no number is 0. */
export function microsOf(usd: number | string): number {
  const n = typeof usd === "number" ? usd : Number(usd.replace(",", "."));
  return Number.isFinite(n) ? Math.round(n * 1e6) : 0;
}
