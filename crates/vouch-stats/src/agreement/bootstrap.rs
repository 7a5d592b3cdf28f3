//! Confidence intervals by drawing the items again (Efron 1979).

use super::Interval;
use crate::numeric::random::Random;
use crate::numeric::{size, whole};

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// How often the items are drawn again; 1,000 gives two steady digits.
    pub resamples: u32,
    /// The same seed gives the same interval, on every machine.
    pub seed: u64,
}

/// Of the resamples, at least this share must have a value.
const DEFINED: f64 = 0.9;

/// A 95 % percentile interval of a statistic of items of different kinds.
///
/// `times[kind]` says how many items are of each kind. `value` gets such numbers for one resample
/// after the other, with the same sum, and answers with the statistic, or `None` where it has no
/// value. `None` when that happens more than one time in ten.
pub fn percentile_interval(
    times: &[u64],
    bootstrap: Bootstrap,
    mut value: impl FnMut(&[u64]) -> Option<f64>,
) -> Option<Interval> {
    let mut draw = Draw::new(times);
    let mut random = Random::new(bootstrap.seed);
    let mut values = Vec::new();
    let mut drawn = vec![0; times.len()];
    for _ in 0..bootstrap.resamples {
        draw.again(&mut random, &mut drawn);
        values.extend(value(&drawn).filter(|value| value.is_finite()));
    }
    if values.is_empty() || size(values.len()) < DEFINED * f64::from(bootstrap.resamples) {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    Some(Interval { low: quantile(&values, 0.025), high: quantile(&values, 0.975) })
}

/// Between the two nearest of sorted values.
fn quantile(values: &[f64], probability: f64) -> f64 {
    let place = probability * size(values.len() - 1);
    let below = usize::try_from(whole(place.floor())).unwrap_or(0);
    let above = (below + 1).min(values.len() - 1);
    let share = place - place.floor();
    // In this form rounding cannot turn an interval over.
    (values[below] + (values[above] - values[below]) * share).min(values[above])
}

/// Draws as many items as there are, with replacement.
enum Draw<'a> {
    /// Few kinds: how many of each, one binomial after the other.
    Kinds(&'a [u64]),
    /// Many kinds: item by item. The kind of each.
    Items(Vec<usize>),
}

impl<'a> Draw<'a> {
    fn new(times: &'a [u64]) -> Self {
        let items: u64 = times.iter().sum();
        if size(times.len()) * 8.0 < crate::numeric::real(items) {
            return Self::Kinds(times);
        }
        let kinds = times.iter().enumerate();
        Self::Items(kinds.flat_map(|(kind, n)| (0..*n).map(move |_| kind)).collect())
    }

    fn again(&mut self, random: &mut Random, drawn: &mut [u64]) {
        match self {
            Self::Kinds(times) => {
                let mut left: u64 = times.iter().sum();
                let mut trials = left;
                for (kind, n) in times.iter().enumerate() {
                    let probability = crate::numeric::real(*n) / crate::numeric::real(left.max(1));
                    drawn[kind] = random.binomial(trials, probability);
                    trials -= drawn[kind];
                    left -= n;
                }
            }
            Self::Items(kinds) => {
                drawn.fill(0);
                for _ in 0..kinds.len() {
                    let item = random.below(kinds.len() as u64);
                    drawn[kinds[usize::try_from(item).unwrap_or(0)]] += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::real;

    const PLAN: Bootstrap = Bootstrap { resamples: 2_000, seed: 5 };

    /// The interval of a proportion is known: p ± 1.96 sqrt(p (1 - p) / n).
    #[test]
    fn both_ways_of_drawing_give_the_interval_of_a_proportion() {
        let share = |times: &[u64]| Some(real(times[0]) / real(times.iter().sum()));
        let few = percentile_interval(&[300, 700], PLAN, share).unwrap();
        // The same with each of the others a kind of its own.
        let mut kinds = vec![300];
        kinds.resize(701, 1);
        let many = percentile_interval(&kinds, PLAN, share).unwrap();
        for interval in [few, many] {
            assert!((interval.low - 0.2716).abs() < 0.003, "{interval:?}");
            assert!((interval.high - 0.3284).abs() < 0.003, "{interval:?}");
        }
    }

    #[test]
    fn every_resample_has_as_many_items() {
        for times in [vec![50, 0, 150], vec![1, 2, 1]] {
            let items: u64 = times.iter().sum();
            percentile_interval(&times, PLAN, |drawn| {
                assert_eq!(drawn.iter().sum::<u64>(), items);
                Some(0.0)
            })
            .unwrap();
        }
    }

    #[test]
    fn the_seed_decides() {
        let interval = |seed| {
            let plan = Bootstrap { resamples: 50, seed };
            percentile_interval(&[30, 70], plan, |times| Some(real(times[0]))).unwrap()
        };
        assert_eq!(interval(1), interval(1));
        assert_ne!(interval(1), interval(2));
    }

    #[test]
    fn a_statistic_that_is_mostly_undefined_has_no_interval() {
        assert_eq!(percentile_interval(&[1, 1], PLAN, |_| None), None);
        assert_eq!(percentile_interval(&[1, 1], PLAN, |_| Some(f64::NAN)), None);
        let none = Bootstrap { resamples: 0, seed: 1 };
        assert_eq!(percentile_interval(&[1, 1], none, |_| Some(1.0)), None);
    }
}
