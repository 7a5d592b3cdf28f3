//! Ratings of items by reviewers who all rated all of them.

use crate::agreement::Undefined;
use crate::judgements::Judgements;

/// A full table of ratings: a row for each item, a column for each reviewer.
#[derive(Clone, Debug, PartialEq)]
pub struct Complete {
    columns: usize,
    ratings: Vec<f64>,
}

impl Complete {
    /// Reads a table.
    ///
    /// # Errors
    /// [`Undefined::NoCompleteItems`] when there are fewer than two rows or two columns, the rows
    /// are not equally long, or a rating is not finite.
    pub fn from_rows(rows: &[Vec<f64>]) -> Result<Self, Undefined> {
        let columns = rows.first().map_or(0, Vec::len);
        let whole = rows.iter().all(|row| row.len() == columns);
        let finite = rows.iter().flatten().all(|rating| rating.is_finite());
        if rows.len() < 2 || columns < 2 || !whole || !finite {
            return Err(Undefined::NoCompleteItems);
        }
        Ok(Self { columns, ratings: rows.concat() })
    }

    /// The items that every reviewer judged; `values` holds the value of each category.
    ///
    /// # Errors
    /// [`Undefined::NoCompleteItems`] when there are fewer than two of them, or fewer than two
    /// reviewers.
    ///
    /// # Panics
    /// When there are fewer values than categories.
    pub fn of(judgements: &Judgements, values: &[f64]) -> Result<Self, Undefined> {
        let mut present = vec![false; judgements.reviewers()];
        for one in judgements.all() {
            present[one.reviewer as usize] = true;
        }
        let columns = present.iter().filter(|present| **present).count();
        let whole = judgements.by_item().filter(|item| {
            item.len() == columns && item.is_sorted_by(|a, b| a.reviewer < b.reviewer)
        });
        let ratings: Vec<f64> = whole.flatten().map(|one| values[one.category as usize]).collect();
        if columns < 2 || ratings.len() < 2 * columns {
            return Err(Undefined::NoCompleteItems);
        }
        Ok(Self { columns, ratings })
    }

    /// How many items.
    pub fn items(&self) -> usize {
        self.ratings.len() / self.columns
    }

    /// How many reviewers.
    pub fn reviewers(&self) -> usize {
        self.columns
    }

    /// The ratings of each item.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        self.ratings.chunks_exact(self.columns)
    }

    /// The ratings of one reviewer.
    pub fn column(&self, reviewer: usize) -> impl Iterator<Item = f64> + Clone + '_ {
        self.rows().map(move |row| row[reviewer])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Judgement;

    #[test]
    fn only_items_that_everybody_judged_once_are_complete() {
        let said = |item, reviewer, category| Judgement { item, reviewer, category };
        let mut made = vec![said(0, 1, 1), said(0, 4, 0), said(1, 1, 0), said(2, 4, 1)];
        made.extend([said(2, 1, 1), said(3, 1, 0), said(3, 1, 1), said(4, 4, 0), said(4, 1, 0)]);
        let judgements = Judgements::keeping_repeats(made.clone(), 2);
        let complete = Complete::of(&judgements, &[5.0, 7.0]).unwrap();
        assert_eq!((complete.items(), complete.reviewers()), (3, 2));
        let rows: Vec<_> = complete.rows().collect();
        assert_eq!(rows, [[7.0, 5.0], [7.0, 7.0], [5.0, 5.0]]);
        // With a third, nothing is complete.
        made.push(said(0, 9, 1));
        let judgements = Judgements::new(made, 2);
        assert_eq!(Complete::of(&judgements, &[5.0, 7.0]), Err(Undefined::NoCompleteItems));
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for rows in [vec![], vec![vec![1.0, 2.0]], vec![vec![1.0], vec![2.0]]] {
            assert_eq!(Complete::from_rows(&rows), Err(Undefined::NoCompleteItems));
        }
        let ragged = [vec![1.0, 2.0], vec![1.0]];
        assert_eq!(Complete::from_rows(&ragged), Err(Undefined::NoCompleteItems));
        let unknown = [vec![1.0, f64::NAN], vec![1.0, 2.0]];
        assert_eq!(Complete::from_rows(&unknown), Err(Undefined::NoCompleteItems));
    }
}
