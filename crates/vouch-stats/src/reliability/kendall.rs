//! Kendall's coefficient of concordance.
//!
//! M. G. Kendall, B. Babington Smith, "The problem of m rankings" (1939); ties as in S. Siegel,
//! N. J. Castellan, Nonparametric Statistics (1988).

use super::Complete;
use crate::agreement::Undefined;
use crate::numeric::distribution::chi_squared_upper;
use crate::numeric::size;

/// How far several rankings of the same items agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Concordance {
    /// Kendall's W, from 0 to 1, corrected for ties.
    pub w: f64,
    /// The mean of Spearman's correlations of all pairs of reviewers (where there are no ties).
    pub mean_spearman: f64,
    /// m (n - 1) W, for m reviewers and n items: chi-squared with n - 1 degrees of freedom, about,
    /// from eight items on.
    pub chi_squared: f64,
    /// The probability of such a W if the rankings had nothing to do with each other.
    pub p_value: f64,
}

/// Kendall's W of ratings, which are ranked within each reviewer; equal ratings share their ranks.
///
/// # Errors
/// [`Undefined::NoVariance`] when every reviewer gave the same rating to all items.
pub fn kendall_w(ratings: &Complete) -> Result<Concordance, Undefined> {
    let (n, m) = (size(ratings.items()), size(ratings.reviewers()));
    let mut sums = vec![0.0; ratings.items()];
    let mut ties = 0.0;
    for reviewer in 0..ratings.reviewers() {
        ties += add_ranks(&ratings.column(reviewer).collect::<Vec<_>>(), &mut sums);
    }
    let mean = m * (n + 1.0) / 2.0;
    let squares: f64 = sums.iter().map(|sum| (sum - mean).powi(2)).sum();
    let most = m * m * (n * n * n - n) - m * ties;
    if most <= 0.0 {
        return Err(Undefined::NoVariance);
    }
    let w = (12.0 * squares / most).min(1.0);
    let chi_squared = m * (n - 1.0) * w;
    Ok(Concordance {
        w,
        mean_spearman: (m * w - 1.0) / (m - 1.0),
        chi_squared,
        p_value: chi_squared_upper(chi_squared, n - 1.0),
    })
}

/// Adds the rank of each value, and answers with the correction for ties: the sum of t³ - t.
fn add_ranks(values: &[f64], sums: &mut [f64]) -> f64 {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let (mut below, mut ties) = (0.0, 0.0);
    for tied in order.chunk_by(|a, b| values[*a].total_cmp(&values[*b]).is_eq()) {
        let many = size(tied.len());
        for item in tied {
            sums[*item] += below + 0.5 * (many + 1.0);
        }
        below += many;
        ties += many * many * many - many;
    }
    ties
}
