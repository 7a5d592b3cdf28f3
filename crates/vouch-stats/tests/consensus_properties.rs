//! What holds for any judgements: probabilities are probabilities, nothing is ever NaN, the order
//! of arrival does not matter, and one by one is the same as all at once.

use proptest::collection::vec;
use proptest::prelude::*;
use vouch_stats::consensus::overlap::Experience;
use vouch_stats::consensus::{
    Consensus, DawidSkene, DawidSkeneSettings, Live, Mace, MaceSettings, OneCoin, OneCoinSettings,
    Smoothing, Stop, TieRule, dawid_skene, mace, majority, one_coin,
};
use vouch_stats::{Judgement, Judgements};

/// Few items, reviewers and categories: much overlap, many ties, many repeats, some gaps.
fn judgement() -> impl Strategy<Value = Judgement> {
    (0_u32..8, 0_u32..6, 0_u32..4).prop_map(|(item, reviewer, category)| Judgement {
        item,
        reviewer,
        category,
    })
}

fn made() -> impl Strategy<Value = Vec<Judgement>> {
    vec(judgement(), 0..60)
}

type All = (Consensus, DawidSkene, DawidSkene, OneCoin, Mace);

fn all_methods(judgements: &Judgements) -> All {
    let stop = Stop::new(1e-6, 60).expect("a tolerance from 0 to 1");
    let smoothing = Smoothing::new(0.1).expect("not negative");
    let plain = DawidSkeneSettings { stop, ..DawidSkeneSettings::default() };
    let smooth = DawidSkeneSettings { smoothing, accelerated: false, ..plain };
    let coin = OneCoinSettings { smoothing: Smoothing::NONE, stop };
    let guess = MaceSettings { restarts: 2, trial_iterations: 10, stop, ..MaceSettings::default() };
    (
        majority(judgements),
        dawid_skene(judgements, &plain),
        dawid_skene(judgements, &smooth),
        one_coin(judgements, &coin),
        mace(judgements, &guess),
    )
}

fn consensuses(all: &All) -> [&Consensus; 5] {
    [&all.0, &all.1.consensus, &all.2.consensus, &all.3.consensus, &all.4.consensus]
}

fn is_distribution(row: &[f64]) -> bool {
    row.iter().all(|p| (0.0..=1.0).contains(p)) && (row.iter().sum::<f64>() - 1.0).abs() < 1e-9
}

fn check(judgements: &Judgements) -> Result<(), TestCaseError> {
    let all = all_methods(judgements);
    for consensus in consensuses(&all) {
        prop_assert_eq!(consensus.items(), judgements.items());
        prop_assert_eq!(consensus.reviewers().len(), judgements.reviewers());
        for item in 0..consensus.items() {
            let posterior = consensus.posterior(item);
            prop_assert!(is_distribution(posterior), "{:?}", posterior);
            let judged = !judgements.of_item(item).is_empty();
            prop_assert_eq!(consensus.answer(item, TieRule::First).is_some(), judged);
            if let Some(answer) = consensus.answer(item, TieRule::Undecided) {
                prop_assert_eq!(consensus.answer(item, TieRule::First), Some(answer));
            }
            for one in consensus.contributions(judgements, item) {
                prop_assert!((0.0..=1.0).contains(&one.support));
            }
        }
        let mut made = 0;
        for one in consensus.reviewers() {
            prop_assert!(one.quality.is_none_or(|quality| (0.0..=1.0).contains(&quality)));
            prop_assert!(one.judgements > 0 || one.quality.is_none());
            made += one.judgements;
        }
        prop_assert_eq!(made, judgements.all().len());
    }
    let (_, plain, smooth, coin, guess) = &all;
    for found in [plain, smooth] {
        prop_assert!(found.log_likelihood.is_finite() && found.log_likelihood <= 1e-9);
        prop_assert!(judgements.categories() == 0 || is_distribution(&found.prior));
        for reviewer in 0..judgements.reviewers() {
            for row in found.confusions.matrix(reviewer) {
                prop_assert!(is_distribution(&row), "{:?}", row);
            }
        }
    }
    prop_assert!(coin.log_likelihood.is_finite() && guess.bound.is_finite());
    prop_assert!(guess.guesses.iter().all(|row| is_distribution(row)));
    Ok(())
}

