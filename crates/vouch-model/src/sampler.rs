//! Chooses the next token.

use pulp::Arch;

use crate::engine::request::invalid;
use crate::error::ModelError;
use crate::kernels::vector::exponentials;

/// The highest temperature that is accepted.
pub const MAX_TEMPERATURE: f32 = 2.0;

/// How the next token is chosen. The same seed gives the same text on the same kind of machine,
/// whatever else the engine is serving.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Divides the logits: 0 always takes the most probable token, 1 follows the model; at most
    /// [`MAX_TEMPERATURE`].
    pub temperature: f32,
    /// Only the most probable tokens that together reach this probability are chosen from, 0 to
    /// 1; at least one token is.
    pub top_p: f32,
    /// Where the random numbers start.
    pub seed: u64,
}

impl Sampling {
    /// Always the most probable token.
    pub fn greedy() -> Self {
        Self { temperature: 0.0, top_p: 1.0, seed: 0 }
    }

    pub(crate) fn check(&self) -> Result<(), ModelError> {
        if !(0.0..=MAX_TEMPERATURE).contains(&self.temperature) {
            return Err(invalid("temperature", format!("must be 0 to {MAX_TEMPERATURE}")));
        }
        if !(0.0..=1.0).contains(&self.top_p) {
            return Err(invalid("top_p", "must be 0 to 1"));
        }
        Ok(())
    }
}

/// [`Sampling`] with its stream of random numbers.
#[derive(Debug)]
pub(crate) struct Sampler {
    sampling: Sampling,
    random: SplitMix64,
}

impl Sampler {
    pub(crate) fn new(sampling: Sampling) -> Self {
        Self { random: SplitMix64(sampling.seed), sampling }
    }

    /// The index of the chosen token; `logits` must not be empty.
    pub(crate) fn choose(&mut self, arch: Arch, logits: &[f32]) -> usize {
        if self.sampling.temperature <= 0.0 {
            return greatest(logits);
        }
        let mut weights = logits.to_vec();
        let (sum, _) = exponentials(arch, &mut weights, 1.0 / self.sampling.temperature);
        let at = self.random.next_unit();
        if self.sampling.top_p < 1.0 {
            choose_from(&nucleus(&weights, f64::from(self.sampling.top_p) * sum), at)
        } else {
            choose_from(&weights.into_iter().enumerate().collect::<Vec<_>>(), at)
        }
    }
}

/// The index of the greatest number, the first of several.
fn greatest(logits: &[f32]) -> usize {
    let mut best = 0;
    for (index, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = index;
        }
    }
    best
}

/// The greatest weights, in descending order, until their sum reaches `mass`; at least one.
fn nucleus(weights: &[f32], mass: f64) -> Vec<(usize, f32)> {
    let mut ranked: Vec<_> = weights.iter().copied().enumerate().collect();
    let descending = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    // The nucleus is nearly always small: sort no more of the vocabulary than it needs.
    let mut sorted = 0;
    let mut reached = 0.0;
    let mut count = 0;
    while count < ranked.len() && (count == 0 || reached < mass) {
        if count == sorted {
            let more = (sorted.max(16) * 4).min(ranked.len() - sorted);
            if more < ranked.len() - sorted {
                ranked[sorted..].select_nth_unstable_by(more, descending);
            }
            ranked[sorted..sorted + more].sort_unstable_by(descending);
            sorted += more;
        }
        reached += f64::from(ranked[count].1);
        count += 1;
    }
    ranked.truncate(count);
    ranked
}

/// The index whose share of the sum of all weights contains `at`, 0 to 1.
fn choose_from(weights: &[(usize, f32)], at: f64) -> usize {
    let total: f64 = weights.iter().map(|(_, weight)| f64::from(*weight)).sum();
    let mut left = at * total;
    for (index, weight) in weights {
        left -= f64::from(*weight);
        if left < 0.0 {
            return *index;
        }
    }
    // Rounding: the last one with any weight.
    weights.iter().rev().find(|(_, weight)| *weight > 0.0).map_or(0, |(index, _)| *index)
}

