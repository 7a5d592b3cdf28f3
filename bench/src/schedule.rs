//! The arithmetic of an open loop: when each call is due, whatever became of those before it.

use std::time::Duration;

const NANOS_PER_S: u128 = 1_000_000_000;

/// Calls at even distances.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    per_s: u32,
}

impl Schedule {
    /// So many calls a second; at least one.
    pub(crate) fn new(per_s: u32) -> Self {
        Self { per_s: per_s.max(1) }
    }

    /// When call `n` (from 0) is due, after the start. It is counted from the start, not from the
    /// call before, so that rounding does not add up.
    pub(crate) fn due(self, n: u64) -> Duration {
        let nanos = u128::from(n) * NANOS_PER_S / u128::from(self.per_s);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How many calls are due before `length` is over.
    pub(crate) fn calls_in(self, length: Duration) -> u64 {
        let calls = (length.as_nanos() * u128::from(self.per_s)).div_ceil(NANOS_PER_S);
        u64::try_from(calls).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_due_at_even_distances_and_rounding_does_not_add_up() {
        let thirds = Schedule::new(3);
        assert_eq!(thirds.due(0), Duration::ZERO);
        assert_eq!(thirds.due(1), Duration::from_nanos(333_333_333));
        assert_eq!(thirds.due(3_000_000), Duration::from_secs(1_000_000));
    }

    #[test]
    fn a_length_holds_the_calls_due_before_its_end() {
        let schedule = Schedule::new(500);
        assert_eq!(schedule.calls_in(Duration::from_secs(2)), 1000);
        assert_eq!(schedule.calls_in(Duration::from_millis(3)), 2);
        assert_eq!(schedule.calls_in(Duration::ZERO), 0);
        for n in [0, 1, 2, 999] {
            let due = schedule.due(n);
            assert_eq!(schedule.calls_in(due), n);
            assert_eq!(schedule.calls_in(due + Duration::from_nanos(1)), n + 1);
        }
    }

    #[test]
    fn no_rate_is_one_a_second() {
        assert_eq!(Schedule::new(0).due(7), Duration::from_secs(7));
    }
}
