//! One coin: a single number for each reviewer, how often they are right.

use super::numbers::{normalise, real};
use super::outcome::{Consensus, shares};
use super::settings::{Smoothing, Stop};
use super::votes::Votes;
use crate::Judgements;

/// How [`one_coin`] is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCoinSettings {
    /// Added to the right and to the wrong judgements of each reviewer. One by default: without,
    /// whoever was right in the few judgements they made is taken to be always right.
    pub smoothing: Smoothing,
    /// When to stop.
    pub stop: Stop,
}

impl Default for OneCoinSettings {
    fn default() -> Self {
        Self { smoothing: Smoothing::ONE, stop: Stop::default() }
    }
}

/// What [`one_coin`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct OneCoin {
    /// The posterior of each item. The quality of a reviewer is how often they are right.
    pub consensus: Consensus,
    /// The logarithm of the probability of all judgements.
    pub log_likelihood: f64,
    /// How many times the posteriors were made.
    pub iterations: u32,
    /// Whether it stopped because nothing changed any more.
    pub converged: bool,
}

/// Estimates posteriors and how often each reviewer is right, by expectation maximisation to
/// convergence.
///
/// The homogeneous case of Dawid & Skene (1979), as named by Zhang, Chen, Zhou & Jordan (2014),
/// "Spectral methods meet EM": a reviewer says the truth with one probability whatever the truth
/// is, and else any of the other categories with the same probability. For when there are too few
/// judgements of each reviewer for whole confusion matrices.
///
/// All categories are equally frequent beforehand. With a learned prior this model collapses: one
/// category takes all items, and who disagrees is called bad.
///
/// It starts from the shares of the votes. An item that nobody judged has equal posteriors.
pub fn one_coin(judgements: &Judgements, settings: &OneCoinSettings) -> OneCoin {
    let categories = judgements.categories();
    let votes = Votes::new(judgements);
    let mut posteriors = shares(judgements);
    let mut right = vec![0.0; judgements.reviewers()];
    let mut made = vec![0_usize; judgements.reviewers()];
    judgements.all().iter().for_each(|one| made[one.reviewer as usize] += 1);
    let mut accuracies = vec![0.0; judgements.reviewers()];
    // For each reviewer: the logarithm of saying a given wrong category, and how much more saying
    // the right one weighs.
    let mut logs = vec![(0.0, 0.0); judgements.reviewers()];
    let (mut iterations, mut converged, mut log_likelihood) = (0, false, 0.0);
    while !converged && iterations < settings.stop.iterations() {
        count(&votes, &posteriors, categories, &mut right);
        for (reviewer, accuracy) in accuracies.iter_mut().enumerate() {
            *accuracy = estimate(right[reviewer], made[reviewer], categories, settings.smoothing);
            let wrong = (1.0 - *accuracy) / real(categories.max(2) - 1);
            logs[reviewer] = bounded(*accuracy, wrong);
        }
        let (mut likelihood, mut change) = (0.0, 0.0_f64);
        let mut weights = vec![0.0; categories];
        let rows = posteriors.chunks_exact_mut(categories.max(1));
        for (cells, row) in votes.by_item().zip(rows).filter(|(cells, _)| !cells.is_empty()) {
            weights.fill(0.0);
            let mut every = -real(categories).ln();
            for cell in cells {
                let (reviewer, said) = votes.pairs()[*cell as usize];
                let (wrong, gain) = logs[reviewer as usize];
                every += wrong;
                weights[said as usize] += gain;
            }
            likelihood += every + normalise(&mut weights);
            for (posterior, new) in row.iter_mut().zip(&weights) {
                change = change.max((new - *posterior).abs());
                *posterior = *new;
            }
        }
        log_likelihood = likelihood;
        iterations += 1;
        converged = change <= settings.stop.tolerance();
    }
    let qualities =
        accuracies.iter().zip(&made).map(|(accuracy, made)| (*made > 0).then_some(*accuracy));
    let consensus = Consensus::new(judgements, posteriors, qualities);
    OneCoin { consensus, log_likelihood, iterations, converged }
}

/// How many judgements of each reviewer are right, by the posteriors.
fn count(votes: &Votes, posteriors: &[f64], categories: usize, right: &mut [f64]) {
    right.fill(0.0);
    for (cells, row) in votes.by_item().zip(posteriors.chunks_exact(categories.max(1))) {
        for cell in cells {
            let (reviewer, said) = votes.pairs()[*cell as usize];
            right[reviewer as usize] += row[said as usize];
        }
    }
}

/// How often a reviewer is right. With one category there is nothing to be wrong about.
fn estimate(right: f64, made: usize, categories: usize, smoothing: Smoothing) -> f64 {
    let all = real(made) + 2.0 * smoothing.value();
    if categories < 2 || all <= 0.0 {
        return 1.0;
    }
    ((right + smoothing.value()) / all).min(1.0)
}

/// The logarithm of the probability of one wrong category, and what the right one has more. Who is
/// never (or always) wrong is taken to be so but for one time in 10^300: two such reviewers may
/// disagree, and something has to be said about their item.
fn bounded(right: f64, wrong: f64) -> (f64, f64) {
    let wrong = wrong.max(1e-300).ln();
    (wrong, right.max(1e-300).ln() - wrong)
}
