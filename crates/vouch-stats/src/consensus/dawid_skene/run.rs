//! The steps of the estimation, each in one pass over the judgements.

use crate::Judgements;
use crate::consensus::confusion::{Confusions, estimate, write_masses};
use crate::consensus::numbers::{LogSum, normalise, real};
use crate::consensus::outcome::shares;
use crate::consensus::settings::Smoothing;
use crate::consensus::votes::Votes;

/// Posteriors, and the counts before and after them.
///
/// Counts are `[cells, truth]`, how often each reviewer said each category about items of each, and
/// after these `[truth]`, how many items there are of each. Prior and confusions are made of them.
pub(super) struct Run<'a> {
    votes: &'a Votes,
    categories: usize,
    smoothing: Smoothing,
    /// How many items were judged at all.
    judged: f64,
    /// `[items, categories]`.
    posteriors: Vec<f64>,
    /// The counts that the posteriors were made of.
    used: Vec<f64>,
    /// The counts by the posteriors, which the next ones are made of.
    counts: Vec<f64>,
    /// `[cells, truth]` and `[truth]`: confusions and prior.
    chances: Vec<f64>,
    /// `[reviewers, truth]`.
    masses: Vec<f64>,
}

/// Products of probabilities under this are made of logarithms instead. Above, what underflows
/// beside them is under 10^-200 of them.
const SMALL: f64 = 1e-100;

/// What a step was like.
pub(super) struct Step {
    /// Of prior and confusions, as they were before it.
    pub(super) log_likelihood: f64,
    /// The largest change of a posterior.
    pub(super) change: f64,
}

impl<'a> Run<'a> {
    /// Begins with the shares of the votes as posteriors.
    pub(super) fn new(votes: &'a Votes, judgements: &Judgements, smoothing: Smoothing) -> Self {
        let categories = judgements.categories();
        let size = (votes.pairs().len() + 1) * categories;
        let mut run = Self {
            votes,
            categories,
            smoothing,
            judged: real(votes.judged()),
            posteriors: shares(judgements),
            used: vec![0.0; size],
            counts: vec![0.0; size],
            chances: vec![0.0; size],
            masses: vec![0.0; judgements.reviewers() * categories],
        };
        let width = categories.max(1);
        let (counts, sums) = run.counts.split_at_mut(size - categories);
        for (cells, row) in votes.by_item().zip(run.posteriors.chunks_exact(width)) {
            if !cells.is_empty() {
                count(cells, row, counts, sums);
            }
        }
        run
    }

    /// How many categories there are.
    pub(super) fn categories(&self) -> usize {
        self.categories
    }

    /// The counts that the posteriors were made of.
    pub(super) fn used(&self) -> &[f64] {
        &self.used
    }

    /// The counts by the posteriors, which the next ones are made of.
    pub(super) fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// Goes on from other counts.
    pub(super) fn set_counts(&mut self, counts: &[f64]) {
        self.counts.copy_from_slice(counts);
    }

    /// Makes prior and confusions of the counts, then the posteriors of these, then new counts.
    pub(super) fn step(&mut self) -> Step {
        self.write_chances();
        std::mem::swap(&mut self.used, &mut self.counts);
        // The same code, with the inner loops unrolled for the usual numbers of categories.
        match self.categories {
            2 => self.pass::<2>(),
            3 => self.pass::<3>(),
            4 => self.pass::<4>(),
            5 => self.pass::<5>(),
            _ => self.pass::<0>(),
        }
    }

    /// The posteriors, and the prior and confusions that they were made of.
    pub(super) fn results(self) -> (Vec<f64>, Vec<f64>, Confusions) {
        let prior = self.prior(&self.used);
        let mut posteriors = self.posteriors;
        let rows = posteriors.chunks_exact_mut(self.categories.max(1));
        for (cells, row) in self.votes.by_item().zip(rows) {
            if cells.is_empty() {
                row.copy_from_slice(&prior);
            }
        }
        let mut counts = self.used;
        counts.truncate(counts.len() - self.categories);
        let confusions = Confusions::new(self.votes, self.categories, self.smoothing, counts);
        (posteriors, prior, confusions)
    }

