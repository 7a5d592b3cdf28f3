//! The main published tables as constants, for clones without the shared data.

use vouch_stats::agreement::{
    Bootstrap, Counts, Scale, Table, Undefined, Weights, cohen_kappa, conger_kappa,
    fleiss_categories, fleiss_kappa, fleiss_test, gwet_ac, krippendorff_alpha,
};
use vouch_stats::preference::{
    Comparisons, Score, Settings, Ties, Unfit, fit, leaderboard, next_pairs,
};
use vouch_stats::reliability::{Complete, Icc, kendall_w, one_way};
use vouch_stats::{Judgement, Judgements};

#[track_caller]
fn near(got: f64, expected: f64, bound: f64) {
    assert!((got - expected).abs() <= bound, "{got} is not {expected}");
}

/// Krippendorff (2011): four observers, twelve units, 0 for a missing value.
const OBSERVERS: [[u32; 12]; 4] = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
];

fn observers() -> Judgements {
    let mut made = Vec::new();
    for (reviewer, row) in (0..).zip(OBSERVERS) {
        for (item, value) in (0..).zip(row).filter(|(_, value)| *value > 0) {
            made.push(Judgement { item, reviewer, category: value - 1 });
        }
    }
    Judgements::new(made, 5)
}

#[test]
fn cohen_1960_and_1968() {
    let rows: [&[u64]; 3] = [&[88, 14, 18], &[10, 40, 10], &[2, 6, 12]];
    let table = Table::from_rows(rows.into_iter());
    let kappa = cohen_kappa(&table, &Weights::identity(), None).unwrap();
    near(kappa.estimate.value, 0.491_525_423_7, 1e-10);
    near(kappa.estimate.se.unwrap(), 0.051_001_815_6, 1e-10);
    near(kappa.test.unwrap().se0, 0.051_978_936_4, 1e-10);
    let disagreement = [[0.0, 1.0, 3.0], [1.0, 0.0, 6.0], [3.0, 6.0, 0.0]].map(Vec::from);
    let weights = Weights::from_disagreement(&disagreement).unwrap();
    let weighted = cohen_kappa(&table, &weights, None).unwrap();
    near(weighted.estimate.value, 0.347_826_087, 1e-9);
    // The identity as a table takes the long way to the same test.
    let rows = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(Vec::from);
    let long = cohen_kappa(&table, &Weights::agreement(&rows).unwrap(), None).unwrap();
    near(long.test.unwrap().se0, kappa.test.unwrap().se0, 1e-15);
    near(long.estimate.se.unwrap(), kappa.estimate.se.unwrap(), 1e-15);
}

#[test]
fn fleiss_1971() {
    let rows: [[u32; 5]; 10] = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ];
    let counts = Counts::from_rows(5, rows.iter().map(<[u32; 5]>::as_slice));
    let kappa = fleiss_kappa(&counts, &Weights::identity(), None).unwrap();
    near(kappa.value, 0.209_930_704_4, 1e-10);
    // The kappas of the categories, weighted by p (1 - p), are the kappa of all.
    let categories = fleiss_categories(&counts).unwrap();
    let spread = |share: f64| share * (1.0 - share);
    let all: f64 = categories.iter().map(|c| spread(c.share)).sum();
    let mean: f64 = categories.iter().map(|c| spread(c.share) * c.kappa.unwrap()).sum();
    near(mean / all, kappa.value, 1e-12);
    assert!(fleiss_test(&counts).unwrap().p_value < 1e-9);
    let unequal = Counts::from_rows(2, [&[1, 1][..], &[2, 1]]);
    assert_eq!(fleiss_test(&unequal).unwrap_err(), Undefined::UnequalReviewers);
}

