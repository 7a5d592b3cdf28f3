//! Consensus where several categories may be chosen at once: each option is a question of its own.

use std::collections::BTreeSet;

use super::grouped::{Answer, Grouped};
use super::outcome::Consensus;
use super::tie::TieRule;
use crate::{Judgement, Judgements};

/// The options that one reviewer chose for one item; none is an answer too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Which item, from 0 on.
    pub item: u32,
    /// Who chose, from 0 on.
    pub reviewer: u32,
    /// What they chose, from 0 on.
    pub options: BTreeSet<u32>,
}

/// Selections of one question. A reviewer's newest selection for an item counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selections {
    all: Grouped<Selection>,
    options: u32,
}

impl Answer for Selection {
    fn whose(&self) -> (u32, u32) {
        (self.item, self.reviewer)
    }
}

/// Whether an option was chosen, as a category of [`Selections::option`].
const CHOSEN: u32 = 1;

impl Selections {
    /// Groups selections, given in the order in which they were made. There are at least
    /// `options` options, and as many as the highest chosen says.
    pub fn new(made: Vec<Selection>, options: u32) -> Self {
        let highest = made.iter().filter_map(|one| one.options.last()).max();
        let options = options.max(highest.map_or(0, |highest| highest.saturating_add(1)));
        Self { all: Grouped::new(made), options }
    }

    /// How many options there are.
    pub fn options(&self) -> u32 {
        self.options
    }

    /// All selections, by item and then by reviewer.
    pub fn all(&self) -> &[Selection] {
        self.all.all()
    }

    /// The judgements of one option: category 1 for who chose it, 0 for who answered without it.
    pub fn option(&self, option: u32) -> Judgements {
        let judged = self.all().iter().map(|one| Judgement {
            item: one.item,
            reviewer: one.reviewer,
            category: if one.options.contains(&option) { CHOSEN } else { 0 },
        });
        Judgements::new(judged.collect(), 2)
    }
}

/// The consensus of each option.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    options: Vec<Consensus>,
}

/// Runs a method for one category on each option: what is called binary relevance.
pub fn per_option(selections: &Selections, method: impl Fn(&Judgements) -> Consensus) -> Selected {
    let options = (0..selections.options).map(|option| method(&selections.option(option)));
    Selected { options: options.collect() }
}

impl Selected {
    /// The consensus of each option, by number; category 1 is that it is chosen.
    pub fn options(&self) -> &[Consensus] {
        &self.options
    }

    /// The probability that an option is to be chosen for an item; by majority, the share of the
    /// reviewers who chose it.
    ///
    /// # Panics
    ///
    /// When there is no such item or option.
    pub fn probability(&self, item: usize, option: usize) -> f64 {
        self.options[option].posterior(item)[CHOSEN as usize]
    }

    /// Whether an option is chosen for an item. `None` where nobody judged the item, and for a tie
    /// that the rule leaves undecided; the first of a tie is not to choose.
    ///
    /// # Panics
    ///
    /// When there is no such item or option.
    pub fn is_chosen(&self, item: usize, option: usize, tie: TieRule) -> Option<bool> {
        self.options[option].answer(item, tie).map(|answer| answer == CHOSEN)
    }

    /// The options that are chosen for an item. `None` as soon as one option has no answer.
    ///
    /// # Panics
    ///
    /// When there is no such item.
    pub fn answer(&self, item: usize, tie: TieRule) -> Option<BTreeSet<u32>> {
        let mut chosen = BTreeSet::new();
        for (number, option) in (0..).zip(&self.options) {
            if option.answer(item, tie)? == CHOSEN {
                chosen.insert(number);
            }
        }
        Some(chosen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::{DawidSkeneSettings, dawid_skene, majority};

    fn selected(made: &[(u32, u32, &[u32])]) -> Selections {
        let made = made.iter().map(|(item, reviewer, options)| Selection {
            item: *item,
            reviewer: *reviewer,
            options: options.iter().copied().collect(),
        });
        Selections::new(made.collect(), 4)
    }

    #[test]
    fn each_option_has_its_own_vote() {
        let selections = selected(&[
            (0, 0, &[3]),
            (0, 0, &[0, 1]),
            (0, 1, &[0]),
            (0, 2, &[]),
            (1, 0, &[2]),
            (1, 1, &[]),
        ]);
        assert_eq!(selections.all().len(), 5);
        let selected = per_option(&selections, majority);
        assert_eq!(selected.options().len(), 4);
        assert!((selected.probability(0, 0) - 2.0 / 3.0).abs() < 1e-15);
        assert_eq!(selected.answer(0, TieRule::Undecided), Some(BTreeSet::from([0])));
        assert_eq!(selected.is_chosen(1, 2, TieRule::Undecided), None);
        assert_eq!(selected.answer(1, TieRule::Undecided), None);
        assert_eq!(selected.answer(1, TieRule::First), Some(BTreeSet::new()));
    }

    #[test]
    fn any_method_serves() {
        let settings = DawidSkeneSettings::default();
        let selections = selected(&[(0, 0, &[0]), (0, 1, &[0]), (1, 0, &[]), (1, 1, &[])]);
        let selected = per_option(&selections, |one| dawid_skene(one, &settings).consensus);
        assert_eq!(selected.answer(0, TieRule::Undecided), Some(BTreeSet::from([0])));
        assert_eq!(selected.answer(1, TieRule::Undecided), Some(BTreeSet::new()));
    }
}
