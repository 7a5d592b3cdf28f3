//! Intraclass correlation.
//!
//! P. E. Shrout, J. L. Fleiss, "Intraclass correlations: uses in assessing rater reliability"
//! (1979). Intervals: theirs, by F.

use super::Complete;
use crate::agreement::{Interval, Undefined};
use crate::numeric::distribution::{f_quantile, f_upper};
use crate::numeric::size;

/// The analysis of variance that everything is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanSquares {
    /// Between items (BMS), with items - 1 degrees of freedom.
    pub between: f64,
    /// Within items (WMS), with items × (reviewers - 1).
    pub within: f64,
    /// Between reviewers (JMS), with reviewers - 1.
    pub reviewers: f64,
    /// What is left (EMS), with (items - 1) × (reviewers - 1).
    pub error: f64,
}

/// One intraclass correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reliability {
    /// The correlation; at most 1, and below 0 when items differ less than chance would have it.
    pub value: f64,
    /// The 95 % confidence interval; `None` when nothing is left unexplained.
    pub ci95: Option<Interval>,
    /// The probability of such a value if the items did not differ; `None` likewise.
    pub p_value: Option<f64>,
}

/// The six of Shrout & Fleiss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Icc {
    /// The analysis of variance.
    pub mean_squares: MeanSquares,
    /// Each item was rated by other reviewers; one rating.
    pub icc11: Reliability,
    /// The same reviewers rated all, and stand for others like them; one rating. Counts it as
    /// disagreement when one is always stricter.
    pub icc21: Reliability,
    /// Only these reviewers matter; one rating. A reviewer who is always stricter does no harm.
    pub icc31: Reliability,
    /// As `icc11`, for the mean of the reviewers; `None` when the items' means are all the same.
    pub icc1k: Option<Reliability>,
    /// As `icc21`, for the mean of the reviewers; `None` when the items differ too little for it.
    pub icc2k: Option<Reliability>,
    /// As `icc31`, for the mean of the reviewers; Cronbach's alpha; `None` as for `icc1k`.
    pub icc3k: Option<Reliability>,
}

impl Icc {
    /// All six.
    ///
    /// # Errors
    /// [`Undefined::NoVariance`] when all ratings are the same.
    pub fn of(ratings: &Complete) -> Result<Self, Undefined> {
        let (n, k) = (size(ratings.items()), size(ratings.reviewers()));
        let squares = mean_squares(ratings).ok_or(Undefined::NoVariance)?;
        let MeanSquares { between, within, reviewers, error } = squares;
        let (free, free_error) = (n - 1.0, (n - 1.0) * (k - 1.0));
        let of = |against: f64, freedom: f64, extra: f64| {
            let f = between / against;
            let bound = |f: f64| (f - 1.0) / (f + extra);
            let sure = against > 0.0;
            Reliability {
                value: ratio(between - against, between + extra * against),
                ci95: sure.then(|| Interval {
                    low: bound(f / f_quantile(0.975, free, freedom)),
                    high: bound(f * f_quantile(0.975, freedom, free)),
                }),
                p_value: sure.then(|| f_upper(f, free, freedom)),
            }
        };
        let rows = k * (reviewers - error) / n;
        let value = ratio(between - error, between + (k - 1.0) * error + rows);
        let ci95 = agreement_interval(&squares, n, k, value);
        let p_value = (error > 0.0).then(|| f_upper(between / error, free, free_error));
        let single = Reliability { value, ci95, p_value };
        // The mean of the reviewers: Spearman and Brown.
        let mean = |one: f64| one * k / (1.0 + one * (k - 1.0));
        let below = between + (reviewers - error) / n;
        let averaged = |ci: Interval| Interval { low: mean(ci.low), high: mean(ci.high) };
        let of_mean = Reliability {
            value: ratio(between - error, below),
            // Below -1 / (k - 1) there is no such mean.
            ci95: ci95.filter(|ci| 1.0 + ci.low * (k - 1.0) > 1e-9).map(averaged),
            p_value,
        };
        Ok(Self {
            mean_squares: squares,
            icc11: of(within, n * (k - 1.0), k - 1.0),
            icc21: single,
            icc31: of(error, free_error, k - 1.0),
            icc1k: (between > 0.0).then(|| of(within, n * (k - 1.0), 0.0)),
            icc2k: (below > 0.0).then_some(of_mean),
            icc3k: (between > 0.0).then(|| of(error, free_error, 0.0)),
        })
    }
}

/// 0 where there is nothing to divide.
fn ratio(above: f64, below: f64) -> f64 {
    if below.abs() > 0.0 { above / below } else { 0.0 }
}