#[test]
fn krippendorff_2011() {
    let judgements = observers();
    let counts = Counts::of(&judgements);
    let values = [1.0, 2.0, 3.0, 4.0, 5.0];
    for (scale, expected) in [
        (Scale::Nominal, 0.743_421_052_6),
        (Scale::Ordinal, 0.815_387_503_8),
        (Scale::Interval(&values), 0.849_107_142_9),
        (Scale::Ratio(&values), 0.797_402_774_7),
    ] {
        near(krippendorff_alpha(&counts, scale, None).unwrap().value, expected, 1e-10);
    }
    let ac1 = gwet_ac(&counts, &Weights::identity(), None).unwrap();
    near(ac1.value, 0.775_44, 5e-6);
    near(ac1.se.unwrap(), 0.142_95, 5e-6);
    // irrCAC 0.4.4 for Python, on these data.
    let conger = conger_kappa(&judgements, &Weights::identity()).unwrap();
    near(conger.value, 0.762_07, 5e-6);
    near(conger.se.unwrap(), 0.150_11, 5e-6);
}

#[test]
fn a_bootstrap_is_near_the_standard_error() {
    let mut made = Vec::new();
    for item in 0..400 {
        for reviewer in 0..3 {
            // Two of three items are agreed upon.
            let category = if item % 3 == 0 { (item / 3 + reviewer) % 2 } else { item % 2 };
            made.push(Judgement { item, reviewer, category });
        }
    }
    let counts = Counts::of(&Judgements::new(made, 2));
    let plan = Some(Bootstrap { resamples: 2_000, seed: 3 });
    let identity = Weights::identity();
    let exact = krippendorff_alpha(&counts, Scale::Nominal, None).unwrap().ci95.unwrap();
    let drawn = krippendorff_alpha(&counts, Scale::Nominal, plan).unwrap().ci95.unwrap();
    near(drawn.low, exact.low, 0.01);
    near(drawn.high, exact.high, 0.01);
    let exact = gwet_ac(&counts, &identity, None).unwrap().ci95.unwrap();
    let drawn = gwet_ac(&counts, &identity, plan).unwrap().ci95.unwrap();
    near(drawn.low, exact.low, 0.01);
    near(drawn.high, exact.high, 0.01);
}

/// Shrout & Fleiss (1979), table 2, and the intervals that R's psych prints for it.
#[test]
fn shrout_and_fleiss_1979() {
    let rows = [
        [9.0, 2.0, 5.0, 8.0],
        [6.0, 1.0, 3.0, 2.0],
        [8.0, 4.0, 6.0, 8.0],
        [7.0, 1.0, 2.0, 6.0],
        [10.0, 5.0, 6.0, 9.0],
        [6.0, 2.0, 4.0, 7.0],
    ]
    .map(Vec::from);
    let icc = Icc::of(&Complete::from_rows(&rows).unwrap()).unwrap();
    for (got, value, low, high) in [
        (icc.icc11, 0.165_741_8, -0.13, 0.72),
        (icc.icc21, 0.289_763_8, 0.02, 0.76),
        (icc.icc31, 0.714_840_7, 0.34, 0.95),
        (icc.icc1k.unwrap(), 0.442_797_1, -0.88, 0.91),
        (icc.icc2k.unwrap(), 0.620_050_5, 0.07, 0.93),
        (icc.icc3k.unwrap(), 0.909_315_5, 0.68, 0.99),
    ] {
        near(got.value, value, 5e-8);
        near(got.ci95.unwrap().low, low, 0.005);
        near(got.ci95.unwrap().high, high, 0.005);
    }
    near(icc.icc11.p_value.unwrap(), 0.164_8, 5e-5);
    let one_way = one_way(rows.iter().map(Vec::as_slice)).unwrap();
    near(one_way.value, icc.icc11.value, 1e-12);
    near(one_way.ci95.unwrap().low, icc.icc11.ci95.unwrap().low, 1e-9);
}