    fn prior(&self, counts: &[f64]) -> Vec<f64> {
        let sums = &counts[counts.len() - self.categories..];
        let prior = |sum| estimate(sum, self.judged, self.categories, self.smoothing.value());
        let even = 1.0 / real(self.categories);
        sums.iter().map(|sum| prior(*sum).unwrap_or(even)).collect()
    }

    fn write_chances(&mut self) {
        let (categories, smoothing) = (self.categories, self.smoothing.value());
        let cells = self.counts.len() - categories;
        write_masses(self.votes, &self.counts[..cells], categories, &mut self.masses);
        for (cell, (reviewer, _)) in self.votes.pairs().iter().enumerate() {
            let masses = &self.masses[*reviewer as usize * categories..][..categories];
            let counts = &self.counts[cell * categories..][..categories];
            let chances = &mut self.chances[cell * categories..][..categories];
            for ((chance, count), mass) in chances.iter_mut().zip(counts).zip(masses) {
                // A category that none of a reviewer's items is in stays impossible for these.
                *chance = estimate(*count, *mass, categories, smoothing).unwrap_or(0.0);
            }
        }
        let prior = self.prior(&self.counts);
        self.chances[cells..].copy_from_slice(&prior);
    }

    /// `KNOWN` is the number of categories, or 0 when it is not known to the compiler.
    fn pass<const KNOWN: usize>(&mut self) -> Step {
        let width = if KNOWN > 0 { KNOWN } else { self.categories.max(1) };
        let cells_end = self.counts.len() - self.categories;
        self.counts.fill(0.0);
        let (counts, sums) = self.counts.split_at_mut(cells_end);
        let (chances, prior) = self.chances.split_at(cells_end);
        let mut weights = vec![0.0; width];
        let weights = &mut weights[..width];
        let (mut likelihood, mut change) = (LogSum::new(), 0.0_f64);
        for (cells, row) in self.votes.by_item().zip(self.posteriors.chunks_exact_mut(width)) {
            if cells.is_empty() {
                continue;
            }
            weights.copy_from_slice(prior);
            for cell in cells {
                let chances = &chances[*cell as usize * width..][..width];
                weights.iter_mut().zip(chances).for_each(|(weight, chance)| *weight *= chance);
            }
            let mut sum: f64 = weights.iter().sum();
            if sum < SMALL {
                likelihood.add_log(by_logarithms(cells, chances, prior, weights));
                sum = 1.0;
            }
            likelihood.add(sum);
            for (posterior, weight) in row.iter_mut().zip(&*weights) {
                let new = weight / sum;
                change = change.max((new - *posterior).abs());
                *posterior = new;
            }
            count(cells, row, counts, sums);
        }
        Step { log_likelihood: likelihood.total(), change }
    }
}

/// The weights of one item's categories by the sum of logarithms, however small they are. Returns
/// the logarithm of the sum of the weights, which then sum to 1.
#[cold]
fn by_logarithms(cells: &[u32], chances: &[f64], prior: &[f64], weights: &mut [f64]) -> f64 {
    let width = weights.len();
    weights.iter_mut().zip(prior).for_each(|(weight, prior)| *weight = prior.ln());
    for cell in cells {
        let chances = &chances[*cell as usize * width..][..width];
        weights.iter_mut().zip(chances).for_each(|(weight, chance)| *weight += chance.ln());
    }
    // One is finite: the category that was likely before is possible still.
    normalise(weights)
}

/// Counts one item.
fn count(cells: &[u32], posterior: &[f64], counts: &mut [f64], sums: &mut [f64]) {
    let width = posterior.len();
    add(sums, posterior);
    for cell in cells {
        add(&mut counts[*cell as usize * width..][..width], posterior);
    }
}

fn add(to: &mut [f64], what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += what);
}
