//! Latencies and what is said of them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long each of many calls took.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

/// A hundred thousand latencies in a line. Milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// How many.
    pub(crate) count: u64,
    /// Half of them are not above this.
    pub(crate) p50_ms: f64,
    /// 99 of 100 are not above this.
    pub(crate) p99_ms: f64,
    /// The worst.
    pub(crate) max_ms: f64,
}

impl Latencies {
    /// Adds one.
    pub(crate) fn push(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    /// Adds all of another's.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Their summary; all zero where there are none.
    pub(crate) fn summary(mut self) -> Summary {
        self.0.sort_unstable();
        Summary {
            count: u64::try_from(self.0.len()).unwrap_or(u64::MAX),
            p50_ms: ms(percentile(&self.0, 50)),
            p99_ms: ms(percentile(&self.0, 99)),
            max_ms: ms(self.0.last().copied()),
        }
    }
}

/// The smallest value that `percent` of all are not above (nearest rank).
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

fn ms(latency: Option<Duration>) -> f64 {
    latency.unwrap_or_default().as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ms: impl IntoIterator<Item = u64>) -> Summary {
        Latencies(ms.into_iter().map(Duration::from_millis).collect()).summary()
    }

    #[track_caller]
    fn check(summary: Summary, expected: [f64; 3]) {
        let got = [summary.p50_ms, summary.p99_ms, summary.max_ms];
        assert!(got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{got:?}");
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        check(of((1..=100).rev()), [50.0, 99.0, 100.0]);
        check(of(1..=1000), [500.0, 990.0, 1000.0]);
        check(of([7]), [7.0, 7.0, 7.0]);
        check(of([1, 9]), [1.0, 9.0, 9.0]);
        check(of((1..=101).chain([5000])), [51.0, 101.0, 5000.0]);
    }

    #[test]
    fn nothing_measured_is_zero() {
        assert_eq!(of([]), Summary::default());
    }

    #[test]
    fn what_is_appended_counts() {
        let mut all = Latencies(vec![Duration::from_millis(1)]);
        all.append(Latencies(vec![Duration::from_millis(3), Duration::from_millis(2)]));
        assert_eq!(all.summary().count, 3);
    }
}
