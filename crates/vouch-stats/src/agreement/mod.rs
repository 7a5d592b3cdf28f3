//! How far reviewers agree, beyond what chance alone would give.
//!
//! All coefficients but [`percent`] have the form (observed - expected) / (1 - expected): 1 is
//! perfect agreement, 0 is what chance gives, below 0 is less than that. They differ in what they
//! take chance to be:
//!
//! | | chance |
//! |---|---|
//! | [`cohen_kappa`] | two reviewers, each with their own habits |
//! | [`conger_kappa`] | the same for several |
//! | [`fleiss_kappa`] | any reviewers with one common habit (two: Scott's pi) |
//! | [`krippendorff_alpha`] | as Fleiss, corrected for few judgements; scales of all levels |
//! | [`brennan_prediger`] | every answer equally likely (Bennett's S, Randolph's free kappa) |
//! | [`gwet_ac`] | only hard items are guessed: stays high where one answer dominates |
//!
//! Where a coefficient is not defined, the answer is an [`Undefined`] that says why; no result is
//! ever NaN.

mod bootstrap;
mod chance;
mod cohen;
mod conger;
mod counts;
mod fleiss;
mod krippendorff;
mod meaning;
mod pairs;
mod weights;

pub use bootstrap::{Bootstrap, percentile_interval};
pub use chance::{brennan_prediger, fleiss_kappa, gwet_ac, percent};
pub use cohen::{Kappa, Table, Test, cohen_kappa};
pub use conger::conger_kappa;
pub use counts::Counts;
pub use fleiss::{Category, fleiss_categories, fleiss_test};
pub use krippendorff::{Scale, krippendorff_alpha};
pub use meaning::{Statistic, landis_koch};
pub use pairs::{Pair, Pairs, with_others};
pub use weights::{Weights, WeightsError};

/// A coefficient of agreement, with what it was made of and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The coefficient; at most 1.
    pub value: f64,
    /// The agreement that was seen, from 0 to 1.
    pub observed: f64,
    /// The agreement that chance alone would give, from 0 to under 1.
    pub expected: f64,
    /// The standard error; `None` with fewer than two items.
    pub se: Option<f64>,
    /// The 95 % confidence interval; `None` where there is no standard error or too few resamples
    /// had a value.
    pub ci95: Option<Interval>,
}

/// From where to where, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// `value` and `reach` to either side, but not above 1.
    fn around(value: f64, reach: f64) -> Self {
        Self { low: value - reach, high: (value + reach).min(1.0) }
    }
}

/// Why a statistic has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undefined {
    /// There is nothing to compare.
    #[error("no item was judged by two reviewers")]
    NoOverlap,
    /// Chance agreement is 1 as well.
    #[error("all judgements are the same, so chance would agree as much")]
    OneCategory,
    /// The statistic compares exactly two.
    #[error("it compares two reviewers, and there are {0}")]
    NotTwoReviewers(usize),
    /// The table of all pairs of answers would not fit.
    #[error("there are more than {0} different answers")]
    TooManyCategories(usize),
    /// Values are no ratios.
    #[error("a ratio scale has no negative values")]
    NegativeRatio,
    /// The published formula needs the same number for all.
    #[error("the items were not all judged by the same number of reviewers")]
    UnequalReviewers,
    /// Ratings by everybody are needed.
    #[error("fewer than two items were judged by every reviewer")]
    NoCompleteItems,
    /// All the values are the same.
    #[error("all ratings are the same, so there is nothing to tell apart")]
    NoVariance,
}
