//! What each reviewer says about items that are truly of a category.

use super::numbers::real;
use super::settings::Smoothing;
use super::votes::Votes;

/// The confusion matrix of each reviewer: the probability of what they say, given the truth.
///
/// Only what a reviewer ever said is stored: memory grows with the judgements, not with the square
/// of the categories.
#[derive(Clone, Debug, PartialEq)]
pub struct Confusions {
    categories: usize,
    smoothing: f64,
    /// Reviewer and category of each cell, in this order.
    pairs: Vec<(u32, u32)>,
    /// Where the cells of each reviewer begin; one longer than there are reviewers.
    first_of: Vec<usize>,
    /// `[cells, truth]`: how often it is expected to have happened.
    counts: Vec<f64>,
    /// `[reviewers, truth]`: how many judgements a reviewer made about such items.
    masses: Vec<f64>,
}

impl Confusions {
    /// `counts` are `[cells, truth]`: how often each cell is expected to have happened.
    pub(super) fn new(
        votes: &Votes,
        categories: usize,
        smoothing: Smoothing,
        counts: Vec<f64>,
    ) -> Self {
        let mut masses = vec![0.0; votes.by_reviewer().len() * categories];
        write_masses(votes, &counts, categories, &mut masses);
        let mut first_of = vec![0];
        first_of.extend(votes.by_reviewer().map(|cells| cells.end));
        let pairs = votes.pairs().to_vec();
        Self { categories, smoothing: smoothing.value(), pairs, first_of, counts, masses }
    }

    /// How many categories there are.
    pub fn categories(&self) -> usize {
        self.categories
    }

    /// How many reviewers there are.
    pub fn reviewers(&self) -> usize {
        self.first_of.len() - 1
    }

    /// The probability that a reviewer says `said` about an item that is truly `truth`. Where the
    /// reviewer never judged such an item and there is no smoothing, nothing is known, and it is
    /// the same for every category.
    ///
    /// # Panics
    ///
    /// When there is no such reviewer or category.
    pub fn probability(&self, reviewer: usize, truth: usize, said: usize) -> f64 {
        let (count, mass) = (self.count(reviewer, truth, said), self.mass(reviewer, truth));
        estimate(count, mass, self.categories, self.smoothing)
            .unwrap_or(1.0 / real(self.categories))
    }

    /// How often a reviewer is expected to have said `said` about an item that is truly `truth`:
    /// judgements weighted by the posterior of the truth.
    ///
    /// # Panics
    ///
    /// When there is no such reviewer or category.
    pub fn count(&self, reviewer: usize, truth: usize, said: usize) -> f64 {
        assert!(truth < self.categories && said < self.categories, "no such category");
        let first = self.first_of[reviewer];
        let own = &self.pairs[first..self.first_of[reviewer + 1]];
        own.binary_search_by(|pair| (pair.1 as usize).cmp(&said))
            .map_or(0.0, |at| self.counts[(first + at) * self.categories + truth])
    }

    /// How many judgements a reviewer is expected to have made about items that are truly `truth`:
    /// what a row of the matrix rests on.
    ///
    /// # Panics
    ///
    /// When there is no such reviewer or category.
    pub fn mass(&self, reviewer: usize, truth: usize) -> f64 {
        self.masses[reviewer * self.categories..][..self.categories][truth]
    }

    /// The matrix of a reviewer, `[truth, said]`; each row sums to 1.
    ///
    /// # Panics
    ///
    /// When there is no such reviewer.
    pub fn matrix(&self, reviewer: usize) -> Vec<Vec<f64>> {
        let row = |truth| (0..self.categories).map(move |said| (truth, said));
        (0..self.categories)
            .map(|truth| row(truth).map(|(t, said)| self.probability(reviewer, t, said)).collect())
            .collect()
    }

    /// How often a reviewer is right, when the categories are as frequent as `prior` says. `None`
    /// for who never judged.
    ///
    /// # Panics
    ///
    /// When there is no such reviewer.
    pub fn accuracy(&self, reviewer: usize, prior: &[f64]) -> Option<f64> {
        let judged = self.first_of[reviewer] < self.first_of[reviewer + 1];
        judged.then(|| {
            let right = |(truth, p): (usize, &f64)| p * self.probability(reviewer, truth, truth);
            prior.iter().enumerate().map(right).sum::<f64>().min(1.0)
        })
    }
}

/// Sums the counts of each reviewer: `[reviewers, truth]` of `[cells, truth]`.
pub(super) fn write_masses(votes: &Votes, counts: &[f64], categories: usize, masses: &mut [f64]) {
    masses.fill(0.0);
    for (cells, masses) in votes.by_reviewer().zip(masses.chunks_exact_mut(categories.max(1))) {
        let own = &counts[cells.start * categories..cells.end * categories];
        for counts in own.chunks_exact(categories.max(1)) {
            masses.iter_mut().zip(counts).for_each(|(mass, count)| *mass += count);
        }
    }
}

/// The probability of one of the categories, by its count and the mass of all. `None` where there
/// is nothing to estimate it from.
pub(super) fn estimate(count: f64, mass: f64, categories: usize, smoothing: f64) -> Option<f64> {
    let all = mass + real(categories) * smoothing;
    (all > 0.0).then(|| (count + smoothing) / all)
}
