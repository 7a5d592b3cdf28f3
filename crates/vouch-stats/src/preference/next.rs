//! Which pair to show next.

use super::Fit;

/// A pair and what comparing it would tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proposal {
    /// One, with the lower number.
    pub first: u32,
    /// The other.
    pub second: u32,
    /// By how much one comparison is expected to shrink the uncertainty about all abilities
    /// together: half the logarithm of the ratio of the volumes, in nats.
    pub gain: f64,
}

/// The `most` pairs that tell most, the best first; equally good ones by number.
///
/// The gain of a pair is ½ ln(1 + i v): v is the variance of the difference of the two, and i the
/// information of a comparison, which is greatest between equals (D-optimal design; V. V. Fedorov,
/// Theory of Optimal Experiments, 1972).
pub fn next_pairs(fit: &Fit, most: usize) -> Vec<Proposal> {
    let players = fit.players();
    let numbered = |player: usize| u32::try_from(player).unwrap_or(u32::MAX);
    let mut proposals = Vec::with_capacity(players * players.saturating_sub(1) / 2);
    for first in 0..players {
        for second in first + 1..players {
            let variance = fit.difference(first, second).se.powi(2);
            let information = fit.outcome(first, second).information();
            let gain = 0.5 * (information * variance).ln_1p();
            let (first, second) = (numbered(first), numbered(second));
            proposals.push(Proposal { first, second, gain });
        }
    }
    // Stable: what is equal stays by number.
    proposals.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    proposals.truncate(most);
    proposals
}
