//! How much two different answers still agree.

use crate::numeric::size;

/// Agreement weights: 1 for the same answer, less for others, 0 for no agreement at all.
///
/// Papers and packages differ here: Cohen (1968) and statsmodels take weights of *disagreement*,
/// where 0 is the same answer. [`Weights::from_disagreement`] turns them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    /// Row by row; `None` for the identity, which needs no table.
    table: Option<Vec<f64>>,
    categories: usize,
}

/// Why a table is no table of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// Rows and columns are the categories.
    #[error("row {0} does not have as many numbers as there are rows")]
    NotSquare(usize),
    /// A weight is out of range.
    #[error("the weight in row {row}, column {column} is out of range")]
    OutOfRange {
        /// From 0.
        row: usize,
        /// From 0.
        column: usize,
    },
    /// No answer disagrees with any other.
    #[error("all disagreement weights are 0")]
    AllZero,
}

impl Weights {
    /// Only the same answer agrees.
    pub fn identity() -> Self {
        Self::default()
    }

    /// Falling with the distance: 1 - |a - b| / (the largest distance). `values` holds the value
    /// of each category; for named categories in order, their places.
    pub fn linear(values: &[f64]) -> Self {
        Self::falling(values, 1)
    }

    /// Falling with the squared distance: 1 - (a - b)² / (the largest distance)².
    pub fn quadratic(values: &[f64]) -> Self {
        Self::falling(values, 2)
    }

    fn falling(values: &[f64], power: i32) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let range = if high > low { high - low } else { 1.0 };
        let weight = |a: f64, b: f64| 1.0 - ((a - b).abs() / range).powi(power);
        let table = values.iter().flat_map(|a| values.iter().map(|b| weight(*a, *b))).collect();
        Self { table: Some(table), categories: values.len() }
    }

    /// Any table of agreement weights `[categories, categories]`: 1 on the diagonal, at most 1
    /// elsewhere.
    ///
    /// # Errors
    /// When it is not square, or a weight is out of range.
    pub fn agreement(rows: &[Vec<f64>]) -> Result<Self, WeightsError> {
        let mut table = Vec::with_capacity(rows.len() * rows.len());
        for (row, weights) in rows.iter().enumerate() {
            if weights.len() != rows.len() {
                return Err(WeightsError::NotSquare(row));
            }
            for (column, weight) in weights.iter().enumerate() {
                let fits = weight.is_finite() && *weight <= 1.0;
                let fits = fits && (row != column || (weight - 1.0).abs() < 1e-12);
                if !fits {
                    return Err(WeightsError::OutOfRange { row, column });
                }
            }
            table.extend(weights);
        }
        Ok(Self { table: Some(table), categories: rows.len() })
    }

    /// A table of disagreement weights, as in Cohen (1968): 0 on the diagonal, not negative
    /// elsewhere. The largest becomes no agreement.
    ///
    /// # Errors
    /// When it is not square, all 0, or a weight is out of range.
    pub fn from_disagreement(rows: &[Vec<f64>]) -> Result<Self, WeightsError> {
        let largest = rows.iter().flatten().copied().fold(0.0, f64::max);
        if largest <= 0.0 {
            return Err(WeightsError::AllZero);
        }
        for (row, weights) in rows.iter().enumerate() {
            if let Some(column) = weights.iter().position(|weight| weight.is_nan() || *weight < 0.0)
            {
                return Err(WeightsError::OutOfRange { row, column });
            }
        }
        let turned = |weights: &Vec<f64>| weights.iter().map(|w| 1.0 - w / largest).collect();
        Self::agreement(&rows.iter().map(turned).collect::<Vec<Vec<f64>>>())
    }

    /// Whether only the same answer agrees.
    pub(super) fn is_identity(&self) -> bool {
        self.table.is_none()
    }

    /// How much two answers agree. Categories that the table does not have agree with themselves.
    pub(super) fn of(&self, a: usize, b: usize) -> f64 {
        match &self.table {
            Some(table) if a < self.categories && b < self.categories => {
                table[a * self.categories + b]
            }
            _ => f64::from(u8::from(a == b)),
        }
    }

    /// The sum of all weights over `categories` categories.
    pub(super) fn sum(&self, categories: usize) -> f64 {
        match &self.table {
            None => size(categories),
            Some(_) => {
                (0..categories).map(|a| (0..categories).map(|b| self.of(a, b)).sum::<f64>()).sum()
            }
        }
    }

    /// For each category, its mean agreement with an answer drawn from `shares`: the table times
    /// the shares, averaged over both directions.
    pub(super) fn mean_with(&self, shares: &[f64]) -> Vec<f64> {
        if self.is_identity() {
            return shares.to_vec();
        }
        let both = |a, b| 0.5 * (self.of(a, b) + self.of(b, a));
        let mean = |a| shares.iter().enumerate().map(|(b, share)| share * both(a, b)).sum();
        (0..shares.len()).map(mean).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_fall_with_the_distance() {
        let values = [1.0, 2.0, 5.0];
        let linear = Weights::linear(&values);
        assert!((linear.of(0, 1) - 0.75).abs() < 1e-12 && linear.of(0, 2).abs() < 1e-12);
        let quadratic = Weights::quadratic(&values);
        assert!((quadratic.of(1, 0) - 0.9375).abs() < 1e-12);
        assert!((quadratic.sum(3) - (3.0 + 2.0 * (0.9375 + 0.0 + 0.4375))).abs() < 1e-12);
        // One category, no distances.
        assert!((Weights::linear(&[3.0]).of(0, 0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_largest_disagreement_is_no_agreement() {
        let rows = [[0.0, 4.0, 1.0], [4.0, 0.0, 3.0], [1.0, 3.0, 0.0]].map(Vec::from);
        let weights = Weights::from_disagreement(&rows).unwrap();
        let expected = [(0, 0, 1.0), (0, 1, 0.0), (0, 2, 0.75), (2, 1, 0.25), (7, 7, 1.0)];
        for (a, b, weight) in expected {
            assert!((weights.of(a, b) - weight).abs() < 1e-12, "{a} {b}");
        }
    }

    #[test]
    fn what_is_no_table_of_weights_is_refused() {
        let refused = |rows: &[&[f64]]| {
            Weights::agreement(&rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>())
                .unwrap_err()
        };
        assert_eq!(refused(&[&[1.0, 0.0], &[0.0]]), WeightsError::NotSquare(1));
        let out = |row, column| WeightsError::OutOfRange { row, column };
        assert_eq!(refused(&[&[0.5]]), out(0, 0));
        assert_eq!(refused(&[&[1.0, 1.5], &[0.0, 1.0]]), out(0, 1));
        assert_eq!(refused(&[&[1.0, f64::NAN], &[0.0, 1.0]]), out(0, 1));
        let disagreement =
            |rows: [[f64; 2]; 2]| Weights::from_disagreement(&rows.map(Vec::from)).unwrap_err();
        assert_eq!(disagreement([[0.0; 2]; 2]), WeightsError::AllZero);
        assert_eq!(disagreement([[0.0, 2.0], [-1.0, 0.0]]), out(1, 0));
    }
}
