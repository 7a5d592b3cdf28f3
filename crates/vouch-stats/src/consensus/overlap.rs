//! Adaptive overlap: whether one more reviewer is to be asked about an item.
//!
//! An item is asked on while the posterior of its answer is under a set confidence, between a
//! minimum and a maximum of judgements: repeated labelling where the answer is uncertain (Sheng,
//! Provost & Ipeirotis 2008, "Get another label?", KDD). The posterior comes from what is known of
//! the reviewers ([`Experience`]), or from any method of [`consensus`](crate::consensus).

mod experience;

pub use experience::Experience;

use super::settings::SettingError;

/// How many reviewers an item gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    min: u32,
    max: u32,
    confidence: f64,
}

/// What is to be done about an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask one more reviewer.
    Ask,
    /// Stop: the answer is sure enough.
    Confident,
    /// Stop: the maximum is reached, and the answer is still not sure.
    Unsure,
}

impl Overlap {
    /// From `min` to `max` judgements for each item, and no more than are needed for the posterior
    /// of the answer to reach `confidence`. With `min` equal to `max` the overlap is fixed.
    ///
    /// # Errors
    ///
    /// When `min` is 0 or above `max`, or the confidence is not from 0 to 1.
    pub fn new(min: u32, max: u32, confidence: f64) -> Result<Self, SettingError> {
        if min == 0 || min > max {
            return Err(SettingError {
                what: "the minimum of judgements",
                value: min.into(),
                range: "from 1 to the maximum",
            });
        }
        if !(0.0..=1.0).contains(&confidence) {
            return Err(SettingError { what: "confidence", value: confidence, range: "0 to 1" });
        }
        Ok(Self { min, max, confidence })
    }

    /// What is to be done about an item with this posterior and so many judgements.
    pub fn next(self, posterior: &[f64], judgements: u32) -> Next {
        let surest = posterior.iter().copied().fold(0.0, f64::max);
        match judgements {
            few if few < self.min => Next::Ask,
            _ if surest >= self.confidence => Next::Confident,
            enough if enough >= self.max => Next::Unsure,
            _ => Next::Ask,
        }
    }

    /// Whether one more reviewer is to be asked.
    pub fn needs_another(self, posterior: &[f64], judgements: u32) -> bool {
        self.next(posterior, judgements) == Next::Ask
    }

    /// How many judgements an item that is done has saved, against always asking the maximum.
    pub fn saved(self, judgements: u32) -> u32 {
        self.max.saturating_sub(judgements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_between_minimum_and_maximum_while_unsure() {
        let overlap = Overlap::new(2, 4, 0.9).unwrap();
        let (sure, unsure) = ([0.95, 0.05], [0.6, 0.4]);
        assert_eq!(overlap.next(&sure, 1), Next::Ask);
        assert_eq!(overlap.next(&sure, 2), Next::Confident);
        assert_eq!(overlap.next(&unsure, 3), Next::Ask);
        assert_eq!(overlap.next(&unsure, 4), Next::Unsure);
        assert_eq!(overlap.next(&sure, 9), Next::Confident);
        assert_eq!((overlap.saved(2), overlap.saved(9)), (2, 0));
        assert!(overlap.needs_another(&[], 2));
    }

    #[test]
    fn impossible_overlaps_are_refused() {
        for (min, max, confidence) in [(0, 3, 0.9), (4, 3, 0.9), (1, 3, 1.1), (1, 3, f64::NAN)] {
            assert!(Overlap::new(min, max, confidence).is_err(), "{min} {max} {confidence}");
        }
    }
}
