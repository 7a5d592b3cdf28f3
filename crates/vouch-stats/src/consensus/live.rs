//! Judgements that come one by one, with the same consensus as all at once.

use std::collections::BTreeMap;

use super::numbers::real;
use super::tie::TieRule;
use crate::{Judgement, Judgements};

/// A growing collection of judgements of one question.
///
/// What is [`set`](Self::set), replaced and [`removed`](Self::remove) in any order ends in the same
/// [`judgements`](Self::judgements), bit for bit, as [`Judgements::new`] of what is left: each item
/// keeps its judgements by reviewer. So each method of [`consensus`](crate::consensus) gives the
/// same bits as for the batch.
///
/// The shares of one item are kept as counts: reading them costs as much as there are categories,
/// however many items there are. The other methods learn about reviewers from all items at once, so a
/// judgement may change the answer of an item that it is not about; they are run again, over
/// judgements that need no more sorting. They do not begin where they ended the last time: that is
/// faster, but may end at another of the likelihood's peaks than the batch. [`changes`](Self::changes)
/// says whether running again is needed at all.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// The judgements of each item.
    items: BTreeMap<u32, Item>,
    categories: usize,
    judgements: usize,
    changes: u64,
}

#[derive(Clone, Debug, Default)]
struct Item {
    /// Reviewer and category, by reviewer.
    said: Vec<(u32, u32)>,
    /// How many said each category, as far as the highest that was said.
    votes: Vec<u32>,
}

impl Live {
    /// An empty collection with at least so many categories to choose from.
    pub fn new(categories: usize) -> Self {
        Self { categories, ..Self::default() }
    }

    /// Takes a judgement, in place of an older one of the same reviewer about the same item.
    /// Returns what that said.
    pub fn set(&mut self, judgement: Judgement) -> Option<u32> {
        let Judgement { item, reviewer, category } = judgement;
        let item = self.items.entry(item).or_default();
        let older = match item.said.binary_search_by_key(&reviewer, |said| said.0) {
            Ok(at) => Some(std::mem::replace(&mut item.said[at].1, category)),
            Err(at) => {
                item.said.insert(at, (reviewer, category));
                self.judgements += 1;
                None
            }
        };
        if older != Some(category) {
            self.changes += 1;
        }
        self.categories = self.categories.max(category as usize + 1);
        if let Some(older) = older {
            item.votes[older as usize] -= 1;
        }
        if item.votes.len() <= category as usize {
            item.votes.resize(category as usize + 1, 0);
        }
        item.votes[category as usize] += 1;
        older
    }

    /// Takes a judgement back. Returns what it said; `None` where there was none.
    pub fn remove(&mut self, item: u32, reviewer: u32) -> Option<u32> {
        let of_item = self.items.get_mut(&item)?;
        let at = of_item.said.binary_search_by_key(&reviewer, |said| said.0).ok()?;
        let (_, category) = of_item.said.remove(at);
        of_item.votes[category as usize] -= 1;
        if of_item.said.is_empty() {
            self.items.remove(&item);
        }
        self.judgements -= 1;
        self.changes += 1;
        Some(category)
    }

    /// How many judgements there are.
    pub fn len(&self) -> usize {
        self.judgements
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.judgements == 0
    }

    /// How many times something changed: the same number, the same consensus.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// All judgements, for any method. Takes time in proportion to their number.
    pub fn judgements(&self) -> Judgements {
        let mut all = Vec::with_capacity(self.judgements);
        for (&item, of_item) in &self.items {
            let said = of_item.said.iter();
            all.extend(said.map(|&(reviewer, category)| Judgement { item, reviewer, category }));
        }
        Judgements::grouped(all, self.categories)
    }

    /// The share of each category in the votes for one item: its row of
    /// [`majority`](super::majority()) over all judgements. Equal shares where nobody judged it.
    pub fn shares(&self, item: u32) -> Vec<f64> {
        let mut shares = vec![0.0; self.categories];
        let Some(of_item) = self.items.get(&item) else {
            shares.fill(1.0 / real(self.categories));
            return shares;
        };
        let votes = real(of_item.said.len());
        for (share, count) in shares.iter_mut().zip(&of_item.votes) {
            *share = f64::from(*count) / votes;
        }
        shares
    }

    /// The majority's answer for one item, as [`Consensus::answer`](super::Consensus::answer) gives it.
    pub fn majority_of(&self, item: u32, tie: TieRule) -> Option<u32> {
        self.items.get(&item).and_then(|_| tie.choose(&self.shares(item), item as usize))
    }

    /// Runs a method over all judgements, unless nothing changed since `last` was made.
    ///
    /// ```
    /// use vouch_stats::Judgement;
    /// use vouch_stats::consensus::{Live, majority};
    ///
    /// let mut live = Live::new(2);
    /// live.set(Judgement { item: 0, reviewer: 0, category: 1 });
    /// let first = live.consensus(None, majority);
    /// let (changes, consensus) = live.consensus(Some(first.clone()), |_| unreachable!());
    /// assert_eq!((changes, consensus), first);
    /// ```
    pub fn consensus<T>(
        &self,
        last: Option<(u64, T)>,
        method: impl FnOnce(&Judgements) -> T,
    ) -> (u64, T) {
        match last {
            Some((changes, last)) if changes == self.changes => (changes, last),
            _ => (self.changes, method(&self.judgements())),
        }
    }
}
