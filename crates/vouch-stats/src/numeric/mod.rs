//! What the statistics share: special functions, distributions, random numbers, linear algebra.

pub(crate) mod cholesky;
pub(crate) mod distribution;
pub(crate) mod random;
pub(crate) mod special;

/// A count as a real number. Counts here stay far under 2^53, where that is exact.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
pub(crate) const fn real(count: u64) -> f64 {
    count as f64
}

/// The same for a length.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
pub(crate) const fn size(length: usize) -> f64 {
    length as f64
}

/// Rounds to a whole number, at least 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a conversion of a real number saturates"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number.round() as u64
}
