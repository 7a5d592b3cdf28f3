//! When a delivery that was not taken is sent again.

use crate::Time;
use crate::id::Entropy;

/// How long each attempt waits for after the one before, in seconds: 5 s, 5 min, 30 min, 2 h, 5 h,
/// 10 h, 10 h. Eight attempts in all, the last one 27.6 hours after the first.
pub const WAITS_S: [i64; 7] = [5, 300, 1800, 7200, 18_000, 36_000, 36_000];
/// The longest wait that the other side may ask for (`Retry-After`), in seconds: a day.
pub const MAX_WAIT_S: i64 = 86_400;

/// What an attempt comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was taken.
    Delivered,
    /// It is sent again then.
    Again(Time),
    /// That was the last attempt.
    GivenUp,
    /// The other side wants nothing any more.
    Gone,
}

/// What the attempt number `tries` (from 1) that ended at `at` comes to. `status` is that of the
/// answer, where there was one; `retry_after_s` the wait that it asked for. Waits are a tenth
/// shorter or longer at random, so that what failed together does not come back together.
pub fn ending(
    status: Option<u16>,
    tries: u32,
    at: Time,
    retry_after_s: Option<i64>,
    draw: Entropy,
) -> Ending {
    match status {
        Some(200..=299) => return Ending::Delivered,
        Some(410) => return Ending::Gone,
        _ => {}
    }
    let Some(wait_s) = WAITS_S.get(tries.saturating_sub(1) as usize) else {
        return Ending::GivenUp;
    };
    // 0 to 65,535; the last bytes of an id's randomness are random on every clock.
    let drawn = i64::from(u16::from_be_bytes([draw[8], draw[9]]));
    let varied_us = wait_s * 900_000 + wait_s * 200_000 * drawn / 65_535;
    let asked_us = retry_after_s.unwrap_or(0).clamp(0, MAX_WAIT_S) * 1_000_000;
    Ending::Again(Time::from_micros(at.micros() + varied_us.max(asked_us)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn attempts_go_on_for_about_28_hours() {
        assert_eq!(WAITS_S.iter().sum::<i64>(), 99_305);
        let at = Time::from_micros(0);
        assert!(matches!(ending(None, 7, at, None, [0; 10]), Ending::Again(_)));
        assert_eq!(ending(Some(500), 8, at, None, [0; 10]), Ending::GivenUp);
    }

    #[test]
    fn the_answer_decides() {
        let at = Time::from_micros(0);
        assert_eq!(ending(Some(204), 1, at, None, [0; 10]), Ending::Delivered);
        assert_eq!(ending(Some(410), 1, at, None, [0; 10]), Ending::Gone);
        // No redirect is followed, so it is a failure.
        assert!(matches!(ending(Some(302), 1, at, None, [0; 10]), Ending::Again(_)));
        assert_eq!(ending(Some(429), 1, at, Some(60), [9; 10]), Ending::Again(at.plus_s(60)));
        let late = ending(Some(503), 1, at, Some(i64::MAX), [9; 10]);
        assert_eq!(late, Ending::Again(at.plus_s(MAX_WAIT_S)));
    }

    proptest! {
        #[test]
        fn waits_differ_by_a_tenth_at_most(tries in 1u32..8, draw: Entropy) {
            let wait_us = WAITS_S[tries as usize - 1] * 1_000_000;
            let Ending::Again(at) = ending(None, tries, Time::from_micros(0), None, draw) else {
                panic!("it is sent again");
            };
            prop_assert!((wait_us * 9 / 10..=wait_us * 11 / 10).contains(&at.micros()));
        }
    }
}
