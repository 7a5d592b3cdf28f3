//! Adult content: 92,721 judgements G, P, R, X by 825 workers on 11,040 web sites, some of them
//! repeated by the same worker; 1,517 with a truth (Ipeirotis, Provost & Wang 2010).

use vouch_stats::consensus::{
    Consensus, DawidSkeneSettings, MaceSettings, OneCoinSettings, TieRule, dawid_skene, mace,
    majority, one_coin,
};
use vouch_stats::judgements::Names;
use vouch_stats::{Judgement, Judgements};

use crate::{accuracy, shared};

#[test]
fn sites_are_rated_with_repeats_and_without() {
    let (Some(labels), Some(gold)) = (
        shared("annotation/adult-content/labels.txt"),
        shared("annotation/adult-content/gold.txt"),
    ) else {
        return;
    };
    let category = |name: &str| u32::try_from("GPRX".find(name).unwrap()).unwrap();
    let (mut sites, mut workers) = (Names::default(), Names::default());
    let mut made = Vec::new();
    for line in labels.lines() {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap().to_owned();
        let (worker, site, said) = (field(), field(), field());
        let (item, reviewer) = (sites.number(&site).unwrap(), workers.number(&worker).unwrap());
        made.push(Judgement { item, reviewer, category: category(&said) });
    }
    assert_eq!((made.len(), sites.names().len(), workers.names().len()), (92_721, 11_040, 825));
    let judged = sites.names().len();
    let truth: Vec<(usize, u32)> = gold
        .lines()
        .map(|line| line.split_once('\t').unwrap())
        .map(|(site, truth)| (sites.number(&site.to_owned()).unwrap() as usize, category(truth)))
        .filter(|(site, _)| *site < judged)
        .collect();
    let newest = Judgements::new(made.clone(), 4);
    let all = Judgements::keeping_repeats(made, 4);
    println!("{} sites with truth, {} judgements replaced", truth.len(), newest.replaced());
    for (name, judgements) in [("newest", newest), ("all", all)] {
        let settings = DawidSkeneSettings::default();
        let found = dawid_skene(&judgements, &settings);
        assert!(found.converged);
        let coin = one_coin(&judgements, &OneCoinSettings::default());
        let guess = mace(&judgements, &MaceSettings { restarts: 2, ..MaceSettings::default() });
        let of = |consensus: &Consensus| accuracy(consensus, &truth, TieRule::First);
        let (votes, full) = (of(&majority(&judgements)), of(&found.consensus));
        let (coin, guess) = (of(&coin.consensus), of(&guess.consensus));
        println!(
            "{name}: majority {votes:.4}, Dawid-Skene {full:.4} in {}, one-coin {coin:.4}, MACE {guess:.4}",
            found.iterations
        );
        assert!(votes > 0.7 && full > 0.7 && coin > 0.7 && guess > 0.7);
    }
}
