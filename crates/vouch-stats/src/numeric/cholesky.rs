//! Symmetric positive definite systems, by Cholesky's decomposition.

/// The lower triangle L of a symmetric positive definite matrix A = L Lᵀ.
#[derive(Clone, Debug)]
pub(crate) struct Cholesky {
    order: usize,
    /// Row by row; what is above the diagonal is 0.
    lower: Vec<f64>,
}

impl Cholesky {
    /// Decomposes a matrix `[order, order]`, given row by row. `None` when it is not positive
    /// definite, up to rounding.
    pub(crate) fn new(order: usize, mut matrix: Vec<f64>) -> Option<Self> {
        let largest = (0..order).map(|i| matrix[i * order + i]).fold(0.0, f64::max);
        for i in 0..order {
            let (above, from) = matrix.split_at_mut(i * order);
            let row = &mut from[..order];
            for j in 0..i {
                let other = &above[j * order..=j * order + j];
                let sum = dot(&row[..j], &other[..j]);
                row[j] = (row[j] - sum) / other[j];
            }
            let rest = row[i] - dot(&row[..i], &row[..i]);
            if rest.is_nan() || rest <= largest * 1e-14 {
                return None;
            }
            row[i] = rest.sqrt();
            row[i + 1..].fill(0.0);
        }
        Some(Self { order, lower: matrix })
    }

    /// x of A x = b.
    pub(crate) fn solve(&self, mut b: Vec<f64>) -> Vec<f64> {
        let row = |i: usize| &self.lower[i * self.order..=i * self.order + i];
        for i in 0..self.order {
            let sum = dot(&row(i)[..i], &b[..i]);
            b[i] = (b[i] - sum) / row(i)[i];
        }
        for i in (0..self.order).rev() {
            b[i] /= row(i)[i];
            let solved = b[i];
            for (j, factor) in row(i)[..i].iter().enumerate() {
                b[j] -= factor * solved;
            }
        }
        b
    }

    /// The inverse of A, row by row.
    pub(crate) fn inverse(&self) -> Vec<f64> {
        let mut inverse = Vec::with_capacity(self.order * self.order);
        for column in 0..self.order {
            let mut unit = vec![0.0; self.order];
            unit[column] = 1.0;
            inverse.extend(self.solve(unit));
        }
        inverse
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    // Four sums at once: the compiler may keep them in one register.
    let mut sums = [0.0; 4];
    let (lefts, rights) = (left.chunks_exact(4), right.chunks_exact(4));
    let rest: f64 = lefts.remainder().iter().zip(rights.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in lefts.zip(rights) {
        for (place, sum) in sums.iter_mut().enumerate() {
            *sum += a[place] * b[place];
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_solves_and_an_inverse_inverts() {
        let matrix = vec![4.0, 2.0, 0.6, 2.0, 5.0, 1.5, 0.6, 1.5, 3.0];
        let cholesky = Cholesky::new(3, matrix.clone()).unwrap();
        let x = cholesky.solve(vec![1.0, 2.0, 3.0]);
        for (row, expected) in matrix.chunks(3).zip([1.0, 2.0, 3.0]) {
            assert!((dot(row, &x) - expected).abs() < 1e-12);
        }
        let inverse = cholesky.inverse();
        for i in 0..3 {
            for j in 0..3 {
                let product = (0..3).map(|k| matrix[i * 3 + k] * inverse[k * 3 + j]).sum::<f64>();
                assert!((product - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn what_is_not_positive_definite_has_no_decomposition() {
        assert!(Cholesky::new(2, vec![1.0, 1.0, 1.0, 1.0]).is_none());
        assert!(Cholesky::new(2, vec![1.0, 2.0, 2.0, 1.0]).is_none());
        assert!(Cholesky::new(1, vec![f64::NAN]).is_none());
    }
}
