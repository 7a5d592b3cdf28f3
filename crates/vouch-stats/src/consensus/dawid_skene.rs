//! Dawid & Skene: everyone's confusions and everyone's consensus, estimated together.

use super::confusion::Confusions;
use super::numbers::{LogSum, real};
use super::outcome::{Consensus, shares};
use super::settings::{Smoothing, Stop};
use super::votes::Votes;
use crate::Judgements;

/// How [`dawid_skene`] is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DawidSkeneSettings {
    /// Added to each count of the confusion matrices and of the prior. None by default, as in the
    /// paper; a little (0.01) keeps reviewers with few judgements from being called infallible.
    pub smoothing: Smoothing,
    /// When to stop.
    pub stop: Stop,
}

impl Default for DawidSkeneSettings {
    fn default() -> Self {
        Self { smoothing: Smoothing::NONE, stop: Stop::default() }
    }
}

/// What [`dawid_skene`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct DawidSkene {
    /// The posterior of each item. The quality of a reviewer is how often they are right: the
    /// diagonal of their matrix, weighted by the prior.
    pub consensus: Consensus,
    /// How frequent each category is among the judged items; sums to 1.
    pub prior: Vec<f64>,
    /// The confusion matrix of each reviewer. From these and the prior the posteriors are made.
    pub confusions: Confusions,
    /// The logarithm of the probability of all judgements, by prior and confusions.
    pub log_likelihood: f64,
    /// How many times the posteriors were made.
    pub iterations: u32,
    /// Whether it stopped because nothing changed any more.
    pub converged: bool,
}

/// Estimates posteriors, prior and confusion matrices by expectation maximisation to convergence.
///
/// Dawid & Skene (1979), "Maximum likelihood estimation of observer error-rates using the EM
/// algorithm", Applied Statistics 28(1), 20-28. It starts from the shares of the votes. Each
/// iteration makes prior and confusions of the posteriors (equations 2.3 and 2.4 of the paper),
/// then posteriors of these (2.5); the likelihood never falls. Posteriors are made of logarithms
/// and cannot underflow.
///
/// Several judgements by one reviewer about one item count each, as in the paper, where they were
/// kept ([`Judgements::keeping_repeats`]).
///
/// An item that nobody judged has the prior as its posterior and takes no part in the estimate.
/// About items of a category of which a reviewer judged none, their answers say nothing: every
/// answer is equally likely.
pub fn dawid_skene(judgements: &Judgements, settings: &DawidSkeneSettings) -> DawidSkene {
    let categories = judgements.categories();
    let votes = Votes::new(judgements);
    let mut run = Run {
        categories,
        posteriors: shares(judgements),
        confusions: Confusions::new(&votes, categories, settings.smoothing),
        sums: vec![0.0; categories],
        logs: vec![0.0; votes.pairs().len() * categories],
        log_prior: vec![0.0; categories],
    };
    run.count(&votes);
    let judged = real(votes.judged());
    let smoothing = settings.smoothing.value();
    let (mut iterations, mut converged, mut log_likelihood) = (0, false, 0.0);
    let mut prior = vec![0.0; categories];
    let mut confusions = run.confusions.clone();
    while !converged && iterations < settings.stop.iterations() {
        let all = judged + real(categories) * smoothing;
        for (prior, sum) in prior.iter_mut().zip(&run.sums) {
            *prior = if all > 0.0 { (sum + smoothing) / all } else { 1.0 / real(categories) };
        }
        run.log_prior.iter_mut().zip(&prior).for_each(|(log, prior)| *log = prior.ln());
        run.confusions.write_logs(&mut run.logs);
        confusions.clone_from(&run.confusions);
        let (likelihood, change) = run.estimate(&votes);
        log_likelihood = likelihood;
        iterations += 1;
        converged = change <= settings.stop.tolerance();
    }
    let mut posteriors = run.posteriors;
    for (of_item, row) in judgements.by_item().zip(posteriors.chunks_exact_mut(categories.max(1))) {
        if of_item.is_empty() {
            row.copy_from_slice(&prior);
        }
    }
    let qualities = (0..judgements.reviewers()).map(|one| confusions.accuracy(one, &prior));
    let consensus = Consensus::new(judgements, posteriors, qualities);
    DawidSkene { consensus, prior, confusions, log_likelihood, iterations, converged }
}

/// What an iteration reads and writes.
struct Run {
    categories: usize,
    /// `[items, categories]`.
    posteriors: Vec<f64>,
    /// The counts to come, once an iteration has run.
    confusions: Confusions,
    /// How many items of each category there are, by the posteriors.
    sums: Vec<f64>,
    /// `[cells, truth]`: the logarithms of the confusions.
    logs: Vec<f64>,
    log_prior: Vec<f64>,
}

impl Run {
    /// Counts by the posteriors that there are.
    fn count(&mut self, votes: &Votes) {
        let width = self.categories.max(1);
        let counts = self.confusions.counts_mut();
        for (cells, row) in votes.by_item().zip(self.posteriors.chunks_exact(width)) {
            if cells.is_empty() {
                continue;
            }
            add(&mut self.sums, row);
            for cell in cells {
                add(&mut counts[*cell as usize * width..][..width], row);
            }
        }
    }

    /// Makes the posteriors anew and counts by them, in one pass. Returns the log-likelihood of
    /// what was known before, and the largest change of a posterior.
    fn estimate(&mut self, votes: &Votes) -> (f64, f64) {
        // The same code, with the inner loops unrolled for the usual numbers of categories.
        match self.categories {
            2 => self.pass::<2>(votes),
            3 => self.pass::<3>(votes),
            4 => self.pass::<4>(votes),
            5 => self.pass::<5>(votes),
            _ => self.pass::<0>(votes),
        }
    }

    /// `KNOWN` is the number of categories, or 0 when it is not known to the compiler.
    fn pass<const KNOWN: usize>(&mut self, votes: &Votes) -> (f64, f64) {
        let width = if KNOWN > 0 { KNOWN } else { self.categories.max(1) };
        let counts = self.confusions.counts_mut();
        counts.fill(0.0);
        self.sums.fill(0.0);
        let mut weights = vec![0.0; width];
        let weights = weights.as_mut_slice();
        let (mut likelihood, mut largest_change) = (LogSum::new(), 0.0_f64);
        for (cells, row) in votes.by_item().zip(self.posteriors.chunks_exact_mut(width)) {
            if cells.is_empty() {
                continue;
            }
            weights.copy_from_slice(&self.log_prior);
            for cell in cells {
                add(weights, &self.logs[*cell as usize * width..][..width]);
            }
            let highest = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for weight in &mut *weights {
                *weight = (*weight - highest).exp();
                sum += *weight;
            }
            likelihood.add_log(highest);
            likelihood.add(sum);
            for (posterior, weight) in row.iter_mut().zip(&*weights) {
                let new = weight / sum;
                largest_change = largest_change.max((new - *posterior).abs());
                *posterior = new;
            }
            add(&mut self.sums, row);
            for cell in cells {
                add(&mut counts[*cell as usize * width..][..width], row);
            }
        }
        (likelihood.total(), largest_change)
    }
}

fn add(to: &mut [f64], what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += what);
}
