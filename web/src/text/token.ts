// The answer's tokens with their probability, ready to be shaded.
import type { Alternative, TokenLogprob } from "~/api/types";

export interface ShadedToken {
  text: string;
  /** 0 to 1; undefined where the provider did not say. */
  probability: number | undefined;
  logprob: number;
  alternatives: Alternative[];
  /** 0 (sure) to 5 (very unsure), the step of shading. */
  step: Step;
}

export type Step = 0 | 1 | 2 | 3 | 4 | 5;

/** Providers mark "too improbable to say" with this. */
const FLOOR = -9999;

/** The lowest probability of each step; a token under the last is step 5. */
export const STEPS = [0.9, 0.7, 0.5, 0.3, 0.1] as const;

export function stepOf(probability: number | undefined): Step {
  if (probability === undefined) return 0;
  const at = STEPS.findIndex((least) => probability >= least);
  return (at < 0 ? STEPS.length : at) as Step;
}

/** Shades tokens; those that hold only part of a character are joined until it is whole. */
export function shadeTokens(tokens: TokenLogprob[]): ShadedToken[] {
  const shaded: ShadedToken[] = [];
  let held: TokenLogprob[] = [];
  const flush = (text: string) => {
    const first = held[0];
    if (!first) return;
    const logprob = held.reduce((sum, token) => sum + token.logprob, 0);
    const known = held.every((token) => Number.isFinite(token.logprob) && token.logprob > FLOOR);
    const probability = known ? Math.min(1, Math.exp(logprob)) : undefined;
    const alternatives = held.length === 1 ? (first.top_logprobs ?? []) : [];
    shaded.push({ text, probability, logprob, alternatives, step: stepOf(probability) });
    held = [];
  };
  for (const token of tokens) {
    held.push(token);
    if (held.length === 1 && !token.bytes) {
      flush(token.token);
      continue;
    }
    const whole = decode(held.flatMap((t) => t.bytes ?? [...new TextEncoder().encode(t.token)]));
    if (whole !== undefined) flush(whole);
  }
  flush(held.map((token) => token.token).join(""));
  return shaded;
}

function decode(bytes: number[]): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

/** A token as it can be seen: blanks and line ends made visible. */
export function visible(token: string): string {
  if (token === "") return "∅";
  return token.replaceAll("\n", "↵").replaceAll("\t", "⇥").replace(/^ | $/g, "␣");
}
