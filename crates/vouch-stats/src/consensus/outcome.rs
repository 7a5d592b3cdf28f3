//! What every method for categories gives: posteriors, answers, and who contributed.

use super::numbers::real;
use super::tie::TieRule;
use crate::Judgements;

/// What the reviewers say together about each item, and what is thought of each reviewer.
#[derive(Clone, Debug, PartialEq)]
pub struct Consensus {
    categories: usize,
    /// `[items, categories]`, row by row.
    posteriors: Vec<f64>,
    /// How many judgements each item has.
    counts: Vec<u32>,
    reviewers: Vec<Standing>,
}

/// What a method thinks of a reviewer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// How many judgements of this reviewer counted.
    pub judgements: usize,
    /// How good they are, from 0 to 1; the method says what it means. `None` where nothing is
    /// known.
    pub quality: Option<f64>,
}

/// One judgement behind an answer, as a screen shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Who judged.
    pub reviewer: u32,
    /// What they said.
    pub category: u32,
    /// How good this reviewer is, see [`Standing::quality`].
    pub quality: Option<f64>,
    /// The posterior of what they said: how far the consensus agrees, from 0 to 1.
    pub support: f64,
}

impl Consensus {
    /// `posteriors` has a row of each item, `qualities` one of each reviewer.
    pub(super) fn new(
        judgements: &Judgements,
        posteriors: Vec<f64>,
        qualities: impl Iterator<Item = Option<f64>>,
    ) -> Self {
        let mut made = vec![0; judgements.reviewers()];
        for one in judgements.all() {
            made[one.reviewer as usize] += 1;
        }
        let counts = judgements
            .by_item()
            .map(|of_item| u32::try_from(of_item.len()).unwrap_or(u32::MAX))
            .collect();
        let standing = |(judgements, quality)| Standing { judgements, quality };
        Self {
            categories: judgements.categories(),
            posteriors,
            counts,
            reviewers: made.into_iter().zip(qualities).map(standing).collect(),
        }
    }

    /// How many items there are.
    pub fn items(&self) -> usize {
        self.counts.len()
    }

    /// How many categories one could choose from.
    pub fn categories(&self) -> usize {
        self.categories
    }

    /// The probability of each category for an item; they sum to 1.
    ///
    /// # Panics
    ///
    /// When there is no such item.
    pub fn posterior(&self, item: usize) -> &[f64] {
        &self.posteriors[item * self.categories..][..self.categories]
    }

    /// How many judgements an item has.
    ///
    /// # Panics
    ///
    /// When there is no such item.
    pub fn judgements_of(&self, item: usize) -> u32 {
        self.counts[item]
    }

    /// The most likely category of an item. `None` where nobody judged it, and for a tie that the
    /// rule leaves undecided.
    ///
    /// # Panics
    ///
    /// When there is no such item.
    pub fn answer(&self, item: usize, tie: TieRule) -> Option<u32> {
        (self.counts[item] > 0).then(|| tie.choose(self.posterior(item), item)).flatten()
    }

    /// The [`answer`](Self::answer) of each item.
    pub fn answers(&self, tie: TieRule) -> Vec<Option<u32>> {
        (0..self.items()).map(|item| self.answer(item, tie)).collect()
    }

    /// What is thought of each reviewer, by number.
    pub fn reviewers(&self) -> &[Standing] {
        &self.reviewers
    }

    /// Who contributed to an item's answer and how, by reviewer. `judgements` are those that this
    /// consensus was made of.
    ///
    /// # Panics
    ///
    /// When there is no such item, or the judgements are others.
    pub fn contributions<'a>(
        &'a self,
        judgements: &'a Judgements,
        item: usize,
    ) -> impl ExactSizeIterator<Item = Contribution> + 'a {
        let posterior = self.posterior(item);
        judgements.of_item(item).iter().map(move |one| Contribution {
            reviewer: one.reviewer,
            category: one.category,
            quality: self.reviewers[one.reviewer as usize].quality,
            support: posterior[one.category as usize],
        })
    }
}

/// The shares of the votes of each item, `[items, categories]` row by row: where a majority stands
/// and where the other methods start. An item that nobody judged has equal shares.
pub(super) fn shares(judgements: &Judgements) -> Vec<f64> {
    let categories = judgements.categories();
    let mut shares = vec![0.0; judgements.items() * categories];
    for (of_item, row) in judgements.by_item().zip(shares.chunks_exact_mut(categories.max(1))) {
        if of_item.is_empty() {
            row.fill(1.0 / real(categories));
            continue;
        }
        for one in of_item {
            row[one.category as usize] += 1.0;
        }
        let votes = real(of_item.len());
        for share in row {
            *share /= votes;
        }
    }
    shares
}
