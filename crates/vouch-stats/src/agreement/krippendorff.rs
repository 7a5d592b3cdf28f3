//! Krippendorff's alpha, from counts per item.
//!
//! K. Krippendorff, Content Analysis (2004), chapter 11; "Computing Krippendorff's
//! Alpha-Reliability" (2011). Items with one judgement do not count; anybody may have judged any
//! item. The standard error is that of K. L. Gwet, "On Krippendorff's alpha coefficient" (2011).

use super::counts::total;
use super::{Bootstrap, Counts, Estimate, Interval, Undefined, percentile_interval};
use crate::numeric::distribution::t95;
use crate::numeric::real;

/// A ratio scale compares every category with every other: no more than so many.
const MOST_RATIOS: usize = 2_000;

/// What the categories are, which decides how far two of them differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale<'a> {
    /// Names: the same or not.
    Nominal,
    /// Ranks: category 0 is the lowest. Two differ by how many judgements lie between them.
    Ordinal,
    /// Numbers, of which differences mean something: the value of each category.
    Interval(&'a [f64]),
    /// Numbers that are not negative, of which ratios mean something: the value of each category.
    Ratio(&'a [f64]),
}

/// Krippendorff's alpha: 1 - (disagreement within items) / (disagreement among all judgements).
///
/// In the answer, `observed` and `expected` are 1 less these disagreements, as shares of the
/// largest difference between two answers that were given.
///
/// # Errors
/// When no item was judged twice, all judgements are the same, or values do not fit the scale.
///
/// # Panics
/// When there are fewer values than categories.
pub fn krippendorff_alpha(
    counts: &Counts,
    scale: Scale,
    bootstrap: Option<Bootstrap>,
) -> Result<Estimate, Undefined> {
    if let Scale::Interval(values) | Scale::Ratio(values) = scale {
        assert!(values.len() >= counts.categories(), "every category needs a value");
    }
    if let Scale::Ratio(values) = scale {
        if counts.categories() > MOST_RATIOS {
            return Err(Undefined::TooManyCategories(MOST_RATIOS));
        }
        if values.iter().any(|value| *value < 0.0) {
            return Err(Undefined::NegativeRatio);
        }
    }
    let times = counts.times();
    let point = point(counts, scale, times)?;
    let se = se(counts, &point, times);
    let ci95 = match bootstrap {
        Some(plan) => percentile_interval(times, plan, |drawn| {
            Some(self::point(counts, scale, drawn).ok()?.value)
        }),
        None => se.map(|se| Interval::around(point.value, se * t95(point.items - 1.0))),
    };
    let value = point.value;
    let observed = 1.0 - point.within / point.distances.largest(&point.shares);
    let expected = 1.0 - point.among / point.distances.largest(&point.shares);
    Ok(Estimate { value, observed, expected, se, ci95 })
}

/// Squared distances between categories.
enum Distances<'a> {
    Nominal,
    /// Of places on a line.
    Line(Vec<f64>),
    Ratio(&'a [f64]),
}

impl<'a> Distances<'a> {
    /// `shares`: how often each category was given, in any unit.
    fn new(scale: Scale<'a>, shares: &[f64]) -> Self {
        match scale {
            Scale::Nominal => Self::Nominal,
            Scale::Interval(values) => Self::Line(values.to_vec()),
            Scale::Ratio(values) => Self::Ratio(values),
            // The published sum over the ranks from one category to the other is the difference
            // of their middle ranks.
            Scale::Ordinal => {
                let mut below = 0.0;
                let middle = shares.iter().map(|share| {
                    below += share;
                    below - 0.5 * share
                });
                Self::Line(middle.collect())
            }
        }
    }

    fn between(&self, a: usize, b: usize) -> f64 {
        match self {
            Self::Nominal => f64::from(u8::from(a != b)),
            Self::Line(places) => (places[a] - places[b]).powi(2),
            Self::Ratio(values) => {
                let sum = values[a] + values[b];
                if sum > 0.0 { ((values[a] - values[b]) / sum).powi(2) } else { 0.0 }
            }
        }
    }

    /// The sum over all ordered pairs of an item's judgements.
    fn within(&self, cells: &[(u32, u32)]) -> f64 {
        let all = cells.iter().map(|(category, count)| (*category as usize, f64::from(*count)));
        match self {
            Self::Nominal => {
                let judgements = total(cells);
                all.map(|(_, count)| count * (judgements - count)).sum()
            }
            Self::Line(places) => {
                let judgements = total(cells);
                let mean =
                    all.clone().map(|(c, count)| count * places[c]).sum::<f64>() / judgements;
                let spread: f64 = all.map(|(c, count)| count * (places[c] - mean).powi(2)).sum();
                2.0 * judgements * spread
            }
            Self::Ratio(_) => all
                .clone()
                .map(|(a, count)| {
                    count * all.clone().map(|(b, many)| many * self.between(a, b)).sum::<f64>()
                })
                .sum(),
        }
    }

    /// For each category, its mean distance from a judgement drawn from `shares`, which sum to 1.
    fn mean_from(&self, shares: &[f64]) -> Vec<f64> {
        match self {
            Self::Nominal => shares.iter().map(|share| 1.0 - share).collect(),
            Self::Line(places) => {
                let mean: f64 = shares.iter().zip(places).map(|(s, place)| s * place).sum();
                let spread: f64 =
                    shares.iter().zip(places).map(|(s, place)| s * (place - mean).powi(2)).sum();
                places.iter().map(|place| (place - mean).powi(2) + spread).collect()
            }
            Self::Ratio(_) => (0..shares.len())
                .map(|a| shares.iter().enumerate().map(|(b, s)| s * self.between(a, b)).sum())
                .collect(),
        }
    }

    /// The largest distance between two categories that were given.
    fn largest(&self, shares: &[f64]) -> f64 {
        let given = || shares.iter().enumerate().filter(|(_, s)| **s > 0.0).map(|(c, _)| c);
        match self {
            Self::Nominal => 1.0,
            Self::Line(places) => {
                let low = given().map(|c| places[c]).fold(f64::INFINITY, f64::min);
                let high = given().map(|c| places[c]).fold(f64::NEG_INFINITY, f64::max);
                (high - low).powi(2)
            }
            // The ratio of the smallest to the largest value.
            Self::Ratio(values) => {
                let by_value = |a: &usize, b: &usize| values[*a].total_cmp(&values[*b]);
                match (given().min_by(by_value), given().max_by(by_value)) {
                    (Some(low), Some(high)) => self.between(low, high),
                    _ => 0.0,
                }
            }
        }
    }
}

/// Alpha of some items.
struct Point<'a> {
    value: f64,
    /// Mean squared distance within items, and among all judgements.
    within: f64,
    among: f64,
    distances: Distances<'a>,
    shares: Vec<f64>,
    mean_from: Vec<f64>,
    /// How many items have two judgements and more, and how many each on average.
    items: f64,
    each: f64,
}