proptest! {
    #[test]
    fn probabilities_are_probabilities(made in made(), categories in 0_usize..6) {
        check(&Judgements::new(made.clone(), categories))?;
        check(&Judgements::keeping_repeats(made, categories))?;
    }

    #[test]
    fn degenerate_judgements_are_none_of_a_problem(
        items in 0_u32..5, reviewers in 0_u32..4, category in 0_u32..3, categories in 0_usize..4
    ) {
        // All the same; one reviewer; one item; one category; nothing at all.
        let made = (0..items).flat_map(|item| {
            (0..reviewers).map(move |reviewer| Judgement { item, reviewer, category })
        });
        let judgements = Judgements::new(made.collect(), categories);
        check(&judgements)?;
        for consensus in consensuses(&all_methods(&judgements)) {
            for item in 0..consensus.items() {
                prop_assert_eq!(consensus.answer(item, TieRule::Undecided), Some(category));
            }
        }
    }

    /// Set, replaced and removed in any order: the same bits as the batch of what is left.
    #[test]
    fn one_by_one_is_all_at_once(steps in vec((judgement(), 0_u8..5), 0..80)) {
        let mut live = Live::new(4);
        let mut left: Vec<Judgement> = Vec::new();
        for (judgement, kind) in steps {
            let same = |one: &Judgement| {
                (one.item, one.reviewer) == (judgement.item, judgement.reviewer)
            };
            let older = left.iter().rev().find(|one| same(one)).map(|one| one.category);
            if kind == 0 {
                prop_assert_eq!(live.remove(judgement.item, judgement.reviewer), older);
                left.retain(|one| !same(one));
            } else {
                prop_assert_eq!(live.set(judgement), older);
                left.push(judgement);
            }
        }
        let batch = Judgements::new(left, 4);
        let judgements = live.judgements();
        prop_assert_eq!(live.len(), batch.all().len());
        prop_assert_eq!(judgements.all(), batch.all());
        let (one_by_one, at_once) = (all_methods(&judgements), all_methods(&batch));
        // Beside equality, the bits: 0 and -0 are equal.
        for (one, batch) in consensuses(&one_by_one).into_iter().zip(consensuses(&at_once)) {
            for item in 0..batch.items() {
                let bits = |of: &Consensus| -> Vec<u64> {
                    of.posterior(item).iter().map(|p| p.to_bits()).collect()
                };
                prop_assert_eq!(bits(one), bits(batch));
            }
        }
        prop_assert_eq!(&one_by_one, &at_once);
        for (number, item) in (0_u32..).zip(0..batch.items()) {
            let shares = live.shares(number);
            prop_assert_eq!(&shares[..], at_once.0.posterior(item));
            let rule = TieRule::Random { seed: 3 };
            prop_assert_eq!(live.majority_of(number, rule), at_once.0.answer(item, rule));
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(
        (made, other) in made().prop_flat_map(|made| (Just(made.clone()), Just(made).prop_shuffle()))
    ) {
        let (made, other) =
            (Judgements::keeping_repeats(made, 4), Judgements::keeping_repeats(other, 4));
        prop_assert_eq!(all_methods(&made), all_methods(&other));
    }

    /// The likelihood never falls, with the printed algorithm from step to step; and in the end,
    /// long steps or not, no ordinary step changes anything.
    #[test]
    fn estimation_climbs(made in made()) {
        let judgements = Judgements::new(made, 3);
        let mut last = f64::NEG_INFINITY;
        for steps in 1..12 {
            let stop = Stop::new(0.0, steps).unwrap();
            let settings = DawidSkeneSettings { stop, accelerated: false, ..Default::default() };
            let found = dawid_skene(&judgements, &settings);
            prop_assert!(found.log_likelihood >= last - 1e-9, "{last} {}", found.log_likelihood);
            last = found.log_likelihood;
            let guess = |trial_iterations| {
                let stop = Stop::new(0.0, trial_iterations).unwrap();
                mace(&judgements, &MaceSettings { restarts: 1, stop, ..Default::default() }).bound
            };
            prop_assert!(guess(steps + 1) >= guess(steps) - 1e-9);
        }
        let stop = Stop::new(1e-9, 100_000).unwrap();
        let found = dawid_skene(&judgements, &DawidSkeneSettings { stop, ..Default::default() });
        prop_assert!(found.converged);
        prop_assert!(found.log_likelihood >= last - 1e-6, "{last} {}", found.log_likelihood);
    }

    /// Where one coin ends, each quality is made of the posteriors, and each posterior of the
    /// qualities.
    #[test]
    fn one_coin_ends_at_a_fixed_point(made in made()) {
        let judgements = Judgements::new(made, 3);
        let stop = Stop::new(1e-12, 100_000).unwrap();
        let found = one_coin(&judgements, &OneCoinSettings { stop, ..Default::default() });
        prop_assert!(found.converged);
        let (consensus, wrongs) = (&found.consensus, [3.0 - 1.0, 4.0 - 1.0][judgements.categories() - 3]);
        let mut right = vec![1.0; judgements.reviewers()];
        for item in 0..judgements.items() {
            let posterior = consensus.posterior(item);
            let mut weights = vec![1.0; posterior.len()];
            for one in consensus.contributions(&judgements, item) {
                right[one.reviewer as usize] += one.support;
                let accuracy = one.quality.unwrap();
                for (category, weight) in (0..).zip(&mut weights) {
                    *weight *= if category == one.category { accuracy } else { (1.0 - accuracy) / wrongs };
                }
            }
            let all: f64 = weights.iter().sum();
            for (posterior, weight) in posterior.iter().zip(&weights) {
                prop_assert!((posterior - weight / all).abs() < 1e-9);
            }
        }
        for (standing, right) in consensus.reviewers().iter().zip(right) {
            let made = f64::from(u32::try_from(standing.judgements).unwrap());
            let quality = standing.quality.unwrap_or(0.5);
            prop_assert!((quality - right / (made + 2.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn experience_gives_probabilities(made in made(), said in vec((0_u32..9, 0_u32..4), 0..12)) {
        let found = dawid_skene(&Judgements::new(made, 4), &DawidSkeneSettings::default());
        let experience = Experience::none(4, 0.7).unwrap().after(&found, Experience::WEIGHT);
        let posterior = experience.posterior(&said);
        prop_assert!(is_distribution(&posterior));
        prop_assert!(posterior.iter().all(|p| *p > 0.0), "{:?}", posterior);
    }
}