/// Where the items' means are all the same, a mean over reviewers has no reliability.
#[test]
fn items_that_do_not_differ_have_no_reliable_mean() {
    let rows = [[1.0, 3.0, 2.0], [2.0, 1.0, 3.0], [3.0, 2.0, 1.0]].map(Vec::from);
    let icc = Icc::of(&Complete::from_rows(&rows).unwrap()).unwrap();
    near(icc.icc11.value, -0.5, 1e-12);
    assert_eq!((icc.icc1k, icc.icc2k, icc.icc3k), (None, None, None));
    let flat = vec![vec![2.0; 3]; 4];
    assert_eq!(Icc::of(&Complete::from_rows(&flat).unwrap()), Err(Undefined::NoVariance));
}

#[test]
fn rankings() {
    let ranks = [[1.0, 1.0, 6.0], [6.0, 5.0, 3.0], [3.0, 6.0, 2.0]];
    let more = [[2.0, 4.0, 5.0], [5.0, 2.0, 4.0], [4.0, 3.0, 1.0]];
    let rows: Vec<Vec<f64>> = ranks.into_iter().chain(more).map(Vec::from).collect();
    near(kendall_w(&Complete::from_rows(&rows).unwrap()).unwrap().w, 0.161_904_761_9, 1e-10);
    // The same ratings with ties are perfect concordance: only with the correction.
    let tied: Vec<Vec<f64>> = [1.0, 1.0, 2.0, 3.0, 3.0].map(|r| vec![r, r, 10.0 * r]).into();
    near(kendall_w(&Complete::from_rows(&tied).unwrap()).unwrap().w, 1.0, 1e-12);
    let flat = vec![vec![1.0, 2.0]; 3];
    assert_eq!(kendall_w(&Complete::from_rows(&flat).unwrap()).unwrap_err(), Undefined::NoVariance);
}

fn score(first: u64, second: u64, ties: u64) -> Score {
    Score { first, second, ties }
}

#[test]
fn two_players_with_ties_are_their_shares() {
    let mut games = Comparisons::new(2);
    games.add(0, 1, score(5, 3, 2));
    let fitted = fit(&games, &Settings::default()).unwrap();
    near(fitted.difference(0, 1).value, (5.0_f64 / 3.0).ln(), 1e-9);
    near(fitted.tie().unwrap(), 2.0 / 15.0_f64.sqrt(), 1e-9);
    let outcome = fitted.outcome(0, 1);
    near(outcome.first, 0.5, 1e-9);
    near(outcome.tie, 0.2, 1e-9);
    near(fitted.deviance, 0.0, 1e-9);
    // The delta method on the trinomial: 1/5 + 1/3 for the logarithm of 5 : 3.
    near(fitted.difference(0, 1).se.powi(2), 1.0 / 5.0 + 1.0 / 3.0, 1e-9);
    let half = Settings { ties: Ties::Half, ..Settings::default() };
    near(fit(&games, &half).unwrap().difference(0, 1).value, (6.0_f64 / 4.0).ln(), 1e-9);
}

#[test]
fn journals() {
    let mut cited = Comparisons::new(4);
    for (first, second, won, lost) in [
        (0, 1, 730, 33),
        (0, 2, 498, 320),
        (0, 3, 221, 284),
        (1, 2, 68, 813),
        (1, 3, 17, 276),
        (2, 3, 142, 325),
    ] {
        cited.add(first, second, score(won, lost, 0));
    }
    let fitted = fit(&cited, &Settings::default()).unwrap();
    near(fitted.difference(1, 0).value, -2.949_1, 5e-5);
    near(fitted.difference(3, 0).se, 0.070_8, 5e-5);
    near(fitted.deviance, 4.293_4, 5e-5);
    let board = leaderboard(&cited, &fitted);
    let order: Vec<u32> = board.iter().map(|line| line.player).collect();
    assert_eq!(order, [3, 0, 2, 1]);
    assert_eq!(board[0].record, score(284 + 276 + 325, 221 + 17 + 142, 0));
    assert_eq!(board[0].ahead.unwrap().further, Some(0), "3.8 standard errors apart");
    assert_eq!(board[3].ahead, None);
}