fn point<'a>(counts: &Counts, scale: Scale<'a>, times: &[u64]) -> Result<Point<'a>, Undefined> {
    let compared = || {
        let drawn = counts.patterns().zip(times).filter(|(_, n)| **n > 0);
        drawn.filter(|(cells, _)| cells.len() > 1 || cells[0].1 > 1).map(|(c, n)| (c, real(*n)))
    };
    let mut shares = vec![0.0; counts.categories()];
    let mut items = 0.0;
    for (cells, n) in compared() {
        items += n;
        for (category, count) in cells {
            shares[*category as usize] += n * f64::from(*count);
        }
    }
    if items < 1.0 {
        return Err(Undefined::NoOverlap);
    }
    let judgements: f64 = shares.iter().sum();
    for share in &mut shares {
        *share /= judgements;
    }
    let distances = Distances::new(scale, &shares);
    let within: f64 =
        compared().map(|(cells, n)| n * distances.within(cells) / (total(cells) - 1.0)).sum();
    let within = within / judgements;
    let mean_from = distances.mean_from(&shares);
    let among: f64 = shares.iter().zip(&mean_from).map(|(share, mean)| share * mean).sum();
    if shares.iter().filter(|share| **share > 0.0).count() < 2 || among <= 0.0 {
        return Err(Undefined::OneCategory);
    }
    let value = 1.0 - (judgements - 1.0) / judgements * within / among;
    let each = judgements / items;
    Ok(Point { value, within, among, distances, shares, mean_from, items, each })
}

/// How much each item moves alpha.
fn se(counts: &Counts, point: &Point, times: &[u64]) -> Option<f64> {
    if point.items < 2.0 {
        return None;
    }
    // Without the correction for few judgements, as in the paper.
    let value = 1.0 - point.within / point.among;
    let judgements = point.items * point.each;
    let corrected = point.within * (judgements - 1.0) / judgements;
    let mut squares = 0.0;
    for (cells, n) in counts.patterns().zip(times) {
        let judgements = total(cells);
        if judgements < 2.0 {
            continue;
        }
        let part = judgements / point.each;
        let own = point.distances.within(cells) / ((judgements - 1.0) * point.each);
        let from: f64 = cells
            .iter()
            .map(|(category, count)| f64::from(*count) * point.mean_from[*category as usize])
            .sum::<f64>()
            / point.each;
        let moved = (point.among - own + corrected * (part - 1.0)) / point.among
            - 2.0 * (1.0 - value) * (point.among * part - from) / point.among;
        squares += real(*n) * (moved - value).powi(2);
    }
    Some((squares / (point.items * (point.items - 1.0))).sqrt())
}
