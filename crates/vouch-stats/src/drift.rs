//! Whether a person's recent work differs from before: shares, and times.
//!
//! The difference of two shares has the interval of R. G. Newcombe, "Interval estimation for the
//! difference between independent proportions" (1998), method 10, made of the intervals of
//! E. B. Wilson (1927), and the two-sided probability of R. A. Fisher's exact test (1935). Times are
//! compared as B. L. Welch (1947) does, by their logarithms: how many times as long.

use crate::agreement::Interval;
use crate::numeric::distribution::{Z95, f_upper, t95};
use crate::numeric::special::ln_gamma;
use crate::numeric::{real, size};

/// How the recent differs from before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The value before: a share, or the geometric mean of times.
    pub before: f64,
    /// The recent one.
    pub recent: f64,
    /// Of shares the recent minus that before; of times the recent by that before.
    pub change: f64,
    /// The 95 % confidence interval of the change.
    pub ci95: Interval,
    /// The probability of a change at least as unlikely, if nothing had changed.
    pub p_value: f64,
}

/// A share: how many of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many have it; at most [`Self::of`].
    pub with: u64,
    /// Of how many.
    pub of: u64,
}

impl Share {
    fn value(self) -> f64 {
        real(self.with) / real(self.of)
    }

    /// Wilson's interval.
    fn interval(self) -> Interval {
        let (n, p, z) = (real(self.of), self.value(), Z95);
        let middle = p + z * z / (2.0 * n);
        let reach = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let by = 1.0 + z * z / n;
        Interval {
            low: ((middle - reach) / by).clamp(0.0, p),
            high: ((middle + reach) / by).clamp(p, 1.0),
        }
    }
}

/// How a share changed. `None` where there is nothing on one side.
///
/// ```
/// use vouch_stats::drift::{Share, of_shares};
///
/// let change = of_shares(Share { with: 48, of: 80 }, Share { with: 56, of: 70 }).unwrap();
/// assert!((change.change - 0.2).abs() < 1e-12 && change.p_value < 0.02);
/// ```
pub fn of_shares(before: Share, recent: Share) -> Option<Change> {
    if before.of == 0 || recent.of == 0 {
        return None;
    }
    let (old, new) = (before.interval(), recent.interval());
    let (was, is) = (before.value(), recent.value());
    let change = is - was;
    let down = (is - new.low).hypot(old.high - was);
    let up = (new.high - is).hypot(was - old.low);
    let ci95 = Interval { low: (change - down).max(-1.0), high: (change + up).min(1.0) };
    Some(Change { before: was, recent: is, change, ci95, p_value: fisher(before, recent) })
}

/// The probability of all tables that are no likelier than this one, with the same margins.
fn fisher(one: Share, other: Share) -> f64 {
    let ln_choose = |n: u64, k: u64| {
        ln_gamma(real(n) + 1.0) - ln_gamma(real(k) + 1.0) - ln_gamma(real(n - k) + 1.0)
    };
    let with = one.with + other.with;
    let ln_of = |k: u64| ln_choose(one.of, k) + ln_choose(other.of, with - k);
    let all = ln_choose(one.of + other.of, with);
    // A hair more: two tables that are equally likely by their numbers are so.
    let limit = ln_of(one.with) + 1e-7;
    let tables = with.saturating_sub(other.of)..=with.min(one.of);
    let sum: f64 = tables.map(ln_of).filter(|ln| *ln <= limit).map(|ln| (ln - all).exp()).sum();
    sum.min(1.0)
}

/// How times changed, as a factor. `None` where one side has fewer than two, one is not above 0, or
/// they do not vary.
pub fn of_times(before: &[f64], recent: &[f64]) -> Option<Change> {
    let (old, new) = (Logs::of(before)?, Logs::of(recent)?);
    let (a, b) = (old.variance / old.count, new.variance / new.count);
    let se = (a + b).sqrt();
    let freedom = (a + b).powi(2) / (a * a / (old.count - 1.0) + b * b / (new.count - 1.0));
    if se <= 0.0 || !freedom.is_finite() {
        return None;
    }
    let (difference, reach) = (new.mean - old.mean, t95(freedom) * se);
    let ci95 = Interval { low: (difference - reach).exp(), high: (difference + reach).exp() };
    let p_value = f_upper((difference / se).powi(2), 1.0, freedom);
    let (before, recent) = (old.mean.exp(), new.mean.exp());
    Some(Change { before, recent, change: difference.exp(), ci95, p_value })
}

/// What is needed of the logarithms of times.
struct Logs {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Logs {
    fn of(times: &[f64]) -> Option<Self> {
        if times.len() < 2 || times.iter().any(|time| !(time.is_finite() && *time > 0.0)) {
            return None;
        }
        let count = size(times.len());
        let mean = times.iter().map(|time| time.ln()).sum::<f64>() / count;
        let squares: f64 = times.iter().map(|time| (time.ln() - mean).powi(2)).sum();
        Some(Self { count, mean, variance: squares / (count - 1.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64, digits: f64) {
        assert!((got - expected).abs() < digits, "{got} is not {expected}");
    }

    fn change(recent: (u64, u64), before: (u64, u64)) -> Change {
        let share = |(with, of)| Share { with, of };
        of_shares(share(before), share(recent)).unwrap()
    }

    /// Newcombe (1998), table II, method 10.
    #[test]
    fn intervals_are_those_of_newcombe() {
        for (recent, before, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((0, 10), (0, 10), -0.2775, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
        ] {
            let found = change(recent, before).ci95;
            near(found.low, low, 5e-5);
            near(found.high, high, 5e-5);
        }
    }

    /// Fisher's tea, and the example of scipy's `fisher_exact`.
    #[test]
    fn probabilities_are_those_of_fisher() {
        near(change((3, 4), (1, 4)).p_value, 34.0 / 70.0, 1e-9);
        near(change((8, 10), (1, 6)).p_value, 0.034_965_034_965, 1e-9);
        near(change((1, 6), (8, 10)).p_value, 0.034_965_034_965, 1e-9);
        near(change((5, 10), (500, 1000)).p_value, 1.0, 1e-9);
        assert_eq!(of_shares(Share { with: 0, of: 0 }, Share { with: 1, of: 2 }), None);
    }

    /// Student's sleep data: R's `t.test(extra ~ group)`, here of their exponentials.
    #[test]
    fn times_are_compared_as_welch_does() {
        let one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0].map(f64::exp);
        let two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4].map(f64::exp);
        let found = of_times(&two, &one).unwrap();
        near(found.change.ln(), -1.58, 1e-9);
        near(found.ci95.low.ln(), -3.365_483_2, 1e-6);
        near(found.ci95.high.ln(), 0.205_483_2, 1e-6);
        near(found.p_value, 0.079_394_14, 1e-7);
        near(found.before.ln(), 2.33, 1e-9);
        assert_eq!(of_times(&[1.0], &[1.0, 2.0]), None);
        assert_eq!(of_times(&[1.0, 0.0], &[1.0, 2.0]), None);
        assert_eq!(of_times(&[2.0, 2.0], &[2.0, 2.0]), None);
    }
}