#[test]
fn the_further_comparisons_separate_when_they_are_made() {
    let mut games = Comparisons::new(3);
    games.add(0, 1, score(6, 4, 0));
    games.add(1, 2, score(9, 1, 0));
    games.add(0, 2, score(9, 1, 0));
    let fitted = fit(&games, &Settings::default()).unwrap();
    let further = leaderboard(&games, &fitted)[0].ahead.unwrap().further.unwrap();
    assert!((50..400).contains(&further), "{further}");
    // As many games as that, at the odds of the model.
    let chance = fitted.outcome(0, 1).first;
    let separated = |more: u64| {
        let mut games = games.clone();
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few hundred"
        )]
        let won = (more as f64 * chance).round() as u64;
        games.add(0, 1, score(won, more - won, 0));
        fit(&games, &Settings::default()).unwrap().difference(0, 1).ci95.low > 0.0
    };
    assert!(separated(further + further / 20) && !separated(further - further / 10));
}

#[test]
fn the_next_pair_is_the_one_that_is_known_least() {
    let mut games = Comparisons::new(4);
    for (first, second) in [(0, 1), (1, 2), (0, 2)] {
        games.add(first, second, score(10, 10, 0));
    }
    games.add(2, 3, score(1, 1, 0));
    let fitted = fit(&games, &Settings::default()).unwrap();
    let proposals = next_pairs(&fitted, 2);
    assert_eq!((proposals[0].first, proposals[0].second), (0, 3), "{proposals:?}");
    assert_eq!((proposals[1].first, proposals[1].second), (1, 3), "{proposals:?}");
}

#[test]
fn what_has_no_maximum_is_told_and_a_prior_helps() {
    let settings = Settings::default();
    let prior = Settings { prior: 0.5, ..settings };
    let unfit = |games: &Comparisons, settings: &Settings| {
        let with = Settings { prior: 0.5, ..*settings };
        let helped = fit(games, &with).unwrap();
        assert!(helped.abilities().iter().all(|a| a.value.is_finite() && a.se.is_finite()));
        fit(games, settings).unwrap_err()
    };
    assert_eq!(fit(&Comparisons::new(3), &prior).unwrap_err(), Unfit::Empty);

    let mut apart = Comparisons::new(5);
    apart.add(0, 3, score(1, 1, 0));
    apart.add(1, 2, score(1, 1, 0));
    apart.add(2, 4, score(1, 1, 0));
    let groups = vec![vec![1, 2, 4], vec![0, 3]];
    assert_eq!(unfit(&apart, &settings), Unfit::Disconnected(groups));

    let mut champion = Comparisons::new(4);
    champion.add(0, 1, score(2, 1, 0));
    champion.add(1, 2, score(2, 1, 0));
    champion.add(3, 0, score(5, 0, 0));
    champion.add(2, 3, score(0, 1, 0));
    assert_eq!(unfit(&champion, &settings), Unfit::Unbeaten(vec![3]));
    champion.add(3, 2, score(0, 0, 1));
    assert!(fit(&champion, &settings).is_ok(), "a tie is enough");

    let mut home = Comparisons::new(3);
    for (first, second) in [(0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2)] {
        home.add(first, second, score(4, 0, 0));
    }
    let order = Settings { order: true, ..settings };
    assert_eq!(unfit(&home, &order), Unfit::OneSided);
    let mut tied = Comparisons::new(2);
    tied.add(0, 1, score(0, 0, 7));
    assert_eq!(unfit(&tied, &settings), Unfit::OneSided);
    let mut never_lost = Comparisons::new(2);
    never_lost.add(0, 1, score(3, 0, 2));
    assert_eq!(unfit(&never_lost, &settings), Unfit::OneSided);
    let many = Comparisons::new(2_001);
    assert_eq!(fit(&many, &prior).unwrap_err(), Unfit::Empty);
}
