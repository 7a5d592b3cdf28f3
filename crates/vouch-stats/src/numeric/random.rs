//! Random numbers from a seed: the same on every machine.

use super::{real, whole};

/// xoshiro256++ (Blackman & Vigna 2021), seeded through splitmix64.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: [u64; 4],
}

impl Random {
    /// A generator that always gives the same numbers for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut sum = seed;
        let state = std::array::from_fn(|_| {
            sum = sum.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = sum;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        });
        Self { state }
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        real(self.bits() >> 11) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform below a positive `end`; the bias is under `end` / 2^64.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(end);
        // The upper half of a product of two 64-bit numbers fits 64 bits.
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// How many of `trials` succeed, each with the given probability.
    pub(crate) fn binomial(&mut self, trials: u64, probability: f64) -> u64 {
        if probability <= 0.0 || trials == 0 {
            return 0;
        }
        if probability >= 1.0 {
            return trials;
        }
        if probability > 0.5 {
            return trials - self.binomial(trials, 1.0 - probability);
        }
        if real(trials) * probability < 10.0 {
            self.few_successes(trials, probability)
        } else {
            self.many_successes(trials, probability)
        }
    }

    /// By the waiting times between successes, which are geometric.
    fn few_successes(&mut self, trials: u64, probability: f64) -> u64 {
        let scale = (-probability).ln_1p();
        let (mut passed, mut successes) = (0.0, 0);
        loop {
            passed += ((1.0 - self.unit()).ln() / scale).floor() + 1.0;
            if passed > real(trials) {
                return successes;
            }
            successes += 1;
        }
    }

    /// Transformed rejection with a squeeze: algorithm BTRS of Hörmann (1993), exact.
    #[expect(clippy::many_single_char_names, reason = "the names of the paper")]
    fn many_successes(&mut self, trials: u64, probability: f64) -> u64 {
        let n = real(trials);
        let spread = (n * probability * (1.0 - probability)).sqrt();
        let b = 1.15 + 2.53 * spread;
        let a = -0.0873 + 0.0248 * b + 0.01 * probability;
        let centre = n * probability + 0.5;
        let squeeze = 0.92 - 4.2 / b;
        let alpha = (2.83 + 5.1 / b) * spread;
        let odds = (probability / (1.0 - probability)).ln();
        let mode = ((n + 1.0) * probability).floor();
        let at_mode = ln_factorial(mode) + ln_factorial(n - mode);
        loop {
            let u = self.unit() - 0.5;
            let v = self.unit();
            let side = 0.5 - u.abs();
            let k = ((2.0 * a / side + b) * u + centre).floor();
            if k < 0.0 || k > n {
                continue;
            }
            if side >= 0.07 && v <= squeeze {
                return whole(k);
            }
            let height = (v * alpha / (a / (side * side) + b)).ln();
            let relative = at_mode - ln_factorial(k) - ln_factorial(n - k) + (k - mode) * odds;
            if height <= relative {
                return whole(k);
            }
        }
    }
}

/// ln k! by Stirling's series, exact sums below 10.
fn ln_factorial(k: f64) -> f64 {
    const SMALL: [f64; 10] = [
        0.0,
        0.0,
        std::f64::consts::LN_2,
        1.791_759_469_228_055,
        3.178_053_830_347_946,
        4.787_491_742_782_046,
        6.579_251_212_010_101,
        8.525_161_361_065_415,
        10.604_602_902_745_25,
        12.801_827_480_081_469,
    ];
    if k < 10.0 {
        return usize::try_from(whole(k)).ok().and_then(|k| SMALL.get(k)).copied().unwrap_or(0.0);
    }
    let inverse = 1.0 / k;
    let square = inverse * inverse;
    let series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square / 1260.0));
    0.5 * (2.0 * std::f64::consts::PI * k).ln() + k * k.ln() - k + series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factorials_are_exact_on_both_sides_of_the_series() {
        let mut sum = 0.0;
        for k in 1..60 {
            sum += real(k).ln();
            assert!((ln_factorial(real(k)) - sum).abs() < 1e-9 * sum.max(1.0), "{k}");
        }
    }

    /// The counts of each outcome against those of the exact distribution, by chi-squared.
    #[test]
    fn binomials_have_their_distribution() {
        for (trials, probability) in [(20, 0.3), (40, 0.5), (1_000, 0.004), (1_000, 0.2), (50, 0.9)]
        {
            let draws = 200_000_u64;
            let mut random = Random::new(7);
            let mut seen = vec![0_u64; 1_001];
            for _ in 0..draws {
                seen[usize::try_from(random.binomial(trials, probability)).unwrap()] += 1;
            }
            let (mut chi, mut cells, mut rest, mut rest_seen) = (0.0, 0, real(draws), draws);
            let n = real(trials);
            for k in 0..=trials {
                let k_real = real(k);
                let ln = ln_factorial(n) - ln_factorial(k_real) - ln_factorial(n - k_real)
                    + k_real * f64::ln(probability)
                    + (n - k_real) * f64::ln(1.0 - probability);
                let expected = ln.exp() * real(draws);
                let got = seen[usize::try_from(k).unwrap()];
                if expected > 20.0 {
                    chi += (real(got) - expected).powi(2) / expected;
                    cells += 1;
                    rest -= expected;
                    rest_seen -= got;
                }
            }
            chi += (real(rest_seen) - rest).powi(2) / rest.max(1.0);
            let p = super::super::distribution::chi_squared_upper(chi, f64::from(cells));
            assert!(p > 0.001, "{trials} at {probability}: chi-squared {chi} of {cells}, p {p}");
        }
    }

    #[test]
    fn a_number_below_an_end_reaches_all_of_them() {
        let mut random = Random::new(1);
        let mut seen = [0_u32; 5];
        for _ in 0..5_000 {
            seen[usize::try_from(random.below(5)).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| (850..1_150).contains(count)), "{seen:?}");
    }
}
