//! What is known of the reviewers before the next item.

use crate::consensus::numbers::{normalise, real};
use crate::consensus::settings::{Positive, SettingError};
use crate::consensus::{Confusions, DawidSkene};

/// A prior over the categories and confusions of the reviewers, from which the posterior of one
/// item is made.
///
/// A reviewer of whom little is known counts as one like the others: to what they said are added
/// [`WEIGHT`](Self::WEIGHT) judgements of the average reviewer, for each true category. So nobody
/// is infallible after three judgements, and a newcomer has a say.
#[derive(Clone, Debug, PartialEq)]
pub struct Experience {
    prior: Vec<f64>,
    /// `[truth, said]`: the average reviewer.
    average: Vec<f64>,
    reviewers: Option<Confusions>,
    weight: f64,
}

impl Experience {
    /// How many judgements of the average reviewer are added to those of each, unless told
    /// otherwise.
    pub const WEIGHT: Positive = Positive::known(4.0);

    /// Nobody judged yet: all categories are equally frequent, and every reviewer is right with
    /// this probability and else says any other category.
    ///
    /// # Errors
    ///
    /// When the accuracy is not above 0 and below 1.
    pub fn none(categories: usize, accuracy: f64) -> Result<Self, SettingError> {
        if accuracy <= 0.0 || accuracy >= 1.0 || accuracy.is_nan() {
            let range = "above 0, below 1";
            return Err(SettingError { what: "accuracy", value: accuracy, range });
        }
        let wrong = (1.0 - accuracy) / real(categories.max(2) - 1);
        let mut average = vec![wrong; categories * categories];
        average.iter_mut().step_by(categories + 1).for_each(|right| *right = accuracy);
        let prior = vec![1.0 / real(categories); categories];
        Ok(Self { prior, average, reviewers: None, weight: Self::WEIGHT.value() })
    }

    /// With what was found about other items. What was assumed stays in with the weight of
    /// `weight` judgements for each category, and so does the average reviewer for each.
    ///
    /// # Panics
    ///
    /// When the numbers of categories differ.
    #[must_use]
    pub fn after(&self, found: &DawidSkene, weight: Positive) -> Self {
        let categories = self.prior.len();
        assert_eq!(found.prior.len(), categories, "as many categories");
        let weight = weight.value();
        let judged =
            (0..found.consensus.items()).filter(|item| found.consensus.judgements_of(*item) > 0);
        let judged = real(judged.count());
        let prior = found.prior.iter().map(|p| (p * judged + 1.0) / (judged + real(categories)));
        let known = &found.confusions;
        let mut average = self.average.clone();
        for (truth, row) in average.chunks_exact_mut(categories.max(1)).enumerate() {
            let mass: f64 = (0..known.reviewers()).map(|one| known.mass(one, truth)).sum();
            for (said, probability) in row.iter_mut().enumerate() {
                let count: f64 =
                    (0..known.reviewers()).map(|one| known.count(one, truth, said)).sum();
                *probability = (count + weight * *probability) / (mass + weight);
            }
        }
        Self { prior: prior.collect(), average, reviewers: Some(known.clone()), weight }
    }

    /// The posterior of one item, from who said what about it; sums to 1. Without a judgement, the
    /// prior.
    ///
    /// # Panics
    ///
    /// When there is no such category.
    pub fn posterior(&self, said: &[(u32, u32)]) -> Vec<f64> {
        if self.prior.is_empty() {
            return Vec::new();
        }
        let mut weights: Vec<f64> = self.prior.iter().map(|p| p.ln()).collect();
        for (reviewer, said) in said {
            for (truth, weight) in weights.iter_mut().enumerate() {
                *weight += self.probability(*reviewer as usize, truth, *said as usize).ln();
            }
        }
        normalise(&mut weights);
        weights
    }

    /// The probability that a reviewer, known or new, says `said` about an item that is truly
    /// `truth`; above 0.
    ///
    /// # Panics
    ///
    /// When there is no such category.
    pub fn probability(&self, reviewer: usize, truth: usize, said: usize) -> f64 {
        let average = self.average[truth * self.prior.len()..][..self.prior.len()][said];
        match &self.reviewers {
            Some(known) if reviewer < known.reviewers() => {
                let (count, mass) =
                    (known.count(reviewer, truth, said), known.mass(reviewer, truth));
                (count + self.weight * average) / (mass + self.weight)
            }
            _ => average,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::{DawidSkeneSettings, dawid_skene};
    use crate::{Judgement, Judgements};

    #[test]
    fn without_experience_every_reviewer_is_the_same() {
        let experience = Experience::none(2, 0.8).unwrap();
        let posterior = experience.posterior(&[(0, 1), (7, 1)]);
        assert!((posterior[1] - 16.0 / 17.0).abs() < 1e-12, "{posterior:?}");
        assert!((experience.posterior(&[(0, 1), (7, 0)])[0] - 0.5).abs() < 1e-12);
        assert!(Experience::none(2, 1.0).is_err());
        assert!(Experience::none(0, 0.5).unwrap().posterior(&[]).is_empty());
        assert!(Experience::none(1, 0.5).unwrap().posterior(&[(0, 0)])[0] >= 1.0);
    }

    #[test]
    fn who_was_right_before_weighs_more() {
        // Reviewers 0 to 2 agree, 3 says the contrary every other time.
        let mut made = Vec::new();
        for item in 0..40 {
            let truth = item % 2;
            for reviewer in 0..3 {
                made.push(Judgement { item, reviewer, category: truth });
            }
            made.push(Judgement { item, reviewer: 3, category: (item / 2) % 2 });
        }
        let found = dawid_skene(&Judgements::new(made, 2), &DawidSkeneSettings::default());
        let assumed = Experience::none(2, 0.7).unwrap();
        let experience = assumed.after(&found, Experience::WEIGHT);
        let good = experience.posterior(&[(0, 1)])[1];
        let bad = experience.posterior(&[(3, 1)])[1];
        let new = experience.posterior(&[(9, 1)])[1];
        assert!(good > new && new > bad && bad < 0.6 && good < 1.0, "{good} {new} {bad}");
    }
}
