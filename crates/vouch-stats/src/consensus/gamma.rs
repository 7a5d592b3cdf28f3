//! The gamma function's logarithm and its derivative, for numbers above 0.
//!
//! Both by recurrence up to 10 and the asymptotic series from there (Abramowitz & Stegun 1964,
//! 6.1.15, 6.1.41, 6.3.5, 6.3.18): exact to about 10^-13.

/// From here on the series are exact.
const LARGE: f64 = 10.0;

/// The digamma function: the derivative of [`ln_gamma`].
pub(super) fn digamma(x: f64) -> f64 {
    let (mut x, mut below) = (x, 0.0);
    while x < LARGE {
        below -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series =
        [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32_760.0];
    below + x.ln() - 0.5 / x - square * power_series(&series, square)
}

/// The logarithm of the gamma function.
pub(super) fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < LARGE {
        product *= x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1_260.0,
        -1.0 / 1_680.0,
        1.0 / 1_188.0,
        -691.0 / 360_360.0,
    ];
    let half_log_of_two_pi = 0.5 * std::f64::consts::TAU.ln();
    (x - 0.5) * x.ln() - x + half_log_of_two_pi + power_series(&series, square) / x - product.ln()
}

fn power_series(factors: &[f64], x: f64) -> f64 {
    factors.iter().rev().fold(0.0, |sum, factor| sum * x + factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{value} {expected}");
    }

    #[test]
    fn known_values() {
        let euler = 0.577_215_664_901_532_9;
        near(digamma(1.0), -euler);
        near(digamma(0.5), -euler - 2.0 * 2.0_f64.ln());
        near(digamma(2.0), 1.0 - euler);
        // Of 10, 100 and 0.01: scipy.special.digamma.
        near(digamma(10.0), 2.251_752_589_066_721);
        near(digamma(100.0), 4.600_161_852_738_087);
        near(digamma(0.01), -100.560_885_457_868_68);
        near(ln_gamma(1.0), 0.0);
        near(ln_gamma(0.5), 0.5 * std::f64::consts::PI.ln());
        near(ln_gamma(5.0), 24.0_f64.ln());
        near(ln_gamma(100.0), 359.134_205_369_575_4);
    }

    #[test]
    fn one_is_the_derivative_of_the_other() {
        for x in [0.3, 1.7, 9.999, 10.001, 42.0] {
            let step = 1e-5;
            let slope = (ln_gamma(x + step) - ln_gamma(x - step)) / (2.0 * step);
            assert!((slope - digamma(x)).abs() < 1e-7, "{x}");
        }
    }
}
