//! How the answers to one question become one, by kind.

mod category;
mod options;
mod scale;
mod whole;

pub(crate) use category::Category;
pub(crate) use options::Options;
pub(crate) use scale::Scale;
pub(crate) use whole::Whole;

use std::collections::{BTreeMap, BTreeSet};

use vouch_domain::review::{ConsensusMethod, ConsensusRule, Tie};
use vouch_stats::Judgements;
use vouch_stats::consensus::{
    Consensus, DawidSkeneSettings, MaceSettings, OneCoinSettings, TieRule, dawid_skene, mace,
    majority, one_coin,
};

use crate::opinions::Opinions;

/// How many answers a reviewer gave, how good they are, and how much higher they rate.
pub(crate) type Standing = (usize, Option<f64>, Option<f64>);

/// A tie is none in the statistics: who spoke first is asked afterwards.
const TIE: TieRule = TieRule::Undecided;

/// Runs a method.
fn run(judgements: &Judgements, method: ConsensusMethod) -> Consensus {
    match method {
        ConsensusMethod::Majority => majority(judgements),
        ConsensusMethod::DawidSkene => {
            dawid_skene(judgements, &DawidSkeneSettings::default()).consensus
        }
        ConsensusMethod::OneCoin => one_coin(judgements, &OneCoinSettings::default()).consensus,
        ConsensusMethod::Mace => mace(judgements, &MaceSettings::default()).consensus,
    }
}

/// Of the tasks that are tied, the answers in the order in which they were given; none where a tie
/// is for a person.
fn in_order(
    opinions: &Opinions,
    key: &str,
    rule: ConsensusRule,
    tied: &BTreeSet<u32>,
) -> BTreeMap<u32, Vec<u32>> {
    let mut given: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    if rule.tie == Tie::First && !tied.is_empty() {
        for said in opinions.said(key).filter(|said| tied.contains(&said.task)) {
            given.entry(said.task).or_default().push(said.value);
        }
    }
    given
}
