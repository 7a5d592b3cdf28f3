//! Consensus of numbers on a scale: ratings, and numbers as answers.

use super::grouped::{Answer, Grouped};
use super::numbers::real;

/// One number by one reviewer about one item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rating {
    /// Which item, from 0 on.
    pub item: u32,
    /// Who rated, from 0 on.
    pub reviewer: u32,
    /// What they said, from -[`LARGEST`] to [`LARGEST`].
    pub value: f64,
}

/// The largest number that can be rated: squares of it can still be summed.
pub const LARGEST: f64 = 1e140;

/// A rating that is no number, or too large.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("reviewer {} rated item {} with {}", .0.reviewer, .0.item, .0.value)]
pub struct RatingError(
    /// The rating that cannot be taken.
    pub Rating,
);

/// Ratings of one question, grouped by item. A reviewer's newest rating of an item counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ratings(Grouped<Rating>);

impl Answer for Rating {
    fn whose(&self) -> (u32, u32) {
        (self.item, self.reviewer)
    }
}

impl Ratings {
    /// Groups ratings, given in the order in which they were made.
    ///
    /// # Errors
    ///
    /// When a rating is not finite, or larger than [`LARGEST`].
    pub fn new(made: Vec<Rating>) -> Result<Self, RatingError> {
        let is_good = |one: &Rating| (-LARGEST..=LARGEST).contains(&one.value);
        match made.iter().find(|one| !is_good(one)) {
            Some(bad) => Err(RatingError(*bad)),
            None => Ok(Self(Grouped::new(made))),
        }
    }

    /// How many items there are.
    pub fn items(&self) -> usize {
        self.0.items()
    }

    /// How many reviewers there are.
    pub fn reviewers(&self) -> usize {
        self.0.reviewers()
    }

    /// The ratings of one item, by reviewer: who contributed to its summary.
    ///
    /// # Panics
    ///
    /// When there is no such item.
    pub fn of_item(&self, item: usize) -> &[Rating] {
        self.0.of_item(item)
    }
}

/// What several numbers say together. The order in which they are given does not matter, not even
/// to the last bit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many numbers there are, at least 1.
    pub count: usize,
    /// The arithmetic mean.
    pub mean: f64,
    /// The number in the middle; of an even count the mean of the two in the middle.
    pub median: f64,
    /// The number in the middle; of an even count the lower of the two. Always a number that
    /// someone said, for scales on which 3.5 does not exist.
    pub lower_median: f64,
    /// The smallest number.
    pub lowest: f64,
    /// The largest number.
    pub highest: f64,
    /// The standard deviation of the sample (its square divides by count - 1). `None` for a single
    /// number.
    pub deviation: Option<f64>,
}

impl Summary {
    /// Summarises finite numbers up to [`LARGEST`]. `None` where there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let (lowest, highest) = (*sorted.first()?, *sorted.last()?);
        let count = sorted.len();
        let (lower, upper) = (sorted[(count - 1) / 2], sorted[count / 2]);
        // Rounding must not carry the mean of equal numbers away from them.
        let mean = (sorted.iter().sum::<f64>() / real(count)).clamp(lowest, highest);
        let deviation = (count > 1).then(|| {
            let squares: f64 = sorted.iter().map(|value| (value - mean).powi(2)).sum();
            (squares / real(count - 1)).sqrt()
        });
        let median = lower.midpoint(upper);
        Some(Self { count, mean, median, lower_median: lower, lowest, highest, deviation })
    }
}

/// How a reviewer uses the scale, beside their colleagues on the same items.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rater {
    /// How many ratings of this reviewer counted.
    pub ratings: usize,
    /// How much higher than the mean of the colleagues they rate, on average; negative for who is
    /// strict. `None` where no item was shared.
    pub bias: Option<f64>,
    /// How far from the mean of the colleagues they rate, on average, up or down; 0 or more.
    pub distance: Option<f64>,
}

/// What the reviewers say together about each item.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleConsensus {
    /// Each item's summary, by number; `None` where nobody rated it.
    pub items: Vec<Option<Summary>>,
    /// How each reviewer uses the scale, by number.
    pub reviewers: Vec<Rater>,
}

/// Summarises the ratings of each item, and how each reviewer rates beside the others.
pub fn summarise(ratings: &Ratings) -> ScaleConsensus {
    let mut items = Vec::with_capacity(ratings.items());
    // For each reviewer: ratings, ratings of shared items, sum of differences, sum of distances.
    let mut sums = vec![(0_usize, 0_usize, 0.0, 0.0_f64); ratings.reviewers()];
    for item in 0..ratings.items() {
        let of_item = ratings.of_item(item);
        items.push(Summary::of(of_item.iter().map(|one| one.value)));
        let all: f64 = of_item.iter().map(|one| one.value).sum();
        for one in of_item {
            let (made, shared, differences, distances) = &mut sums[one.reviewer as usize];
            *made += 1;
            if of_item.len() > 1 {
                let others = (all - one.value) / real(of_item.len() - 1);
                *shared += 1;
                *differences += one.value - others;
                *distances += (one.value - others).abs();
            }
        }
    }
    let rater = |(ratings, shared, differences, distances)| {
        let mean = |sum: f64| (shared > 0).then(|| sum / real(shared));
        Rater { ratings, bias: mean(differences), distance: mean(distances) }
    };
    ScaleConsensus { items, reviewers: sums.into_iter().map(rater).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rated(made: &[(u32, u32, f64)]) -> Result<Ratings, RatingError> {
        let made = made.iter().map(|&(item, reviewer, value)| Rating { item, reviewer, value });
        Ratings::new(made.collect())
    }

    #[test]
    fn a_summary_has_mean_and_medians() {
        let summary = Summary::of([5.0, 1.0, 2.0, 4.0]).unwrap();
        let expected = Summary {
            count: 4,
            mean: 3.0,
            median: 3.0,
            lower_median: 2.0,
            lowest: 1.0,
            highest: 5.0,
            deviation: Some((10.0_f64 / 3.0).sqrt()),
        };
        assert_eq!(summary, expected);
        assert_eq!(Summary::of([]), None);
        assert_eq!(Summary::of([0.1; 3]).unwrap().deviation, Some(0.0));
        assert_eq!(Summary::of([7.0]).unwrap().deviation, None);
    }

    #[test]
    fn who_is_strict_is_seen_beside_the_others() {
        let ratings =
            rated(&[(0, 0, 9.0), (0, 0, 1.0), (0, 1, 3.0), (0, 2, 5.0), (2, 0, 4.0)]).unwrap();
        let consensus = summarise(&ratings);
        assert_eq!(consensus.items[0].unwrap().median.to_bits(), 3.0_f64.to_bits());
        assert_eq!(consensus.items[1], None);
        assert_eq!(consensus.items[2].unwrap().count, 1);
        let first = Rater { ratings: 2, bias: Some(-3.0), distance: Some(3.0) };
        let second = Rater { ratings: 1, bias: Some(0.0), distance: Some(0.0) };
        assert_eq!(consensus.reviewers[..2], [first, second]);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in [f64::NAN, f64::INFINITY, -1e141] {
            assert!(rated(&[(0, 0, 1.0), (1, 1, bad)]).is_err(), "{bad}");
        }
        let extreme = summarise(&rated(&[(0, 0, LARGEST), (0, 1, -LARGEST)]).unwrap());
        assert!(extreme.items[0].unwrap().deviation.unwrap().is_finite());
    }
}
