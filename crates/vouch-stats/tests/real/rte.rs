//! Textual entailment: 8,000 judgements by 164 workers on 800 pairs (Snow, O'Connor, Jurafsky & Ng
//! 2008, "Cheap and fast - but is it good?").

use vouch_stats::consensus::overlap::{Experience, Next, Overlap};
use vouch_stats::consensus::{
    DawidSkene, DawidSkeneSettings, MaceSettings, OneCoinSettings, Stop, TieRule, dawid_skene,
    mace, majority, one_coin,
};
use vouch_stats::{Judgement, Judgements};

use crate::{accuracy, csv, four_digits, shared};

type Truth = Vec<(usize, u32)>;

/// The judgements in the order in which they were made, and the truth.
fn rte() -> Option<(Vec<Judgement>, Truth)> {
    let (labels, truth) =
        (shared("annotation/rte/label.csv")?, shared("annotation/rte/truth.csv")?);
    let number = |text: &String| text.parse::<u32>().expect("numbers");
    let judgement = |row: &Vec<String>| Judgement {
        item: number(&row[0]),
        reviewer: number(&row[1]),
        category: number(&row[2]),
    };
    let made: Vec<Judgement> = csv::records(&labels).iter().map(judgement).collect();
    let truth = csv::records(&truth);
    let truth: Truth =
        truth.iter().map(|row| (number(&row[0]) as usize, number(&row[1]))).collect();
    assert_eq!((made.len(), truth.len()), (8_000, 800));
    Some((made, truth))
}

#[test]
fn the_majority_depends_on_the_tie_rule() {
    let Some((made, truth)) = rte() else { return };
    let consensus = majority(&Judgements::new(made, 2));
    four_digits(accuracy(&consensus, &truth, TieRule::First), 0.91875);
    let ties = consensus.answers(TieRule::Undecided).iter().filter(|one| one.is_none()).count();
    assert_eq!(ties, 65);
    four_digits(accuracy(&consensus, &truth, TieRule::Undecided), 0.85625);
    let coins = (0..50).map(|seed| accuracy(&consensus, &truth, TieRule::Random { seed }));
    let mean = coins.sum::<f64>() / 50.0;
    println!("majority with ties by chance: {mean:.4}");
    assert!((0.892..0.902).contains(&mean), "{mean}");
}

#[test]
fn who_is_believed_makes_it_better() {
    let Some((made, truth)) = rte() else { return };
    let judgements = Judgements::new(made, 2);
    let found = dawid_skene(&judgements, &DawidSkeneSettings::default());
    assert!(found.converged);
    four_digits(accuracy(&found.consensus, &truth, TieRule::Undecided), 0.9275);
    let coin = one_coin(&judgements, &OneCoinSettings::default());
    assert!(coin.converged);
    let guess = mace(&judgements, &MaceSettings::default());
    assert!(guess.converged);
    let coin = accuracy(&coin.consensus, &truth, TieRule::Undecided);
    let guess = accuracy(&guess.consensus, &truth, TieRule::Undecided);
    println!("one-coin {coin:.4}, MACE {guess:.4}");
    assert!(coin > 0.92 && guess > 0.92, "{coin} {guess}");
}

/// Long steps are taken for time alone: the likelihood and every answer are those of the algorithm
/// as printed.
#[test]
fn long_steps_end_where_ordinary_ones_do() {
    let Some((made, _)) = rte() else { return };
    let judgements = Judgements::new(made, 2);
    let stop = Stop::new(1e-9, 100_000).unwrap();
    let run = |accelerated| {
        let settings = DawidSkeneSettings { accelerated, stop, ..DawidSkeneSettings::default() };
        dawid_skene(&judgements, &settings)
    };
    let (long, ordinary) = (run(true), run(false));
    println!("{} steps instead of {}", long.iterations, ordinary.iterations);
    assert!(long.converged && ordinary.converged && long.iterations < ordinary.iterations);
    assert!((long.log_likelihood - ordinary.log_likelihood).abs() < 1e-6);
    let answers = |found: &DawidSkene| found.consensus.answers(TieRule::Undecided);
    assert_eq!(answers(&long), answers(&ordinary));
}

/// Plays a queue: every item gets three reviewers, then one more in each round in which it is not
/// sure, in the order in which the workers came. What is known of the reviewers is only what was
/// judged so far.
#[test]
fn adaptive_overlap_keeps_the_accuracy_with_fewer_judgements() {
    let Some((made, truth)) = rte() else { return };
    let mut waiting: Vec<Vec<Judgement>> = vec![Vec::new(); truth.len()];
    made.iter().rev().for_each(|one| waiting[one.item as usize].push(*one));
    let overlap = Overlap::new(3, 10, 0.98).unwrap();
    let assumed = Experience::none(2, 0.75).unwrap();
    let mut experience = assumed.clone();
    let mut taken: Vec<Vec<Judgement>> = vec![Vec::new(); truth.len()];
    loop {
        let mut asked = 0;
        for (taken, waiting) in taken.iter_mut().zip(&mut waiting) {
            let said: Vec<(u32, u32)> =
                taken.iter().map(|one| (one.reviewer, one.category)).collect();
            let posterior = experience.posterior(&said);
            if overlap.next(&posterior, u32::try_from(said.len()).unwrap()) == Next::Ask {
                taken.push(waiting.pop().expect("ten judged each item"));
                asked += 1;
            }
        }
        if asked == 0 {
            break;
        }
        let found =
            dawid_skene(&Judgements::new(taken.concat(), 2), &DawidSkeneSettings::default());
        experience = assumed.after(&found, Experience::WEIGHT);
    }
    let judgements = taken.concat();
    let used = judgements.len();
    let found = dawid_skene(&Judgements::new(judgements, 2), &DawidSkeneSettings::default());
    let adaptive = accuracy(&found.consensus, &truth, TieRule::Undecided);
    // As many judgements, spread evenly.
    let each = used.div_ceil(truth.len());
    let even = made.chunks(10).flat_map(|of_item| &of_item[..each]).copied().collect();
    let even = dawid_skene(&Judgements::new(even, 2), &DawidSkeneSettings::default());
    let even = accuracy(&even.consensus, &truth, TieRule::Undecided);
    println!("{used} judgements of 8,000: {adaptive:.4}; {each} on each item: {even:.4}");
    assert!(used < 5_000, "{used}");
    assert!(adaptive >= 0.92 && adaptive > even, "{adaptive} {even}");
}
