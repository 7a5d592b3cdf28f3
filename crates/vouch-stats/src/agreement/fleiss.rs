//! The rest of Fleiss (1971): the kappa of each category, and the test against chance.

use super::counts::total;
use super::{Counts, Test, Undefined, Weights, fleiss_kappa};
use crate::numeric::real;

/// How well one category is told from all others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Category {
    /// Its share of all judgements, 0 to 1, each item counting alike.
    pub share: f64,
    /// Fleiss' kappa of this category against the rest; `None` when nobody chose it, or everybody
    /// always did.
    pub kappa: Option<f64>,
}

/// Fleiss' kappa of each category against all others.
///
/// J. L. Fleiss, "Measuring nominal scale agreement among many raters" (1971), eq. 15; for items
/// with different numbers of reviewers, the same kappa of the two merged categories.
///
/// # Errors
/// When no item was judged twice.
pub fn fleiss_categories(counts: &Counts) -> Result<Vec<Category>, Undefined> {
    let items = real(counts.items());
    let compared = real(counts.compared());
    if compared < 1.0 {
        return Err(Undefined::NoOverlap);
    }
    let mut shares = vec![0.0; counts.categories()];
    let mut split = vec![0.0; counts.categories()];
    for (cells, n) in counts.patterns().zip(counts.times()) {
        let judgements = total(cells);
        for (category, count) in cells {
            let count = f64::from(*count);
            shares[*category as usize] += real(*n) * count / judgements / items;
            if judgements > 1.0 {
                let pairs = judgements * (judgements - 1.0);
                // Pairs of which one chose the category and the other did not, both ways.
                split[*category as usize] +=
                    real(*n) * 2.0 * count * (judgements - count) / pairs / compared;
            }
        }
    }
    let kappa = |share: f64, split: f64| {
        let expected = 2.0 * share * (1.0 - share);
        (expected > 1e-12).then(|| 1.0 - split / expected)
    };
    let both = shares.iter().zip(split);
    Ok(both.map(|(share, split)| Category { share: *share, kappa: kappa(*share, split) }).collect())
}

/// Whether Fleiss' kappa is other than 0: J. L. Fleiss, J. C. M. Nee, J. R. Landis, "Large sample
/// variance of kappa in the case of different sets of raters" (1979).
///
/// # Errors
/// When no item was judged twice, all judgements are the same, or the items were not all judged by
/// the same number of reviewers.
pub fn fleiss_test(counts: &Counts) -> Result<Test, Undefined> {
    let value = fleiss_kappa(counts, &Weights::identity(), None)?.value;
    let mut numbers = counts.patterns().map(total);
    let each = numbers.next().unwrap_or_default();
    if numbers.any(|number| (number - each).abs() > 0.5) {
        return Err(Undefined::UnequalReviewers);
    }
    let (mut spread, mut skew) = (0.0, 0.0);
    for category in fleiss_categories(counts)? {
        let both = category.share * (1.0 - category.share);
        spread += both;
        skew += both * (1.0 - 2.0 * category.share);
    }
    let pairs = real(counts.items()) * each * (each - 1.0);
    let se0 = (2.0 * (spread * spread - skew) / pairs).sqrt() / spread;
    Test::new(value, se0).ok_or(Undefined::OneCategory)
}
