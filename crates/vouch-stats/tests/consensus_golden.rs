//! Published tables, to the digits that are printed: the facts of the papers, recomputed with
//! several packages.

use vouch_stats::consensus::{
    Confusions, DawidSkeneSettings, Smoothing, Stop, TieRule, dawid_skene, majority,
};
use vouch_stats::{Judgement, Judgements};

/// Dawid & Skene (1979), table 1: 45 patients, judged by the first observer in three sessions and
/// by four others in one.
#[rustfmt::skip]
const PATIENTS: [&str; 45] = [
    "1111111", "3334334", "1122122", "2223121", "2223222", "2223322", "1122111", "3333433",
    "2222223", "2322223", "4444444", "2223343", "1111111", "2223212", "1211111", "1112111",
    "1111111", "1111111", "2222221", "2221322", "2222222", "2222221", "2223222", "2212222",
    "1111111", "1111111", "2322222", "1111111", "1111111", "1121121", "1111111", "3333233",
    "1111111", "2222222", "2223232", "4334343", "2212232", "2323233", "3333432", "1111111",
    "1111111", "1212111", "2322222", "1211111", "2222222",
];

/// Who made the seven judgements of a patient.
const OBSERVERS: [u32; 7] = [0, 0, 0, 1, 2, 3, 4];

fn patients() -> Judgements {
    let mut made = Vec::new();
    for (item, said) in (0..).zip(PATIENTS) {
        for (reviewer, said) in OBSERVERS.into_iter().zip(said.bytes()) {
            made.push(Judgement { item, reviewer, category: u32::from(said - b'1') });
        }
    }
    Judgements::keeping_repeats(made, 4)
}

/// One category a letter, from 1 on; `-` for no answer.
fn letters(answers: &[Option<u32>]) -> String {
    answers.iter().map(|one| one.map_or("-".into(), |one| (one + 1).to_string())).collect()
}

fn near(found: f64, expected: f64, half_digit: f64) {
    assert!((found - expected).abs() <= half_digit, "{found}, expected {expected}");
}

#[test]
fn the_patients_of_dawid_and_skene() {
    let found = dawid_skene(&patients(), &exact());
    assert!(found.converged);
    near(found.log_likelihood, -190.730_996_6, 5e-8);
    let prior = [0.4, 0.4216, 0.1118, 0.0667];
    found.prior.iter().zip(prior).for_each(|(found, expected)| near(*found, expected, 5e-5));
    let answers = found.consensus.answers(TieRule::Undecided);
    assert_eq!(letters(&answers), "142222132243121111222222112111131224233111212");
    let uncertain = [
        (7, [0.9998, 0.0002, 0.0, 0.0]),
        (30, [0.999, 0.001, 0.0, 0.0]),
        (35, [0.0, 0.9482, 0.0518, 0.0]),
        (38, [0.0, 0.0213, 0.9787, 0.0]),
        (42, [0.9998, 0.0002, 0.0, 0.0]),
    ];
    for (item, expected) in uncertain {
        let posterior = found.consensus.posterior(item - 1);
        posterior.iter().zip(expected).for_each(|(found, expected)| near(*found, expected, 5e-5));
    }
    let surest = |item| found.consensus.posterior(item).iter().copied().fold(0.0, f64::max);
    let unsure: Vec<usize> = (0..45).filter(|item| surest(*item) < 0.99995).collect();
    assert_eq!(unsure, uncertain.map(|(item, _)| item - 1));
}

