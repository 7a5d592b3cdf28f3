//! The real clock and the real randomness: the one place where either is read.

use vouch_domain::Time;
use vouch_domain::clock::Clock;
use vouch_domain::id::Entropy;

/// The machine's clock and the operating system's randomness.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> Time {
        jiff::Timestamp::now().into()
    }

    fn entropy(&self) -> Entropy {
        random()
    }
}

/// `N` random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Without randomness no key and no id is safe: there is nothing to go on with.
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}
