//! Long steps: SQUAREM, scheme S3, on the counts.

use super::End;
use super::run::Run;
use crate::consensus::settings::Stop;

/// Long steps begin where ordinary ones change no posterior by more than this, and less than the
/// step before: by then it is decided which of the likelihood's peaks is climbed.
const SETTLED: f64 = 0.001;

/// A long step that changes a posterior by more than this might lead to another peak.
const TOO_FAR: f64 = 0.1;

/// How long the first long step may be, in ordinary steps, and by how much this limit grows and
/// shrinks.
const LIMIT: f64 = 4.0;

/// The limit shrinks no further.
const SHORTEST_LIMIT: f64 = 2.0;

/// Ordinary and long steps until nothing changes any more.
pub(super) fn to_the_end(run: &mut Run, stop: Stop) -> End {
    let mut end = End { log_likelihood: 0.0, iterations: 0, converged: false };
    // The counts before those that the posteriors are made of.
    let mut before: Vec<f64> = Vec::new();
    let mut limit = LIMIT;
    let mut taken_back = false;
    let mut last_change = f64::INFINITY;
    while !end.converged && end.iterations < stop.iterations() {
        let made = run.step();
        end.iterations += 1;
        end.log_likelihood = made.log_likelihood;
        // After a long step that was taken back, the change is one from there.
        end.converged = made.change <= stop.tolerance() && !taken_back;
        taken_back = false;
        let used = run.used().to_vec();
        // An ordinary step is to follow, so that the end is never a long one.
        let may_be_long =
            made.change <= last_change.min(SETTLED) && end.iterations + 1 < stop.iterations();
        last_change = made.change;
        if may_be_long && !end.converged && !before.is_empty() {
            let counts = run.counts().to_vec();
            if let Some((ahead, length)) =
                lengthen(run.categories(), [&before, &used, &counts], limit)
            {
                run.set_counts(&ahead);
                let long = run.step();
                end.iterations += 1;
                taken_back = long.log_likelihood < end.log_likelihood || long.change > TOO_FAR;
                if taken_back {
                    run.set_counts(&counts);
                    limit = (length / LIMIT).max(SHORTEST_LIMIT);
                } else if length >= limit {
                    limit *= LIMIT;
                }
            }
        }
        before = if taken_back { used } else { run.used().to_vec() };
    }
    end
}

/// The counts some steps ahead of three that follow each other, and how many steps. `None` where
/// the way does not bend, or no further than an ordinary step.
///
/// The counts of a cell sum up to its judgements, here as there. None becomes 0 that is not, so
/// what is possible stays possible; a cell in which that would be so goes no further than the third.
fn lengthen(
    categories: usize,
    [first, second, third]: [&[f64]; 3],
    limit: f64,
) -> Option<(Vec<f64>, f64)> {
    let bend = |at: usize| third[at] - 2.0 * second[at] + first[at];
    let slope: f64 = first.iter().zip(second).map(|(first, second)| (second - first).powi(2)).sum();
    let bends: f64 = (0..third.len()).map(|at| bend(at).powi(2)).sum();
    let length = (slope / bends).sqrt().min(limit);
    if length.is_nan() || length <= 1.0 {
        return None;
    }
    let ahead = |at: usize| {
        first[at] + 2.0 * length * (second[at] - first[at]) + length * length * bend(at)
    };
    let mut counts: Vec<f64> = (0..third.len()).map(ahead).collect();
    let width = categories.max(1);
    for (ahead, third) in counts.chunks_exact_mut(width).zip(third.chunks_exact(width)) {
        if ahead.iter().zip(third).any(|(ahead, third)| *ahead <= 0.0 && *third > 0.0) {
            ahead.copy_from_slice(third);
        }
        // What died out stays so.
        ahead.iter_mut().zip(third).filter(|(_, third)| **third <= 0.0).for_each(|(a, _)| *a = 0.0);
    }
    Some((counts, length))
}
