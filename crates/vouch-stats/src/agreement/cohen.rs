//! Cohen's kappa of two reviewers.
//!
//! J. Cohen, "A coefficient of agreement for nominal scales" (1960); "Weighted kappa" (1968).
//! Standard errors: J. L. Fleiss, J. Cohen, B. S. Everitt, "Large sample standard errors of kappa
//! and weighted kappa" (1969), which corrected those of 1960 and 1968.

use super::{
    Bootstrap, Counts, Estimate, Interval, Undefined, Weights, gwet_ac, percentile_interval,
};
use crate::judgements::Judgements;
use crate::numeric::distribution::{Z95, normal_two_sided, t95};
use crate::numeric::real;

/// How often one reviewer said this and the other that about the same item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    categories: usize,
    /// (first's category, second's), by both, none of the counts 0.
    cells: Vec<(u32, u32)>,
    times: Vec<u64>,
}

/// A test of whether a kappa is other than 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// The standard error if the true value were 0.
    pub se0: f64,
    /// The value divided by it.
    pub z: f64,
    /// The probability of a value at least this far from 0, if the true value were 0.
    pub p_value: f64,
}

impl Test {
    pub(super) fn new(value: f64, se0: f64) -> Option<Self> {
        let z = value / se0;
        (se0 > 0.0 && z.is_finite()).then(|| Self { se0, z, p_value: normal_two_sided(z) })
    }
}

/// A kappa with its test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kappa {
    /// The kappa.
    pub estimate: Estimate,
    /// `None` when the table says nothing of its spread.
    pub test: Option<Test>,
}

impl Table {
    /// The items that both reviewers judged.
    pub fn of(judgements: &Judgements, first: u32, second: u32) -> Self {
        let said = |item: &[crate::Judgement], reviewer| {
            let place = item.binary_search_by_key(&reviewer, |one| one.reviewer).ok()?;
            Some(item[place].category)
        };
        let both = judgements
            .by_item()
            .filter_map(|item| Some((said(item, first)?, said(item, second)?)))
            .collect();
        Self::from_pairs(judgements.categories(), both)
    }

    /// Reads a square table: a row for each category of the first reviewer, a column for each of
    /// the second.
    ///
    /// # Panics
    /// When a row is longer than there are rows.
    pub fn from_rows<'a>(rows: impl ExactSizeIterator<Item = &'a [u64]>) -> Self {
        let mut table = Self { categories: rows.len(), ..Self::default() };
        for (first, row) in (0..).zip(rows) {
            assert!(row.len() <= table.categories, "the table is not square");
            for (second, count) in (0..).zip(row).filter(|(_, count)| **count > 0) {
                table.cells.push((first, second));
                table.times.push(*count);
            }
        }
        table
    }

    /// From what the two said about one item after the other.
    pub(super) fn from_pairs(categories: usize, mut both: Vec<(u32, u32)>) -> Self {
        both.sort_unstable();
        let mut table = Self { categories, ..Self::default() };
        for run in both.chunk_by(|a, b| a == b) {
            table.cells.push(run[0]);
            table.times.push(run.len() as u64);
        }
        table
    }

    /// How many items both judged.
    pub fn items(&self) -> u64 {
        self.times.iter().sum()
    }

    /// The same as counts per item, for the coefficients that do not ask who said what.
    pub fn counts(&self) -> Counts {
        let cells = self.cells.iter().map(|(a, b)| match a.cmp(b) {
            std::cmp::Ordering::Equal => vec![(*a, 2)],
            std::cmp::Ordering::Less => vec![(*a, 1), (*b, 1)],
            std::cmp::Ordering::Greater => vec![(*b, 1), (*a, 1)],
        });
        Counts::from_cells(self.categories, cells.zip(self.times.iter().copied()))
    }

    /// Gwet's AC1 or AC2 with the standard error for two reviewers of Gwet (2008), which divides
    /// by the number of items where [`gwet_ac`] divides by one less.
    ///
    /// # Errors
    /// As [`gwet_ac`].
    pub fn gwet_ac(
        &self,
        weights: &Weights,
        bootstrap: Option<Bootstrap>,
    ) -> Result<Estimate, Undefined> {
        let mut estimate = gwet_ac(&self.counts(), weights, bootstrap)?;
        let items = real(self.items());
        estimate.se = estimate.se.map(|se| se * ((items - 1.0) / items).sqrt());
        if let (None, Some(se)) = (bootstrap, estimate.se) {
            estimate.ci95 = Some(Interval::around(estimate.value, se * t95(items - 1.0)));
        }
        Ok(estimate)
    }

    /// The share of each category of the first and of the second.
    fn margins(&self, times: &[u64]) -> (Vec<f64>, Vec<f64>) {
        let items: u64 = times.iter().sum();
        let mut margins = (vec![0.0; self.categories], vec![0.0; self.categories]);
        for ((first, second), n) in self.cells.iter().zip(times) {
            margins.0[*first as usize] += real(*n) / real(items);
            margins.1[*second as usize] += real(*n) / real(items);
        }
        margins
    }

    fn point(&self, weights: &Weights, times: &[u64]) -> Result<Estimate, Undefined> {
        let items: u64 = times.iter().sum();
        if items == 0 {
            return Err(Undefined::NoOverlap);
        }
        let agreed =
            |((a, b), n): (&(u32, u32), &u64)| real(*n) * weights.of(*a as usize, *b as usize);
        let observed = self.cells.iter().zip(times).map(agreed).sum::<f64>() / real(items);
        let (first, second) = self.margins(times);
        let columns = weighted(weights, &second, false);
        let expected: f64 = first.iter().zip(columns).map(|(share, mean)| share * mean).sum();
        // The margins are sums of rounded shares, so certainty is not exactly 1.
        if expected >= 1.0 - 1e-12 {
            return Err(Undefined::OneCategory);
        }
        let value = (observed - expected) / (1.0 - expected);
        Ok(Estimate { value, observed, expected, se: None, ci95: None })
    }
}

