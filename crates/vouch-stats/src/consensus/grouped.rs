//! Answers of any kind, grouped by item.

/// What was answered by whom about what.
pub(super) trait Answer {
    /// Item and reviewer, each from 0 on.
    fn whose(&self) -> (u32, u32);
}

/// Answers by item and then by reviewer; a reviewer's newest answer about an item counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grouped<T> {
    all: Vec<T>,
    /// Where the answers of each item begin; one longer than there are items.
    starts: Vec<usize>,
    reviewers: usize,
}

impl<T> Default for Grouped<T> {
    fn default() -> Self {
        Self { all: Vec::new(), starts: vec![0], reviewers: 0 }
    }
}

impl<T: Answer> Grouped<T> {
    /// Groups answers, given in the order in which they were made.
    pub(super) fn new(made: Vec<T>) -> Self {
        let mut all = made;
        // Stable: of one reviewer's answers about one item, the newest stays last.
        all.sort_by_key(Answer::whose);
        all.dedup_by(|newer, older| {
            let same = newer.whose() == older.whose();
            if same {
                std::mem::swap(newer, older);
            }
            same
        });
        let items = all.last().map_or(0, |last| last.whose().0 as usize + 1);
        let reviewers = all.iter().map(|one| one.whose().1 as usize + 1).max().unwrap_or(0);
        let mut starts = vec![0; items + 1];
        for one in &all {
            starts[one.whose().0 as usize + 1] += 1;
        }
        for item in 0..items {
            starts[item + 1] += starts[item];
        }
        Self { all, starts, reviewers }
    }

    pub(super) fn items(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn reviewers(&self) -> usize {
        self.reviewers
    }

    pub(super) fn all(&self) -> &[T] {
        &self.all
    }

    /// The answers about one item, by reviewer. Panics when there is no such item.
    pub(super) fn of_item(&self, item: usize) -> &[T] {
        &self.all[self.starts[item]..self.starts[item + 1]]
    }
}
