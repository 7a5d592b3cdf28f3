//! Who agrees with whom.

use super::{Table, Weights, cohen_kappa};
use crate::judgements::Judgements;
use crate::numeric::{real, size};

/// Two reviewers and how far they agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The one, with the lower number.
    pub first: u32,
    /// The other.
    pub second: u32,
    /// How many items both judged; at least 1.
    pub items: u64,
    /// The share of them with the same answer.
    pub percent: f64,
    /// Cohen's kappa; `None` when both said one and the same thing about all of them.
    pub kappa: Option<f64>,
    /// Its standard error; `None` as well with a single item.
    pub se: Option<f64>,
}

/// All pairs of some reviewers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// The reviewers that were compared, by number.
    pub reviewers: Vec<u32>,
    /// How many others were left out, who judged less.
    pub left_out: usize,
    /// The pairs with an item in common, by first and second.
    pub pairs: Vec<Pair>,
}

impl Pairs {
    /// Compares the `most` reviewers who judged most with each other: with thousands of reviewers
    /// there are millions of pairs, of which hardly any have items in common.
    pub fn of(judgements: &Judgements, weights: &Weights, most: usize) -> Self {
        let mut given = vec![0_u64; judgements.reviewers()];
        for one in judgements.all() {
            given[one.reviewer as usize] += 1;
        }
        let mut reviewers: Vec<u32> =
            (0_u32..).zip(&given).filter(|(_, n)| **n > 0).map(|(reviewer, _)| reviewer).collect();
        let left_out = reviewers.len().saturating_sub(most);
        reviewers.sort_by_key(|reviewer| std::cmp::Reverse(given[*reviewer as usize]));
        reviewers.truncate(most);
        reviewers.sort_unstable();
        let mut pairs = Vec::new();
        for (place, items) in items_of(judgements, &reviewers).iter().enumerate() {
            pairs_of(judgements, (&reviewers, place), items, weights, &mut pairs);
        }
        Self { reviewers, left_out, pairs }
    }

    /// The mean of the kappas that are there: an overview, not Fleiss' kappa.
    pub fn mean_kappa(&self) -> Option<f64> {
        let kappas: Vec<f64> = self.pairs.iter().filter_map(|pair| pair.kappa).collect();
        (!kappas.is_empty()).then(|| kappas.iter().sum::<f64>() / size(kappas.len()))
    }
}

/// The items of each of the reviewers.
fn items_of(judgements: &Judgements, reviewers: &[u32]) -> Vec<Vec<usize>> {
    let mut items = vec![Vec::new(); reviewers.len()];
    for (item, all) in judgements.by_item().enumerate() {
        for one in all {
            if let Ok(place) = reviewers.binary_search(&one.reviewer) {
                items[place].push(item);
            }
        }
    }
    items
}

/// The pairs of one reviewer with those of higher numbers.
fn pairs_of(
    judgements: &Judgements,
    (reviewers, place): (&[u32], usize),
    items: &[usize],
    weights: &Weights,
    pairs: &mut Vec<Pair>,
) {
    let first = reviewers[place];
    let mut said: Vec<(u32, u32, u32)> = Vec::new();
    for item in items {
        let item = judgements.of_item(*item);
        let own = item.partition_point(|one| one.reviewer < first);
        let others = item[own..].iter().filter(|one| one.reviewer > first);
        let compared = others.filter(|one| reviewers.binary_search(&one.reviewer).is_ok());
        said.extend(compared.map(|one| (one.reviewer, item[own].category, one.category)));
    }
    said.sort_unstable();
    for with in said.chunk_by(|a, b| a.0 == b.0) {
        let both: Vec<(u32, u32)> = with.iter().map(|(_, own, other)| (*own, *other)).collect();
        let same = both.iter().filter(|(own, other)| own == other).count();
        let table = Table::from_pairs(judgements.categories(), both);
        let kappa = cohen_kappa(&table, weights, None).ok();
        pairs.push(Pair {
            first,
            second: with[0].0,
            items: table.items(),
            percent: size(same) / real(table.items()),
            kappa: kappa.map(|kappa| kappa.estimate.value),
            se: kappa.and_then(|kappa| kappa.estimate.se),
        });
    }
}

/// For each reviewer, the share of others' judgements of the same items that say the same; `None`
/// for one with whom nobody has an item in common. Fast for any number of reviewers.
pub fn with_others(judgements: &Judgements) -> Vec<Option<f64>> {
    let mut met = vec![(0.0, 0.0); judgements.reviewers()];
    let mut counts = vec![0.0; judgements.categories()];
    for item in judgements.by_item() {
        for one in item {
            counts[one.category as usize] += 1.0;
        }
        for one in item {
            let (same, all) = &mut met[one.reviewer as usize];
            *same += counts[one.category as usize] - 1.0;
            *all += size(item.len() - 1);
        }
        for one in item {
            counts[one.category as usize] = 0.0;
        }
    }
    met.iter().map(|(same, all)| (*all > 0.0).then(|| same / all)).collect()
}