#[test]
fn the_observers_of_dawid_and_skene() {
    let found = dawid_skene(&patients(), &exact());
    let observers = [
        [
            [0.9074, 0.0926, 0.0, 0.0],
            [0.0703, 0.8766, 0.0531, 0.0],
            [0.0, 0.3388, 0.6612, 0.0],
            [0.0, 0.0, 0.5556, 0.4444],
        ],
        [
            [0.8333, 0.1667, 0.0, 0.0],
            [0.0528, 0.6326, 0.3147, 0.0],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ],
        [
            [1.0, 0.0, 0.0, 0.0],
            [0.1055, 0.7891, 0.1054, 0.0],
            [0.0, 0.4036, 0.1988, 0.3976],
            [0.0, 0.0, 0.6667, 0.3333],
        ],
        [
            [0.9445, 0.0555, 0.0, 0.0],
            [0.0527, 0.8434, 0.1038, 0.0],
            [0.0, 0.0, 0.8012, 0.1988],
            [0.0, 0.0, 0.3333, 0.6667],
        ],
        [
            [1.0, 0.0, 0.0, 0.0],
            [0.1582, 0.7352, 0.1065, 0.0],
            [0.0, 0.2091, 0.7909, 0.0],
            [0.0, 0.0, 0.3333, 0.6667],
        ],
    ];
    for (observer, rows) in observers.into_iter().enumerate() {
        let matrix = found.confusions.matrix(observer);
        for (truth, row) in rows.into_iter().enumerate() {
            for (said, expected) in row.into_iter().enumerate() {
                near(matrix[truth][said], expected, 5e-5);
                near(found.confusions.probability(observer, truth, said), expected, 5e-5);
            }
        }
    }
    let judged = |observer: usize| found.consensus.reviewers()[observer].judgements;
    assert_eq!([0, 1, 2, 3, 4].map(judged), [135, 45, 45, 45, 45]);
    let mass: f64 = (0..4).map(|truth| found.confusions.mass(0, truth)).sum();
    near(mass, 135.0, 1e-9);
    // Four patients of ten are of the first category, and so on: how often an observer is right.
    let quality = found.consensus.reviewers()[1].quality.unwrap();
    near(quality, 0.4 * 0.8333 + 0.4216 * 0.6326 + 0.1118 + 0.0667, 2e-4);
}

#[test]
fn the_majority_about_the_patients() {
    let answers = majority(&patients()).answers(TieRule::First);
    assert_eq!(letters(&answers), "132222132242121111222222112111131223233111212");
}

/// Espeland & Handelman (1989): five dentists judge 3,859 X-rays of teeth, sound or carious. How
/// often each pattern of answers came, from all sound to all carious, the last dentist changing
/// fastest.
#[rustfmt::skip]
const TEETH: [u32; 32] = [
    1880, 789, 43, 75, 23, 63, 8, 22, 188, 191, 17, 67, 15, 85, 8, 56,
    12, 26, 6, 14, 1, 20, 2, 17, 2, 20, 6, 27, 3, 72, 1, 100,
];

#[test]
fn the_teeth_of_espeland_and_handelman() {
    let mut made = Vec::new();
    let mut item = 0;
    for (pattern, count) in (0_u32..).zip(TEETH) {
        for _ in 0..count {
            for reviewer in 0..5 {
                let category = (pattern >> (4 - reviewer)) & 1;
                made.push(Judgement { item, reviewer, category });
            }
            item += 1;
        }
    }
    let judgements = Judgements::new(made, 2);
    assert_eq!(judgements.items(), 3859);
    let found = dawid_skene(&judgements, &exact());
    assert!(found.converged);
    near(found.log_likelihood, -7_410.941_976_27, 5e-8);
    near(found.prior[1], 0.1997, 5e-5);
    let right =
        |of: &Confusions, truth| [0, 1, 2, 3, 4].map(|one| of.probability(one, truth, truth));
    let sensitivity = [0.4037, 0.7059, 0.5905, 0.4854, 0.9134];
    let specificity = [0.9942, 0.8983, 0.9867, 0.9692, 0.6956];
    for (truth, expected) in [specificity, sensitivity].into_iter().enumerate() {
        let found = right(&found.confusions, truth);
        found.into_iter().zip(expected).for_each(|(found, expected)| near(found, expected, 5e-5));
    }
}