/// A small generator whose stream never changes between versions.
///
/// Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014.
#[derive(Debug)]
pub(crate) struct SplitMix64(pub(crate) u64);

impl SplitMix64 {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1.
    pub(crate) fn next_unit(&mut self) -> f64 {
        // The highest bits as the fraction of a number in 1..2.
        f64::from_bits(0x3ff0_0000_0000_0000 | (self.next() >> 12)) - 1.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(sampling: Sampling, logits: &[f32], draws: u64) -> Vec<u64> {
        let mut counts = vec![0; logits.len()];
        for seed in 0..draws {
            let mut sampler = Sampler::new(Sampling { seed, ..sampling });
            counts[sampler.choose(Arch::new(), logits)] += 1;
        }
        counts
    }

    #[test]
    fn splitmix_gives_the_published_stream() {
        let mut random = SplitMix64(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn zero_temperature_takes_the_first_greatest() {
        let mut sampler = Sampler::new(Sampling::greedy());
        assert_eq!(sampler.choose(Arch::new(), &[0.5, 3.0, -1.0, 3.0]), 1);
    }

    #[test]
    fn frequencies_follow_the_softmax() {
        let logits = [0.0, 2.0_f32.ln(), 5.0_f32.ln()];
        let sampling = Sampling { temperature: 1.0, top_p: 1.0, seed: 0 };
        let counts = counts(sampling, &logits, 8_000);
        for (count, expect) in counts.iter().zip([1_000_u64, 2_000, 5_000]) {
            assert!(count.abs_diff(expect) < 150, "{counts:?}");
        }
    }

    #[test]
    fn a_low_temperature_sharpens() {
        let sampling = Sampling { temperature: 0.1, top_p: 1.0, seed: 0 };
        assert!(counts(sampling, &[0.0, 1.0], 1_000)[1] > 990);
    }

    #[test]
    fn top_p_leaves_the_tail_out() {
        // Probabilities .5, .3, .2.
        let logits = [0.3_f32.ln(), 0.5_f32.ln(), 0.2_f32.ln()];
        let sampling = Sampling { temperature: 1.0, top_p: 0.7, seed: 0 };
        let some = counts(sampling, &logits, 500);
        assert!(some[0] > 100 && some[1] > 200 && some[2] == 0, "{some:?}");
        let only = counts(Sampling { top_p: 0.0, ..sampling }, &logits, 100);
        assert_eq!(only, [0, 100, 0]);
    }

    #[test]
    fn out_of_range_is_refused() {
        for (temperature, top_p) in [(-0.1, 1.0), (2.1, 1.0), (f32::NAN, 1.0), (1.0, 1.1)] {
            assert!(Sampling { temperature, top_p, seed: 0 }.check().is_err());
        }
    }

    proptest! {
        #[test]
        fn the_nucleus_is_the_smallest_that_reaches_the_mass(
            weights in prop::collection::vec(0.0_f32..1.0, 1..600),
            top_p in 0.0_f32..1.0,
        ) {
            let mass = f64::from(top_p) * weights.iter().copied().map(f64::from).sum::<f64>();
            let chosen = nucleus(&weights, mass);
            let mut sorted = weights.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            let sum = |count: usize| sorted[..count].iter().copied().map(f64::from).sum::<f64>();
            prop_assert!(chosen.len() == weights.len() || sum(chosen.len()) >= mass);
            prop_assert!(chosen.len() == 1 || sum(chosen.len() - 1) < mass);
            for ((index, weight), expect) in chosen.iter().zip(&sorted) {
                prop_assert_eq!(weights[*index].to_bits(), weight.to_bits());
                prop_assert_eq!(weight.to_bits(), expect.to_bits());
            }
        }
    }
}
