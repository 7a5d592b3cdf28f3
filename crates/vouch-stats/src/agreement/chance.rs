//! The coefficients that differ only in what they take chance to be.
//!
//! Any number of reviewers, who need not be the same for every item, and weights. Standard errors
//! by linearisation: K. L. Gwet, Handbook of Inter-Rater Reliability (2014) and "Computing
//! inter-rater reliability and its variance in the presence of high agreement" (2008).

use super::counts::total;
use super::{Bootstrap, Counts, Estimate, Interval, Undefined, Weights, percentile_interval};
use crate::numeric::distribution::t95;
use crate::numeric::{real, size};

/// Chance so near to certainty leaves nothing to explain.
const CERTAIN: f64 = 1.0 - 1e-12;

/// The share of pairs of judgements of one item that agree, averaged over the items: 0 to 1. Says
/// nothing about chance.
///
/// # Errors
/// When no item was judged twice.
pub fn percent(
    counts: &Counts,
    weights: &Weights,
    bootstrap: Option<Bootstrap>,
) -> Result<Estimate, Undefined> {
    estimate(counts, weights, Chance::None, bootstrap)
}

/// Fleiss' kappa (1971), generalised to weights and to items with different numbers of reviewers
/// (Gwet 2014). With two reviewers it is Scott's pi (1955).
///
/// # Errors
/// When no item was judged twice, or all judgements are the same.
pub fn fleiss_kappa(
    counts: &Counts,
    weights: &Weights,
    bootstrap: Option<Bootstrap>,
) -> Result<Estimate, Undefined> {
    estimate(counts, weights, Chance::Common, bootstrap)
}

/// The coefficient of Brennan & Prediger (1981): chance is every category alike. Also known as
/// Bennett's S (1954), Randolph's free-marginal kappa (2005) and, for two categories, PABAK.
///
/// # Errors
/// When no item was judged twice, or there is only one category.
pub fn brennan_prediger(
    counts: &Counts,
    weights: &Weights,
    bootstrap: Option<Bootstrap>,
) -> Result<Estimate, Undefined> {
    estimate(counts, weights, Chance::Uniform, bootstrap)
}

/// Gwet's AC1 (2008), and AC2 (2014) with weights.
///
/// # Errors
/// When no item was judged twice, or there is only one category.
pub fn gwet_ac(
    counts: &Counts,
    weights: &Weights,
    bootstrap: Option<Bootstrap>,
) -> Result<Estimate, Undefined> {
    estimate(counts, weights, Chance::Gwet, bootstrap)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chance {
    None,
    Common,
    Uniform,
    Gwet,
}

fn estimate(
    counts: &Counts,
    weights: &Weights,
    chance: Chance,
    bootstrap: Option<Bootstrap>,
) -> Result<Estimate, Undefined> {
    let model = Model::new(counts, weights, chance);
    let times = counts.times();
    let point = model.point(times)?;
    let se = model.se(times, &point);
    let ci95 = match bootstrap {
        Some(plan) => {
            percentile_interval(times, plan, |drawn| Some(model.point(drawn).ok()?.value))
        }
        None => se.map(|se| Interval::around(point.value, se * t95(real(counts.items()) - 1.0))),
    };
    Ok(Estimate {
        value: point.value,
        observed: point.observed,
        expected: point.expected,
        se,
        ci95,
    })
}

/// What stays the same however often items are drawn.
struct Model<'a> {
    counts: &'a Counts,
    weights: &'a Weights,
    chance: Chance,
    /// Of each pattern, the agreement of its pairs; `None` with one judgement.
    agreement: Vec<Option<f64>>,
    weight_sum: f64,
}

/// The coefficient of some items.
struct Point {
    value: f64,
    observed: f64,
    expected: f64,
    /// The share of each category.
    shares: Vec<f64>,
    items: f64,
    compared: f64,
}

impl<'a> Model<'a> {
    fn new(counts: &'a Counts, weights: &'a Weights, chance: Chance) -> Self {
        let agreement = counts.patterns().map(|cells| of_pairs(cells, weights)).collect();
        let weight_sum = match chance {
            Chance::None | Chance::Common => 0.0,
            Chance::Uniform | Chance::Gwet => weights.sum(counts.categories()),
        };
        Self { counts, weights, chance, agreement, weight_sum }
    }

