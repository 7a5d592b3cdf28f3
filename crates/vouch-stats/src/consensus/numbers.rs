//! Small sums that several methods share.

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts stay far under 2^53")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}

/// Turns log weights into probabilities in place and returns the logarithm of their sum.
///
/// The largest is taken out first, so nothing overflows, and the largest never underflows. The
/// weights are not all minus infinity.
pub(super) fn normalise(log_weights: &mut [f64]) -> f64 {
    let largest = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for weight in &mut *log_weights {
        *weight = (*weight - largest).exp();
        sum += *weight;
    }
    for weight in &mut *log_weights {
        *weight /= sum;
    }
    largest + sum.ln()
}

/// The sum of logarithms of many numbers, with few calls of the logarithm: a product is kept until
/// it leaves the middle.
pub(super) struct LogSum {
    logs: f64,
    product: f64,
}

impl LogSum {
    pub(super) fn new() -> Self {
        Self { logs: 0.0, product: 1.0 }
    }

    /// Adds a logarithm.
    pub(super) fn add_log(&mut self, log: f64) {
        self.logs += log;
    }

    /// Adds the logarithm of a number from 10^-100 to 10^100.
    pub(super) fn add(&mut self, number: f64) {
        self.product *= number;
        if !(1e-200..1e200).contains(&self.product) {
            self.logs += self.product.ln();
            self.product = 1.0;
        }
    }

    pub(super) fn total(&self) -> f64 {
        self.logs + self.product.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_logarithms_is_that_of_each() {
        for number in [1e-90, 0.3, 1.0, 4.0, 1e90] {
            let mut sum = LogSum::new();
            (0..1_000).for_each(|_| sum.add(number));
            sum.add_log(-2.0);
            let expected = 1_000.0 * number.ln() - 2.0;
            assert!((sum.total() - expected).abs() < 1e-9 * expected.abs(), "{number}");
        }
    }

    #[test]
    fn weights_become_probabilities_however_small_they_are() {
        let mut weights = [-5_000.0, -5_000.0 + 3.0_f64.ln(), f64::NEG_INFINITY];
        let log_sum = normalise(&mut weights);
        assert!((log_sum - (4.0_f64.ln() - 5_000.0)).abs() < 1e-9);
        assert!((weights[0] - 0.25).abs() < 1e-12 && (weights[1] - 0.75).abs() < 1e-12);
    }
}
