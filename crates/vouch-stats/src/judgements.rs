//! Judgements: who said what about which item, with all names replaced by small numbers.

use std::collections::HashMap;
use std::hash::Hash;

/// One answer of one reviewer about one item. The numbers are indices, from 0 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Which item, below [`Judgements::items`].
    pub item: u32,
    /// Who judged, below [`Judgements::reviewers`].
    pub reviewer: u32,
    /// What was said, below [`Judgements::categories`].
    pub category: u32,
}

/// Judgements of one question, grouped by item in the order of the items' numbers.
///
/// A reviewer's judgements of one item are one judgement: the newest counts. How many older ones
/// it replaced is in [`replaced`](Self::replaced). Only [`keeping_repeats`](Self::keeping_repeats)
/// counts them all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgements {
    all: Vec<Judgement>,
    /// Where the judgements of each item begin; one longer than there are items.
    starts: Vec<usize>,
    reviewers: usize,
    categories: usize,
    replaced: usize,
}

impl Judgements {
    /// Groups judgements, given in the order in which they were made.
    ///
    /// There are as many items, reviewers and categories as the highest number of each says, and
    /// at least `categories` categories: one that nobody chose still counts as a choice.
    pub fn new(made: Vec<Judgement>, categories: usize) -> Self {
        let given = made.len();
        let categories = categories.max(highest(&made, |one| one.category));
        let mut judgements = made;
        // Stable: of one reviewer's judgements of one item, the newest stays last.
        judgements.sort_by_key(|one| (one.item, one.reviewer));
        judgements.dedup_by(|newer, older| {
            let same = newer.item == older.item && newer.reviewer == older.reviewer;
            if same {
                *older = *newer;
            }
            same
        });
        let replaced = given - judgements.len();
        Self { replaced, ..Self::grouped(judgements, categories) }
    }

    /// Groups judgements of which each counts, also several by one reviewer about one item: what
    /// an observer says who sees the same patient three times (Dawid & Skene 1979).
    ///
    /// The order in which they were made does not matter.
    pub fn keeping_repeats(made: Vec<Judgement>, categories: usize) -> Self {
        let mut judgements = made;
        judgements.sort_unstable_by_key(|one| (one.item, one.reviewer, one.category));
        Self::grouped(judgements, categories)
    }

    /// Counts what there is. The judgements are in order already.
    pub(crate) fn grouped(judgements: Vec<Judgement>, categories: usize) -> Self {
        let items = highest(&judgements, |one| one.item);
        let reviewers = highest(&judgements, |one| one.reviewer);
        let categories = categories.max(highest(&judgements, |one| one.category));
        let mut starts = vec![0; items + 1];
        for one in &judgements {
            starts[one.item as usize + 1] += 1;
        }
        for item in 0..items {
            starts[item + 1] += starts[item];
        }
        Self { all: judgements, starts, reviewers, categories, replaced: 0 }
    }

    /// How many items there are.
    pub fn items(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many reviewers there are.
    pub fn reviewers(&self) -> usize {
        self.reviewers
    }

    /// How many categories one can choose from.
    pub fn categories(&self) -> usize {
        self.categories
    }

    /// How many judgements were replaced by a newer one of the same reviewer about the same item.
    pub fn replaced(&self) -> usize {
        self.replaced
    }

    /// All judgements, by item and then by reviewer.
    pub fn all(&self) -> &[Judgement] {
        &self.all
    }

    /// The judgements of one item, by reviewer; empty for an item that nobody judged.
    ///
    /// # Panics
    ///
    /// When there is no such item.
    pub fn of_item(&self, item: usize) -> &[Judgement] {
        &self.all[self.starts[item]..self.starts[item + 1]]
    }

    /// The judgements item by item.
    pub fn by_item(&self) -> impl ExactSizeIterator<Item = &[Judgement]> + Clone {
        self.starts.windows(2).map(|ends| &self.all[ends[0]..ends[1]])
    }
}

/// How many there are of what is numbered from 0 on.
fn highest(judgements: &[Judgement], number: fn(&Judgement) -> u32) -> usize {
    judgements.iter().map(number).max().map_or(0, |highest| highest as usize + 1)
}

/// Gives names the numbers of a [`Judgement`], from 0 on, in the order in which they first come.
#[derive(Clone, Debug)]
pub struct Names<T> {
    numbers: HashMap<T, u32>,
    names: Vec<T>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), names: Vec::new() }
    }
}

impl<T: Clone + Eq + Hash> Names<T> {
    /// The number of a name: a new one for a name that did not come before, and `None` when four
    /// thousand million are given out.
    pub fn number(&mut self, name: &T) -> Option<u32> {
        if let Some(number) = self.numbers.get(name) {
            return Some(*number);
        }
        let number = u32::try_from(self.names.len()).ok()?;
        self.numbers.insert(name.clone(), number);
        self.names.push(name.clone());
        Some(number)
    }

    /// All names: that of number 0 first.
    pub fn names(&self) -> &[T] {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(item: u32, reviewer: u32, category: u32) -> Judgement {
        Judgement { item, reviewer, category }
    }

    #[test]
    fn the_newest_judgement_of_a_reviewer_counts() {
        let judgements = Judgements::new(
            vec![said(1, 0, 0), said(0, 1, 2), said(1, 0, 1), said(1, 0, 3), said(3, 1, 0)],
            2,
        );
        assert_eq!(judgements.of_item(1), [said(1, 0, 3)]);
        assert_eq!(judgements.of_item(2), []);
        assert_eq!(judgements.replaced(), 2);
        assert_eq!(
            (judgements.items(), judgements.reviewers(), judgements.categories()),
            (4, 2, 4)
        );
        let lengths: Vec<usize> = judgements.by_item().map(<[Judgement]>::len).collect();
        assert_eq!(lengths, [1, 1, 0, 1]);
    }

    #[test]
    fn no_judgements_are_no_items() {
        let judgements = Judgements::new(Vec::new(), 3);
        assert_eq!((judgements.items(), judgements.categories()), (0, 3));
        assert_eq!(judgements.by_item().len(), 0);
    }

    #[test]
    fn repeats_are_kept_where_asked_and_their_order_does_not_matter() {
        let made = vec![said(1, 0, 2), said(0, 1, 0), said(1, 0, 0), said(1, 0, 2)];
        let kept = Judgements::keeping_repeats(made.clone(), 2);
        assert_eq!(kept.of_item(1), [said(1, 0, 0), said(1, 0, 2), said(1, 0, 2)]);
        assert_eq!((kept.replaced(), kept.categories()), (0, 3));
        assert_eq!(kept, Judgements::keeping_repeats(made.into_iter().rev().collect(), 2));
    }

    #[test]
    fn a_category_counts_that_was_only_said_and_taken_back() {
        let judgements = Judgements::new(vec![said(0, 0, 5), said(0, 0, 1)], 0);
        assert_eq!(judgements.categories(), 6);
    }

    #[test]
    fn names_keep_the_order_in_which_they_came() {
        let mut names = Names::default();
        let numbers: Vec<_> = ["b", "a", "b"].iter().map(|name| names.number(name)).collect();
        assert_eq!(numbers, [Some(0), Some(1), Some(0)]);
        assert_eq!(names.names(), ["b", "a"]);
    }
}