    fn point(&self, times: &[u64]) -> Result<Point, Undefined> {
        let (mut agreed, mut compared, mut items) = (0.0, 0.0, 0.0);
        for (agreement, n) in self.agreement.iter().zip(times) {
            items += real(*n);
            if let Some(agreement) = agreement {
                agreed += real(*n) * agreement;
                compared += real(*n);
            }
        }
        if compared < 1.0 {
            return Err(Undefined::NoOverlap);
        }
        let observed = agreed / compared;
        let shares = self.shares(times, items);
        let expected = self.expected(&shares);
        if expected >= CERTAIN {
            return Err(Undefined::OneCategory);
        }
        let value = (observed - expected) / (1.0 - expected);
        Ok(Point { value, observed, expected, shares, items, compared })
    }

    /// The share of each category: averaged over the items, so that each item counts alike.
    fn shares(&self, times: &[u64], items: f64) -> Vec<f64> {
        if matches!(self.chance, Chance::None | Chance::Uniform) {
            return Vec::new();
        }
        let mut shares = vec![0.0; self.counts.categories()];
        for (cells, n) in self.counts.patterns().zip(times).filter(|(_, n)| **n > 0) {
            let each = real(*n) / total(cells);
            for (category, count) in cells {
                shares[*category as usize] += each * f64::from(*count);
            }
        }
        for share in &mut shares {
            *share /= items;
        }
        shares
    }

    fn expected(&self, shares: &[f64]) -> f64 {
        let categories = size(self.counts.categories());
        match self.chance {
            Chance::None => 0.0,
            Chance::Common => {
                let mean = self.weights.mean_with(shares);
                shares.iter().zip(mean).map(|(share, mean)| share * mean).sum()
            }
            Chance::Uniform => self.weight_sum / (categories * categories),
            Chance::Gwet if categories < 2.0 => 1.0,
            Chance::Gwet => {
                let spread: f64 = shares.iter().map(|share| share * (1.0 - share)).sum();
                self.weight_sum * spread / (categories * (categories - 1.0))
            }
        }
    }

    /// The standard error: how much each item moves the coefficient.
    fn se(&self, times: &[u64], point: &Point) -> Option<f64> {
        if point.items < 2.0 {
            return None;
        }
        let left = 1.0 - point.expected;
        let mean = match self.chance {
            Chance::Common => self.weights.mean_with(&point.shares),
            _ => Vec::new(),
        };
        let categories = size(self.counts.categories());
        let mut squares = 0.0;
        for ((cells, agreement), n) in self.counts.patterns().zip(&self.agreement).zip(times) {
            let own = agreement.map_or(0.0, |agreement| agreement - point.expected);
            let own = own * point.items / point.compared / left;
            let mean_of = |value: &dyn Fn(usize) -> f64| {
                let each =
                    |(category, count): &(u32, u32)| f64::from(*count) * value(*category as usize);
                cells.iter().map(each).sum::<f64>() / total(cells)
            };
            let expected = match self.chance {
                Chance::None | Chance::Uniform => point.expected,
                Chance::Common => mean_of(&|category| mean[category]),
                Chance::Gwet => {
                    let apart = mean_of(&|category| 1.0 - point.shares[category]);
                    self.weight_sum * apart / (categories * (categories - 1.0))
                }
            };
            let moved = own - 2.0 * (1.0 - point.value) * (expected - point.expected) / left;
            squares += real(*n) * (moved - point.value).powi(2);
        }
        Some((squares / (point.items * (point.items - 1.0))).sqrt())
    }
}

/// How much the pairs of judgements of one item agree; `None` when there is no pair.
fn of_pairs(cells: &[(u32, u32)], weights: &Weights) -> Option<f64> {
    let judgements = total(cells);
    if judgements < 2.0 {
        return None;
    }
    let mut agreed = 0.0;
    for (category, count) in cells {
        let count = f64::from(*count);
        let together: f64 = if weights.is_identity() {
            count
        } else {
            let with = |(other, many): &(u32, u32)| {
                f64::from(*many) * weights.of(*category as usize, *other as usize)
            };
            cells.iter().map(with).sum()
        };
        agreed += count * (together - 1.0);
    }
    Some(agreed / (judgements * (judgements - 1.0)))
}
