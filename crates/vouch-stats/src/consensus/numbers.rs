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
