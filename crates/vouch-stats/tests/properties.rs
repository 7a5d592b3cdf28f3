//! What must hold for any judgements at all: no NaN, no panic, and the laws of each statistic.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use proptest::prelude::*;
use vouch_stats::agreement::{
    Bootstrap, Counts, Estimate, Pairs, Scale, Table, Undefined, Weights, brennan_prediger,
    cohen_kappa, conger_kappa, fleiss_categories, fleiss_kappa, fleiss_test, gwet_ac,
    krippendorff_alpha, percent, with_others,
};
use vouch_stats::preference::{Comparisons, Score, Settings, Ties, fit, leaderboard, next_pairs};
use vouch_stats::reliability::{Complete, Icc, kendall_w, one_way};
use vouch_stats::{Judgement, Judgements};

const PLAN: Option<Bootstrap> = Some(Bootstrap { resamples: 30, seed: 1 });

fn judgement(categories: u32) -> impl Strategy<Value = Judgement> {
    (0..10_u32, 0..5_u32, 0..categories).prop_map(|(item, reviewer, category)| Judgement {
        item,
        reviewer,
        category,
    })
}

/// From none to many, with few or many gaps, of one to four categories.
fn judgements() -> impl Strategy<Value = Judgements> {
    (1..5_u32).prop_flat_map(|categories| {
        prop::collection::vec(judgement(categories), 0..60)
            .prop_map(move |made| Judgements::new(made, categories as usize))
    })
}

fn values(judgements: &Judgements) -> Vec<f64> {
    (0..judgements.categories()).map(|c| f64::from(u32::try_from(c * c).unwrap())).collect()
}

fn all(judgements: &Judgements, plan: Option<Bootstrap>) -> Vec<Result<Estimate, Undefined>> {
    let counts = Counts::of(judgements);
    let values = values(judgements);
    let mut all = Vec::new();
    for weights in [Weights::identity(), Weights::linear(&values), Weights::quadratic(&values)] {
        all.push(percent(&counts, &weights, plan));
        all.push(fleiss_kappa(&counts, &weights, plan));
        all.push(brennan_prediger(&counts, &weights, plan));
        all.push(gwet_ac(&counts, &weights, plan));
        all.push(conger_kappa(judgements, &weights));
        let table = Table::of(judgements, 0, 1);
        all.push(cohen_kappa(&table, &weights, plan).map(|kappa| kappa.estimate));
        all.push(table.gwet_ac(&weights, plan));
    }
    for scale in [Scale::Nominal, Scale::Ordinal, Scale::Interval(&values), Scale::Ratio(&values)] {
        all.push(krippendorff_alpha(&counts, scale, plan));
    }
    all
}

/// Alpha as the paper computes it: from the matrix of coincidences.
fn alpha_by_coincidences(judgements: &Judgements, scale: Scale) -> Option<f64> {
    let categories = judgements.categories();
    let mut together = vec![vec![0.0; categories]; categories];
    for item in judgements.by_item().filter(|item| item.len() > 1) {
        for (place, one) in item.iter().enumerate() {
            for (other_place, other) in item.iter().enumerate() {
                if place != other_place {
                    let others = f64::from(u32::try_from(item.len() - 1).unwrap());
                    together[one.category as usize][other.category as usize] += 1.0 / others;
                }
            }
        }
    }
    let margins: Vec<f64> = together.iter().map(|row| row.iter().sum()).collect();
    let n: f64 = margins.iter().sum();
    let distance = |a: usize, b: usize| match scale {
        Scale::Nominal => f64::from(u8::from(a != b)),
        Scale::Ordinal => {
            let (low, high) = (a.min(b), a.max(b));
            let between: f64 = margins[low..=high].iter().sum();
            (between - 0.5 * (margins[low] + margins[high])).powi(2)
        }
        Scale::Interval(values) => (values[a] - values[b]).powi(2),
        Scale::Ratio(values) if values[a] + values[b] > 0.0 => {
            ((values[a] - values[b]) / (values[a] + values[b])).powi(2)
        }
        Scale::Ratio(_) => 0.0,
    };
    let (mut observed, mut expected) = (0.0, 0.0);
    for a in 0..categories {
        for b in 0..categories {
            observed += together[a][b] * distance(a, b);
            expected += margins[a] * margins[b] * distance(a, b);
        }
    }
    (expected > 0.0).then(|| 1.0 - (n - 1.0) * observed / expected)
}

