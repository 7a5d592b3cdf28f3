//! Conger's kappa: Cohen's for several reviewers, each with their own habits.
//!
//! A. J. Conger, "Integration and generalization of kappas for multiple raters" (1980); with
//! weights, missing judgements and the standard error of K. L. Gwet, Handbook of Inter-Rater
//! Reliability (2014).

use super::counts::total;
use super::{Counts, Estimate, Interval, Undefined, Weights, percent};
use crate::judgements::Judgements;
use crate::numeric::distribution::t95;
use crate::numeric::{real, size};

/// Reviewers times categories: no more than so many shares are kept.
const MOST_SHARES: usize = 4_000_000;

/// Conger's kappa (1980); with two reviewers who judged the same items, Cohen's.
///
/// Its interval is by the standard error and Student's t, with one degree of freedom less than
/// there are items.
///
/// # Errors
/// When no item was judged twice, fewer than two people judged, all judgements are the same, or
/// there are too many answers for so many reviewers.
pub fn conger_kappa(judgements: &Judgements, weights: &Weights) -> Result<Estimate, Undefined> {
    let counts = Counts::of(judgements);
    let observed = percent(&counts, weights, None)?.observed;
    let habits = Habits::of(judgements)?;
    let people = size(habits.given.len());
    let expected = habits.expected(weights);
    if expected >= 1.0 - 1e-12 {
        return Err(Undefined::OneCategory);
    }
    let left = 1.0 - expected;
    let value = (observed - expected) / left;
    let (items, compared) = (real(counts.items()), real(counts.compared()));
    let moves = habits.moves(weights, items);
    let idle: f64 = moves.base.iter().sum();
    let mut squares = 0.0;
    for item in judgements.by_item().filter(|item| !item.is_empty()) {
        let mut chance = idle;
        for one in item {
            chance += moves.by(habits.place[one.reviewer as usize], one.category as usize);
        }
        let chance = chance / (people * (people - 1.0));
        let own = if item.len() > 1 {
            (agreement(item, weights) - expected) * items / compared / left
        } else {
            0.0
        };
        let shift = own - 2.0 * (1.0 - value) * (chance - expected) / left;
        squares += (shift - value).powi(2);
    }
    let se = (items > 1.0).then(|| (squares / (items * (items - 1.0))).sqrt());
    let ci95 = se.map(|se| Interval::around(value, se * t95(items - 1.0)));
    Ok(Estimate { value, observed, expected, se, ci95 })
}

/// The agreement of the pairs of one item.
fn agreement(item: &[crate::Judgement], weights: &Weights) -> f64 {
    let mut cells: Vec<(u32, u32)> = item.iter().map(|one| (one.category, 1)).collect();
    cells.sort_unstable();
    cells.dedup_by(|newer, kept| {
        let same = newer.0 == kept.0;
        kept.1 += if same { newer.1 } else { 0 };
        same
    });
    let judgements = total(&cells);
    let mut agreed = 0.0;
    for (a, count) in &cells {
        let with = |(b, many): &(u32, u32)| f64::from(*many) * weights.of(*a as usize, *b as usize);
        agreed += f64::from(*count) * (cells.iter().map(with).sum::<f64>() - 1.0);
    }
    agreed / (judgements * (judgements - 1.0))
}

/// What each reviewer tends to say.
struct Habits {
    categories: usize,
    /// The place of each reviewer among those who judged anything.
    place: Vec<usize>,
    /// How many judgements each gave.
    given: Vec<f64>,
    /// Row by row, the share of each category.
    shares: Vec<f64>,
    /// The mean of the rows.
    mean: Vec<f64>,
}

/// What a judgement adds to an item's chance agreement.
struct Moves {
    categories: usize,
    /// What each reviewer adds without having judged the item.
    base: Vec<f64>,
    /// What each judgement adds to that, row by row.
    judged: Vec<f64>,
}

impl Moves {
    fn by(&self, place: usize, category: usize) -> f64 {
        self.judged[place * self.categories + category]
    }
}

impl Habits {
    fn of(judgements: &Judgements) -> Result<Self, Undefined> {
        let categories = judgements.categories();
        let mut numbers = vec![0.0; judgements.reviewers()];
        for one in judgements.all() {
            numbers[one.reviewer as usize] += 1.0;
        }
        let mut place = vec![usize::MAX; numbers.len()];
        let mut given = Vec::new();
        for (reviewer, number) in numbers.iter().enumerate().filter(|(_, number)| **number > 0.0) {
            place[reviewer] = given.len();
            given.push(*number);
        }
        if given.len() < 2 {
            return Err(Undefined::NoOverlap);
        }
        if given.len().saturating_mul(categories) > MOST_SHARES {
            return Err(Undefined::TooManyCategories(MOST_SHARES / given.len()));
        }
        let mut shares = vec![0.0; given.len() * categories];
        let mut mean = vec![0.0; categories];
        for one in judgements.all() {
            let place = place[one.reviewer as usize];
            shares[place * categories + one.category as usize] += 1.0 / given[place];
            mean[one.category as usize] += 1.0 / (given[place] * size(given.len()));
        }
        Ok(Self { categories, place, given, shares, mean })
    }

    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.shares.chunks_exact(self.categories)
    }

    /// The mean agreement of the answers of two different reviewers, were they independent.
    fn expected(&self, weights: &Weights) -> f64 {
        let people = size(self.given.len());
        let with = |shares: &[f64]| -> f64 {
            let mean = weights.mean_with(shares);
            shares.iter().zip(mean).map(|(share, mean)| share * mean).sum()
        };
        let own: f64 = self.rows().map(with).sum();
        (people * people * with(&self.mean) - own) / (people * (people - 1.0))
    }

    fn moves(&self, weights: &Weights, items: f64) -> Moves {
        let people = size(self.given.len());
        let mut moves = Moves { categories: self.categories, base: Vec::new(), judged: Vec::new() };
        for (row, given) in self.rows().zip(&self.given) {
            let others: Vec<f64> =
                self.mean.iter().zip(row).map(|(mean, own)| people * mean - own).collect();
            let met = weights.mean_with(&others);
            let usual: f64 = met.iter().zip(row).map(|(met, share)| met * share).sum();
            moves.base.push(usual);
            moves.judged.extend(met.iter().map(|met| items / given * (met - usual)));
        }
        moves
    }
}