/// For each category of one reviewer, the mean weight against the other's `shares`.
fn weighted(weights: &Weights, shares: &[f64], turned: bool) -> Vec<f64> {
    if weights.is_identity() {
        return shares.to_vec();
    }
    let of = |a, b| if turned { weights.of(b, a) } else { weights.of(a, b) };
    let mean = |a| shares.iter().enumerate().map(|(b, share)| share * of(a, b)).sum();
    (0..shares.len()).map(mean).collect()
}

/// Cohen's kappa (1960), or weighted kappa (1968) with other weights than the identity.
///
/// The interval is value ± 1.96 se without a bootstrap.
///
/// # Errors
/// When the two have no item in common, or said the same one thing about all.
pub fn cohen_kappa(
    table: &Table,
    weights: &Weights,
    bootstrap: Option<Bootstrap>,
) -> Result<Kappa, Undefined> {
    let times = &table.times;
    let mut estimate = table.point(weights, times)?;
    let items = real(table.items());
    let (first, second) = table.margins(times);
    // How well each answer of the one does against the other by chance.
    let rows = weighted(weights, &second, false);
    let columns = weighted(weights, &first, true);
    let left = 1.0 - estimate.value;
    let seen: f64 = table
        .cells
        .iter()
        .zip(times)
        .map(|((a, b), n)| {
            let (a, b) = (*a as usize, *b as usize);
            let moved = weights.of(a, b) - (rows[a] + columns[b]) * left;
            real(*n) / items * moved.powi(2)
        })
        .sum();
    let chance = 1.0 - estimate.expected;
    let variance = seen - (estimate.value - estimate.expected * left).powi(2);
    let se_of = |variance: f64| (variance.max(0.0) / items).sqrt() / chance;
    if items > 1.0 {
        estimate.se = Some(se_of(variance));
    }
    estimate.ci95 = match bootstrap {
        Some(plan) => {
            percentile_interval(times, plan, |drawn| Some(table.point(weights, drawn).ok()?.value))
        }
        None => estimate.se.map(|se| Interval::around(estimate.value, Z95 * se)),
    };
    let by_chance = by_chance(weights, (&first, &second), (&rows, &columns));
    let se0 = se_of(by_chance - estimate.expected.powi(2));
    Ok(Kappa { estimate, test: Test::new(estimate.value, se0) })
}

/// The mean square of the weights less what chance gives, if the two judged independently.
fn by_chance(
    weights: &Weights,
    (first, second): (&[f64], &[f64]),
    (rows, columns): (&[f64], &[f64]),
) -> f64 {
    if weights.is_identity() {
        let (mut same, mut skewed) = (0.0, 0.0);
        for (a, b) in first.iter().zip(second) {
            same += a * b;
            skewed += a * b * (a + b);
        }
        return same - skewed + 2.0 * same * same;
    }
    let mut sum = 0.0;
    for (a, share) in first.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        for (b, other) in second.iter().enumerate() {
            sum += share * other * (weights.of(a, b) - rows[a] - columns[b]).powi(2);
        }
    }
    sum
}