proptest! {
    #[test]
    fn nothing_is_ever_nan(judgements in judgements()) {
        for plan in [None, PLAN] {
            for estimate in all(&judgements, plan).into_iter().flatten() {
                prop_assert!(estimate.value.is_finite() && estimate.value <= 1.0 + 1e-12);
                prop_assert!((0.0..1.0 + 1e-12).contains(&estimate.observed), "{estimate:?}");
                prop_assert!((0.0..1.0).contains(&estimate.expected), "{estimate:?}");
                prop_assert!(estimate.se.is_none_or(|se| se.is_finite() && se >= 0.0));
                if let Some(ci) = estimate.ci95 {
                    prop_assert!(ci.low.is_finite() && ci.high.is_finite() && ci.low <= ci.high);
                }
            }
        }
        let counts = Counts::of(&judgements);
        if let Ok(test) = fleiss_test(&counts) {
            prop_assert!(test.z.is_finite() && (0.0..=1.0).contains(&test.p_value));
        }
        for category in fleiss_categories(&counts).into_iter().flatten() {
            prop_assert!((0.0..=1.0 + 1e-12).contains(&category.share));
            prop_assert!(category.kappa.is_none_or(f64::is_finite));
        }
        let values = values(&judgements);
        if let Ok(complete) = Complete::of(&judgements, &values) {
            if let Ok(icc) = Icc::of(&complete) {
                let single = [icc.icc11, icc.icc21, icc.icc31];
                let means = [icc.icc1k, icc.icc2k, icc.icc3k].into_iter().flatten();
                for one in single.into_iter().chain(means) {
                    prop_assert!(one.value.is_finite() && one.value <= 1.0, "{icc:?}");
                    prop_assert!(one.ci95.is_none_or(|ci| ci.low.is_finite() && ci.high.is_finite()));
                    prop_assert!(one.p_value.is_none_or(|p| (0.0..=1.0).contains(&p)));
                }
            }
            if let Ok(kendall) = kendall_w(&complete) {
                prop_assert!((0.0..=1.0).contains(&kendall.w), "{kendall:?}");
                prop_assert!((0.0..=1.0).contains(&kendall.p_value), "{kendall:?}");
            }
        }
        let rated: Vec<Vec<f64>> = judgements
            .by_item()
            .map(|item| item.iter().map(|one| values[one.category as usize]).collect())
            .collect();
        if let Ok(icc) = one_way(rated.iter().map(Vec::as_slice)) {
            prop_assert!(icc.value.is_finite() && icc.value <= 1.0);
        }
    }

    #[test]
    fn who_is_who_does_not_matter(made in prop::collection::vec(judgement(3), 0..60)) {
        let judgements = Judgements::new(made, 3);
        let turned = |one: &Judgement| Judgement {
            item: 9 - one.item, reviewer: (one.reviewer + 2) % 5, category: (one.category + 1) % 3
        };
        let turned = Judgements::new(judgements.all().iter().map(turned).collect(), 3);
        let identity = Weights::identity();
        let statistics = |judgements: &Judgements| {
            let counts = Counts::of(judgements);
            [
                percent(&counts, &identity, None),
                fleiss_kappa(&counts, &identity, None),
                gwet_ac(&counts, &identity, None),
                conger_kappa(judgements, &identity),
                krippendorff_alpha(&counts, Scale::Nominal, None),
            ]
        };
        for (one, other) in statistics(&judgements).into_iter().zip(statistics(&turned)) {
            match (one, other) {
                (Ok(one), Ok(other)) => {
                    prop_assert!((one.value - other.value).abs() < 1e-9, "{one:?} {other:?}");
                    let se = |one: Estimate| one.se.unwrap_or(-1.0);
                    prop_assert!((se(one) - se(other)).abs() < 1e-7, "{one:?} {other:?}");
                }
                (one, other) => prop_assert_eq!(one.err(), other.err()),
            }
        }
    }

    #[test]
    fn alpha_is_that_of_the_coincidences(judgements in judgements()) {
        let counts = Counts::of(&judgements);
        let values = values(&judgements);
        for scale in
            [Scale::Nominal, Scale::Ordinal, Scale::Interval(&values), Scale::Ratio(&values)]
        {
            let got = krippendorff_alpha(&counts, scale, None).ok().map(|alpha| alpha.value);
            let expected = alpha_by_coincidences(&judgements, scale);
            prop_assert_eq!(got.is_some(), expected.is_some());
            if let (Some(got), Some(expected)) = (got, expected) {
                prop_assert!((got - expected).abs() < 1e-9, "{} is not {}", got, expected);
            }
        }
    }

    #[test]
    fn conger_of_two_who_judged_all_is_cohen(said in prop::collection::vec((0..3_u32, 0..3_u32), 2..30)) {
        let made = (0..).zip(&said).flat_map(|(item, (a, b))| [
            Judgement { item, reviewer: 0, category: *a },
            Judgement { item, reviewer: 1, category: *b },
        ]);
        let judgements = Judgements::new(made.collect(), 3);
        let cohen = cohen_kappa(&Table::of(&judgements, 0, 1), &Weights::identity(), None);
        let conger = conger_kappa(&judgements, &Weights::identity());
        match (cohen, conger) {
            (Ok(cohen), Ok(conger)) => {
                prop_assert!((cohen.estimate.value - conger.value).abs() < 1e-9);
                let n = f64::from(u32::try_from(said.len()).unwrap());
                let se = cohen.estimate.se.unwrap() * (n / (n - 1.0)).sqrt();
                prop_assert!((se - conger.se.unwrap()).abs() < 1e-7);
            }
            (cohen, conger) => prop_assert_eq!(cohen.err(), conger.err()),
        }
    }

    #[test]
    fn all_the_same_is_perfect_where_it_says_anything(
        said in prop::collection::vec(0..3_u32, 1..20), reviewers in 2..5_u32,
    ) {
        let made = (0..).zip(&said).flat_map(|(item, category)| {
            (0..reviewers).map(move |reviewer| Judgement { item, reviewer, category: *category })
        });
        let judgements = Judgements::new(made.collect(), 3);
        let varied = said.iter().any(|category| category != &said[0]);
        for estimate in all(&judgements, None) {
            match estimate {
                Ok(estimate) => prop_assert!((estimate.value - 1.0).abs() < 1e-9),
                Err(why) => {
                    prop_assert_eq!(why, Undefined::OneCategory);
                    prop_assert!(!varied);
                }
            }
        }
    }

    #[test]
    fn pairs_are_those_of_their_tables(judgements in judgements()) {
        let identity = Weights::identity();
        let pairs = Pairs::of(&judgements, &identity, 100);
        prop_assert_eq!(pairs.left_out, 0);
        let mut found = 0;
        for first in 0..5 {
            for second in first + 1..5 {
                let table = Table::of(&judgements, first, second);
                let pair = pairs.pairs.iter().find(|p| (p.first, p.second) == (first, second));
                prop_assert_eq!(pair.map_or(0, |pair| pair.items), table.items());
                if let Some(pair) = pair {
                    found += 1;
                    let kappa = cohen_kappa(&table, &identity, None).ok();
                    prop_assert_eq!(pair.kappa, kappa.map(|kappa| kappa.estimate.value));
                }
            }
        }
        prop_assert_eq!(found, pairs.pairs.len());
        let fewer = Pairs::of(&judgements, &identity, 2);
        prop_assert!(fewer.pairs.len() <= 1 && fewer.reviewers.len() <= 2);
        // Met in pairs, agreement with others is the mean over the pairs.
        for (reviewer, share) in (0..).zip(with_others(&judgements)) {
            let own = pairs.pairs.iter().filter(|p| p.first == reviewer || p.second == reviewer);
            let (mut same, mut met) = (0.0, 0.0);
            for pair in own {
                let items = f64::from(u32::try_from(pair.items).unwrap());
                same += pair.percent * items;
                met += items;
            }
            prop_assert_eq!(share.is_some(), met > 0.0);
            prop_assert!(share.is_none_or(|share| (share - same / met).abs() < 1e-12));
        }
    }

    /// At the maximum, every player wins as often as the model expects, ties counting half.
    #[test]
    fn abilities_explain_what_was_won(
        games in prop::collection::vec((0..5_u32, 0..5_u32, 0..4_u64, 0..4_u64, 0..3_u64), 0..15),
        half in any::<bool>(),
    ) {
        let mut played = Comparisons::new(5);
        for (first, second, won, lost, ties) in games {
            played.add(first, second, Score { first: won, second: lost, ties });
        }
        let ties = if half { Ties::Half } else { Ties::Davidson };
        let plain = Settings { ties, ..Settings::default() };
        if let Ok(fitted) = fit(&played, &plain) {
            let mut balance = [0.0; 5];
            for (first, second, score) in played.pairs() {
                let count = |n: u64| f64::from(u32::try_from(n).unwrap());
                let outcome = fitted.outcome(first, second);
                let expected = count(score.all()) * (outcome.first + 0.5 * outcome.tie);
                let surplus = count(score.first) + 0.5 * count(score.ties) - expected;
                balance[first] += surplus;
                balance[second] -= surplus;
            }
            prop_assert!(balance.iter().all(|surplus| surplus.abs() < 1e-6), "{balance:?}");
        }
        for order in [false, true] {
            let settings = Settings { ties, order, prior: 0.5 };
            let Ok(fitted) = fit(&played, &settings) else {
                prop_assert_eq!(played.count(), 0);
                continue;
            };
            for line in leaderboard(&played, &fitted) {
                prop_assert!(line.ability.value.is_finite() && line.ability.se.is_finite());
            }
            prop_assert!(next_pairs(&fitted, 3).iter().all(|p| p.gain > 0.0));
        }
    }
}
