// What each number of agreement says, in one sentence.
import type { Coefficient } from "~/api/review/reviewer";

export const MEANINGS: Record<Coefficient["name"], { title: string; about: string }> = {
  percent: { title: "Percent agreement", about: "How often two people said the same. Easy to read, but part of it is luck: with two answers, guessing agrees half of the time." },
  cohen_kappa: { title: "Cohen's kappa", about: "Agreement of two people beyond luck: 0 is guessing, 1 is always the same." },
  fleiss_kappa: { title: "Fleiss' kappa", about: "Like Cohen's kappa for any number of people, where every task has equally many reviews." },
  krippendorff_alpha: { title: "Krippendorff's alpha", about: "Agreement beyond luck for any number of people and missing answers; it knows that 4 is nearer to 5 than to 1. Below 0.67, do not build on these labels." },
  gwet_ac1: { title: "Gwet's AC1", about: "Agreement beyond luck that stays meaningful where one answer is very common." },
  gwet_ac2: { title: "Gwet's AC2", about: "Gwet's AC1 for scales: near misses count as half right." },
  icc: { title: "ICC", about: "Which part of the difference between ratings comes from the items rather than from the people." },
  icc_mean: { title: "ICC of the mean", about: "The same for the mean of all reviewers: what to look at where you use the mean." },
  cohen_kappa_weighted: { title: "Weighted kappa", about: "Cohen's kappa for scales: the further apart two answers are, the more it counts." },
  span_f1: { title: "Overlap of spans (F1)", about: "Of what two people marked in one text, the share that both marked alike, character by character." },
  kendall_w: { title: "Kendall's W", about: "How far rankings agree: 0 is no order in common, 1 the same order by all." },
};

/** A word for a value, after Landis and Koch for what is corrected for luck. */
export function verdict(name: Coefficient["name"], value: number): string {
  if (name === "percent" || name === "span_f1") return value >= 0.9 ? "high" : value >= 0.75 ? "fair" : "low";
  if (value < 0) return "worse than luck";
  return value >= 0.8 ? "very good" : value >= 0.67 ? "good enough" : value >= 0.4 ? "moderate" : value >= 0.2 ? "weak" : "hardly better than luck";
}