/// As far as the digits of the tables need.
fn exact() -> DawidSkeneSettings {
    let stop = Stop::new(1e-10, 10_000).expect("a tolerance from 0 to 1");
    DawidSkeneSettings { stop, ..Default::default() }
}

#[test]
fn the_usual_tolerance_is_enough_for_four_digits() {
    let (usual, far) = (
        dawid_skene(&patients(), &DawidSkeneSettings::default()),
        dawid_skene(&patients(), &exact()),
    );
    assert!(usual.converged && usual.iterations <= far.iterations);
    for item in 0..45 {
        let both = usual.consensus.posterior(item).iter().zip(far.consensus.posterior(item));
        both.for_each(|(usual, far)| near(*usual, *far, 5e-5));
    }
}

/// Long steps are taken for time alone.
#[test]
fn long_steps_end_where_ordinary_ones_do() {
    let mut steps = (0, 0);
    for seed in 0..20 {
        let mut state: u64 = seed;
        let mut draw = |below: u64| {
            state = u64::wrapping_add(state.wrapping_mul(6_364_136_223_846_793_005), 1);
            u32::try_from((state >> 33) % below).unwrap()
        };
        let mut made = Vec::new();
        for item in 0..100 {
            let truth = draw(4);
            for _ in 0..5 {
                let reviewer = draw(10);
                let knows = draw(10) < reviewer.max(3);
                made.push(Judgement {
                    item,
                    reviewer,
                    category: if knows { truth } else { draw(4) },
                });
            }
        }
        let judgements = Judgements::new(made, 4);
        let stop = Stop::new(1e-9, 50_000).unwrap();
        let run = |accelerated| {
            dawid_skene(&judgements, &DawidSkeneSettings { stop, accelerated, ..exact() })
        };
        let (long, ordinary) = (run(true), run(false));
        assert!(long.converged && ordinary.converged);
        steps = (steps.0 + long.iterations, steps.1 + ordinary.iterations);
        near(long.log_likelihood, ordinary.log_likelihood, 1e-6);
        for item in 0..judgements.items() {
            let both =
                long.consensus.posterior(item).iter().zip(ordinary.consensus.posterior(item));
            both.for_each(|(long, ordinary)| near(*long, *ordinary, 1e-4));
        }
    }
    assert!(2 * steps.0 < steps.1, "{steps:?}");
}

/// Five thousand judgements of one item: the product of their probabilities is far under the
/// smallest number.
#[test]
fn many_judgements_of_one_item_do_not_underflow() {
    let mut made = Vec::new();
    for reviewer in 0..5_000 {
        // Three in five are for the second category on the first item, and right on the others.
        made.push(Judgement { item: 0, reviewer, category: u32::from(reviewer % 5 < 3) });
        for item in 1..5 {
            made.push(Judgement {
                item,
                reviewer,
                category: (item + u32::from(reviewer % 5 > 3)) % 2,
            });
        }
    }
    let judgements = Judgements::new(made, 2);
    let smoothing = Smoothing::new(1.0).unwrap();
    let found = dawid_skene(&judgements, &DawidSkeneSettings { smoothing, ..exact() });
    assert!(found.converged && found.log_likelihood < -4_000.0, "{}", found.log_likelihood);
    let mut by_hand = 0.0;
    for item in 0..judgements.items() {
        let log = |truth: usize| {
            let said = judgements.of_item(item).iter().map(|one| {
                let (reviewer, said) = (one.reviewer as usize, one.category as usize);
                found.confusions.probability(reviewer, truth, said).ln()
            });
            found.prior[truth].ln() + said.sum::<f64>()
        };
        let (first, second) = (log(0), log(1));
        let highest = first.max(second);
        let sum = (first - highest).exp() + (second - highest).exp();
        near(found.consensus.posterior(item)[1], (second - highest).exp() / sum, 1e-9);
        by_hand += highest + sum.ln();
    }
    near(found.log_likelihood, by_hand, 1e-6);
}
