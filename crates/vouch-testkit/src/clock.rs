//! A clock that stands still until it is told, and ids that count up.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use vouch_domain::Time;
use vouch_domain::clock::Clock;
use vouch_domain::id::Entropy;

/// A clock for tests.
pub struct FakeClock {
    micros: AtomicI64,
    drawn: AtomicU64,
}

/// 2026-01-15T12:00:00Z, where every test begins.
const START_US: i64 = 1_768_478_400_000_000;

impl Default for FakeClock {
    fn default() -> Self {
        Self { micros: AtomicI64::new(START_US), drawn: AtomicU64::new(0) }
    }
}

impl FakeClock {
    /// Lets so many seconds pass.
    pub fn advance_s(&self, seconds: i64) {
        self.micros.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Time {
        Time::from_micros(self.micros.load(Ordering::SeqCst))
    }

    /// A number that counts up, so that ids of the same moment sort in the order they were made.
    /// The first three bytes share their place with the UUID's version and variant.
    fn entropy(&self) -> Entropy {
        let n = self.drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        [0, 0, 0, n[1], n[2], n[3], n[4], n[5], n[6], n[7]]
    }
}
