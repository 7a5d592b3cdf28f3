//! Settings of the methods that repeat themselves until nothing changes.

/// A setting outside its range.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{what} is {value}; it has to be {range}")]
pub struct SettingError {
    /// Which setting.
    pub what: &'static str,
    /// What it was set to.
    pub value: f64,
    /// What it may be.
    pub range: &'static str,
}

/// Judgements that are made up and added to each count, so that what was never seen is not
/// impossible. From 0 on, need not be whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smoothing(f64);

impl Smoothing {
    /// Nothing is added: the maximum likelihood, as in the paper.
    pub const NONE: Self = Self(0.0);
    /// One is added: the rule of succession of Laplace.
    pub const ONE: Self = Self(1.0);

    /// # Errors
    ///
    /// When it is negative or not finite.
    pub fn new(value: f64) -> Result<Self, SettingError> {
        if value.is_finite() && value >= 0.0 {
            return Ok(Self(value));
        }
        Err(SettingError { what: "smoothing", value, range: "0 or more" })
    }

    /// How many judgements are added to each count.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// A number above 0: a parameter of a prior distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Positive(f64);

impl Positive {
    pub(super) const fn known(value: f64) -> Self {
        Self(value)
    }

    /// # Errors
    ///
    /// When it is not above 0, or above a million.
    pub fn new(value: f64) -> Result<Self, SettingError> {
        if value > 0.0 && value <= 1e6 {
            return Ok(Self(value));
        }
        Err(SettingError { what: "a parameter of a prior", value, range: "above 0, up to 10^6" })
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    tolerance: f64,
    iterations: u32,
}

impl Default for Stop {
    /// No posterior changes by more than 10^-6, or 1,000 iterations.
    fn default() -> Self {
        Self { tolerance: 1e-6, iterations: 1_000 }
    }
}

impl Stop {
    /// Stops after the first iteration in which no posterior of any item changes by more than
    /// `tolerance`, and after so many iterations in any case.
    ///
    /// # Errors
    ///
    /// When the tolerance is not from 0 to 1, or no iteration is allowed.
    pub fn new(tolerance: f64, iterations: u32) -> Result<Self, SettingError> {
        if !(0.0..=1.0).contains(&tolerance) {
            return Err(SettingError { what: "tolerance", value: tolerance, range: "0 to 1" });
        }
        if iterations == 0 {
            return Err(SettingError { what: "iterations", value: 0.0, range: "1 or more" });
        }
        Ok(Self { tolerance, iterations })
    }

    /// The largest change of a posterior that is none.
    pub fn tolerance(self) -> f64 {
        self.tolerance
    }

    /// After how many iterations it stops in any case.
    pub fn iterations(self) -> u32 {
        self.iterations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_outside_their_range_are_refused() {
        for bad in [-0.1, f64::NAN, f64::INFINITY] {
            assert!(Smoothing::new(bad).is_err(), "{bad}");
            assert!(Positive::new(bad).is_err(), "{bad}");
            assert!(Stop::new(bad, 5).is_err(), "{bad}");
        }
        assert!(Positive::new(0.0).is_err() && Smoothing::new(0.0).is_ok());
        assert!(Stop::new(0.0, 0).is_err() && Stop::new(0.0, 1).is_ok());
        assert_eq!(
            Stop::new(2.0, 1).unwrap_err().to_string(),
            "tolerance is 2; it has to be 0 to 1"
        );
    }
}