/// The interval of ICC(2,1), whose degrees of freedom are Satterthwaite's.
fn agreement_interval(squares: &MeanSquares, n: f64, k: f64, value: f64) -> Option<Interval> {
    let MeanSquares { between, reviewers, error, .. } = *squares;
    if error <= 0.0 {
        return None;
    }
    let judges = reviewers / error;
    let rest = n * (1.0 + (k - 1.0) * value) - k * value;
    let above = (k - 1.0) * (n - 1.0) * (k * value * judges + rest).powi(2);
    let below = (n - 1.0) * (k * value * judges).powi(2) + rest.powi(2);
    let freedom = above / below;
    if !freedom.is_finite() || freedom <= 0.0 {
        return None;
    }
    let spread = k * reviewers + (k * n - k - n) * error;
    let low = f_quantile(0.975, n - 1.0, freedom);
    let high = f_quantile(0.975, freedom, n - 1.0);
    let interval = Interval {
        low: n * (between - low * error) / (low * spread + n * between),
        high: n * (high * between - error) / (spread + n * high * between),
    };
    (interval.low.is_finite() && interval.high.is_finite()).then_some(interval)
}

/// `None` when all ratings are the same.
fn mean_squares(ratings: &Complete) -> Option<MeanSquares> {
    let (n, k) = (size(ratings.items()), size(ratings.reviewers()));
    let mean = ratings.rows().flatten().sum::<f64>() / (n * k);
    let squared = |values: &mut dyn Iterator<Item = f64>| -> f64 {
        values.map(|value| (value - mean).powi(2)).sum()
    };
    let all = squared(&mut ratings.rows().flatten().copied());
    let rows = k * squared(&mut ratings.rows().map(|row| row.iter().sum::<f64>() / k));
    let columns = (0..ratings.reviewers()).map(|j| ratings.column(j).sum::<f64>() / n);
    let columns = n * squared(&mut columns.into_iter());
    // Differences of sums that are nearly the same are rounding, not variance.
    let left = |rest: f64| if rest > 1e-12 * all { rest } else { 0.0 };
    let scale = mean.abs().max(1e-300);
    if all <= n * k * (scale * 1e-14).powi(2) {
        return None;
    }
    Some(MeanSquares {
        between: rows / (n - 1.0),
        within: left(all - rows) / (n * (k - 1.0)),
        reviewers: columns / (k - 1.0),
        error: left(all - rows - columns) / ((n - 1.0) * (k - 1.0)),
    })
}

/// ICC(1,1) of items with any numbers of ratings, by anybody: the one-way analysis of variance
/// with the mean number of ratings of F. M. Lord and M. R. Novick (1968). Equals `icc11` where all
/// items have the same number. The interval takes that mean for the number of all.
///
/// # Errors
/// When no item was rated twice, there are fewer than two items, or all ratings are the same.
pub fn one_way<'a>(
    items: impl Iterator<Item = &'a [f64]> + Clone,
) -> Result<Reliability, Undefined> {
    let rated = items.filter(|item| !item.is_empty());
    let (mut count, mut all, mut squares, mut sum) = (0.0, 0.0, 0.0, 0.0);
    for item in rated.clone() {
        let many = size(item.len());
        count += 1.0;
        all += many;
        squares += many * many;
        sum += item.iter().sum::<f64>();
    }
    if all - count < 1.0 || count < 2.0 {
        return Err(Undefined::NoOverlap);
    }
    let mean = sum / all;
    let (mut between, mut within) = (0.0, 0.0);
    for item in rated {
        let own = item.iter().sum::<f64>() / size(item.len());
        between += size(item.len()) * (own - mean).powi(2);
        within += item.iter().map(|rating| (rating - own).powi(2)).sum::<f64>();
    }
    if between + within <= all * (mean.abs() * 1e-14).powi(2) {
        return Err(Undefined::NoVariance);
    }
    let (free, free_within) = (count - 1.0, all - count);
    let (between, within) = (between / free, within / free_within);
    let each = (all - squares / all) / free;
    let value = ratio(between - within, between + (each - 1.0) * within);
    let f = between / within;
    let bound = |f: f64| (f - 1.0) / (f + each - 1.0);
    let sure = within > 0.0;
    Ok(Reliability {
        value,
        ci95: sure.then(|| Interval {
            low: bound(f / f_quantile(0.975, free, free_within)),
            high: bound(f * f_quantile(0.975, free_within, free)),
        }),
        p_value: sure.then(|| f_upper(f, free, free_within)),
    })
}
