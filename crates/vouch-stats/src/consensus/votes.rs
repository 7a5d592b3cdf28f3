//! Judgements laid out for passes over all of them: one small number for each.

use crate::Judgements;

/// The judgements item by item, each as the number of its cell. A cell is a reviewer with a
/// category that they used at least once; what nobody did needs no memory.
pub(super) struct Votes {
    /// Where the cells of each item begin; one longer than there are items.
    starts: Vec<usize>,
    /// The cell of each judgement, by item and reviewer.
    cells: Vec<u32>,
    /// Reviewer and category of each cell, in this order.
    pairs: Vec<(u32, u32)>,
    /// Where the cells of each reviewer begin; one longer than there are reviewers.
    first_of: Vec<usize>,
}

impl Votes {
    pub(super) fn new(judgements: &Judgements) -> Self {
        let all = judgements.all();
        let mut pairs: Vec<(u32, u32)> =
            all.iter().map(|one| (one.reviewer, one.category)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs.shrink_to_fit();
        let mut first_of = vec![0; judgements.reviewers() + 1];
        for (reviewer, _) in &pairs {
            first_of[*reviewer as usize + 1] += 1;
        }
        for reviewer in 1..first_of.len() {
            first_of[reviewer] += first_of[reviewer - 1];
        }
        let cell = |reviewer: u32, category: u32| {
            let first = first_of[reviewer as usize];
            let own = &pairs[first..first_of[reviewer as usize + 1]];
            let at = first + own.partition_point(|pair| pair.1 < category);
            u32::try_from(at).expect("cells are fewer than pairs of judgements in memory")
        };
        let cells = all.iter().map(|one| cell(one.reviewer, one.category)).collect();
        let mut starts = Vec::with_capacity(judgements.items() + 1);
        starts.push(0);
        for of_item in judgements.by_item() {
            starts.push(starts[starts.len() - 1] + of_item.len());
        }
        Self { starts, cells, pairs, first_of }
    }

    /// The cells of each item.
    pub(super) fn by_item(&self) -> impl Iterator<Item = &[u32]> {
        self.starts.windows(2).map(|ends| &self.cells[ends[0]..ends[1]])
    }

    /// Reviewer and category of each cell.
    pub(super) fn pairs(&self) -> &[(u32, u32)] {
        &self.pairs
    }

    /// The cells of each reviewer, as a range of the cells.
    pub(super) fn by_reviewer(&self) -> impl ExactSizeIterator<Item = std::ops::Range<usize>> {
        self.first_of.windows(2).map(|ends| ends[0]..ends[1])
    }

    /// How many items were judged at all.
    pub(super) fn judged(&self) -> usize {
        self.by_item().filter(|cells| !cells.is_empty()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Judgement;

    #[test]
    fn a_cell_is_a_reviewer_with_a_category() {
        let made = [(0, 2, 5), (0, 0, 1), (2, 2, 5), (2, 0, 0), (3, 2, 4)];
        let made =
            made.map(|(item, reviewer, category)| Judgement { item, reviewer, category }).to_vec();
        let votes = Votes::new(&Judgements::new(made, 0));
        assert_eq!(votes.pairs(), [(0, 0), (0, 1), (2, 4), (2, 5)]);
        let by_item: Vec<&[u32]> = votes.by_item().collect();
        let expected: [&[u32]; 4] = [&[1, 3], &[], &[0, 3], &[2]];
        assert_eq!(by_item, expected);
        let by_reviewer: Vec<_> = votes.by_reviewer().collect();
        assert_eq!(by_reviewer, [0..2, 2..2, 2..4]);
        assert_eq!(votes.judged(), 3);
    }
}
