//! Tails and quantiles of the normal, Student's t, F and chi-squared distributions.

use super::special::{beta_cdf, gamma_upper};

/// The 97.5 % quantile of the standard normal distribution: half of a 95 % interval.
pub(crate) const Z95: f64 = 1.959_963_984_540_054;

/// The probability that a standard normal variable is further from 0 than `z`, either way.
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    gamma_upper(0.5, 0.5 * z * z)
}

/// The probability that a chi-squared variable exceeds `x`.
pub(crate) fn chi_squared_upper(x: f64, freedom: f64) -> f64 {
    gamma_upper(0.5 * freedom, 0.5 * x)
}

/// The probability that an F variable exceeds `x`.
pub(crate) fn f_upper(x: f64, above: f64, below: f64) -> f64 {
    beta_cdf(below / (below + above * x), 0.5 * below, 0.5 * above)
}

/// The value that an F variable stays under with the given probability.
pub(crate) fn f_quantile(probability: f64, above: f64, below: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // In the share of a beta variable, where everything is between 0 and 1.
    while high - low > f64::EPSILON * high {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if beta_cdf(middle, 0.5 * above, 0.5 * below) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    let share = 0.5 * (low + high);
    below * share / (above * (1.0 - share))
}

/// The 97.5 % quantile of Student's t.
pub(crate) fn t95(freedom: f64) -> f64 {
    f_quantile(0.95, 1.0, freedom).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-9 * expected.abs().max(1.0), "{got} is not {expected}");
    }

    /// Expected values: scipy.stats 1.12.
    #[test]
    fn tails_and_quantiles_are_those_of_scipy() {
        near(t95(1.0), 12.706_204_736_432_095);
        near(t95(11.0), 2.200_985_160_082_949);
        near(t95(199_999.0), 1.959_975_846_026_075_7);
        near(f_quantile(0.975, 5.0, 18.0), 3.381_967_805_875_243);
        near(f_quantile(0.025, 5.0, 18.0), 0.157_186_161_366_244_55);
        near(f_quantile(0.975, 4.79, 5.0), 7.189_695_827_382_832);
        near(f_upper(11.027, 5.0, 15.0), 0.000_134_583_529_675_835_52);
        near(chi_squared_upper(2.4286, 5.0), 0.787_207_544_254_016_8);
        near(chi_squared_upper(40.0, 5.0), 1.493_367_900_050_393e-07);
        near(normal_two_sided(Z95), 0.05);
        near(normal_two_sided(0.3), 0.764_177_155_622_094_8);
        near(normal_two_sided(0.0), 1.0);
    }
}
