//! How often each answer was given to each item: all that most coefficients need to know.

use std::collections::HashMap;

use crate::judgements::Judgements;

/// Counts of answers per item, with equal items kept once.
///
/// 200,000 items with five judgements in four categories have at most 56 different counts: that
/// is why a thousand resamples cost next to nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    categories: usize,
    /// Where the cells of each pattern begin; one longer than there are patterns.
    starts: Vec<usize>,
    /// (category, how often), by category, none of them 0.
    cells: Vec<(u32, u32)>,
    /// How many items have each pattern.
    times: Vec<u64>,
}

/// The counts of one item: (category, how often) by category.
type Cells<'a> = &'a [(u32, u32)];

impl Counts {
    /// Counts the judgements of every item. Items that nobody judged are not there.
    pub fn of(judgements: &Judgements) -> Self {
        let mut patterns = Patterns::default();
        let (mut given, mut cells) = (Vec::new(), Vec::new());
        for item in judgements.by_item() {
            given.clear();
            given.extend(item.iter().map(|one| one.category));
            given.sort_unstable();
            cells.clear();
            for run in given.chunk_by(|a, b| a == b) {
                // Nobody has four thousand million reviewers for one item.
                cells.push((run[0], u32::try_from(run.len()).unwrap_or(u32::MAX)));
            }
            patterns.add(&cells, 1);
        }
        patterns.counts(judgements.categories())
    }

    /// Reads a table: one row for each item, one column for each category.
    ///
    /// # Panics
    ///
    /// When a row is longer than `categories`.
    pub fn from_rows<'a>(categories: usize, rows: impl IntoIterator<Item = &'a [u32]>) -> Self {
        let mut patterns = Patterns::default();
        for row in rows {
            assert!(row.len() <= categories, "a row has more columns than there are categories");
            let named = (0_u32..).zip(row.iter().copied());
            let cells: Vec<_> = named.filter(|(_, count)| *count > 0).collect();
            patterns.add(&cells, 1);
        }
        patterns.counts(categories)
    }

    /// From (cells of an item, how many items have them).
    pub(super) fn from_cells(
        categories: usize,
        items: impl IntoIterator<Item = (Vec<(u32, u32)>, u64)>,
    ) -> Self {
        let mut patterns = Patterns::default();
        for (cells, times) in items {
            patterns.add(&cells, times);
        }
        patterns.counts(categories)
    }

    /// How many categories one could choose from.
    pub fn categories(&self) -> usize {
        self.categories
    }

    /// How many items were judged at all.
    pub fn items(&self) -> u64 {
        self.times.iter().sum()
    }

    /// How many items were judged at least twice: only they say something about agreement.
    pub fn compared(&self) -> u64 {
        self.patterns()
            .zip(&self.times)
            .filter(|(cells, _)| total(cells) > 1.0)
            .map(|(_, n)| n)
            .sum()
    }

    /// How many different counts there are.
    pub fn distinct(&self) -> usize {
        self.times.len()
    }

    /// How many items have each of them.
    pub(super) fn times(&self) -> &[u64] {
        &self.times
    }

    /// The different counts.
    pub(super) fn patterns(&self) -> impl ExactSizeIterator<Item = Cells<'_>> + Clone {
        self.starts.windows(2).map(|ends| &self.cells[ends[0]..ends[1]])
    }
}

/// How many judgements an item has.
pub(super) fn total(cells: Cells) -> f64 {
    cells.iter().map(|(_, count)| f64::from(*count)).sum()
}

#[derive(Default)]
struct Patterns {
    known: HashMap<Vec<(u32, u32)>, usize>,
    cells: Vec<(u32, u32)>,
    starts: Vec<usize>,
    times: Vec<u64>,
}

impl Patterns {
    fn add(&mut self, cells: &[(u32, u32)], times: u64) {
        if cells.is_empty() || times == 0 {
            return;
        }
        if let Some(place) = self.known.get(cells) {
            self.times[*place] += times;
            return;
        }
        self.known.insert(cells.to_vec(), self.times.len());
        self.starts.push(self.cells.len());
        self.cells.extend(cells);
        self.times.push(times);
    }

    fn counts(mut self, categories: usize) -> Counts {
        self.starts.push(self.cells.len());
        Counts { categories, starts: self.starts, cells: self.cells, times: self.times }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judgements::Judgement;

    #[test]
    fn equal_items_are_kept_once_and_empty_ones_not_at_all() {
        let said = |item, reviewer, category| Judgement { item, reviewer, category };
        let made = vec![said(0, 0, 2), said(0, 1, 0), said(2, 3, 0), said(2, 1, 2), said(3, 0, 1)];
        let counts = Counts::of(&Judgements::new(made, 4));
        assert_eq!((counts.items(), counts.compared(), counts.distinct()), (3, 2, 2));
        assert_eq!(counts.categories(), 4);
        let patterns: Vec<_> = counts.patterns().collect();
        assert_eq!(patterns, [&[(0, 1), (2, 1)][..], &[(1, 1)]]);
        let rows = [&[1, 0, 1, 0][..], &[0, 0, 0, 0], &[1, 0, 1], &[0, 1]];
        assert_eq!(Counts::from_rows(4, rows), counts);
    }
}
