//! One answer out of several: by the posterior of a method.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use vouch_domain::review::{ConsensusRule, Found, Question, QuestionKind};
use vouch_stats::consensus::Consensus;

use super::{Standing, TIE, in_order, run};
use crate::consensus::{Confusion, Told};
use crate::opinions::Opinions;
use crate::topic::Topic;

/// The posterior of each answer.
pub(crate) struct Category {
    topic: Topic,
    consensus: Consensus,
    /// What is taken where there is a tie.
    first: BTreeMap<u32, u32>,
}

/// As [`vouch_stats::consensus::TieRule`] has it.
const SAME: f64 = 1e-9;

impl Category {
    pub(crate) fn of(
        opinions: &Opinions,
        question: &Question,
        rule: ConsensusRule,
    ) -> Option<Self> {
        let topic = Topic::of(opinions, question)?;
        let consensus = run(&topic.judgements, rule.method);
        let is_tied =
            |n: &usize| consensus.judgements_of(*n) > 0 && consensus.answer(*n, TIE).is_none();
        let tied: BTreeSet<u32> = (0_u32..)
            .zip(0..consensus.items())
            .filter(|(_, n)| is_tied(n))
            .map(|(task, _)| task)
            .collect();
        let values = opinions.values(&question.key);
        let label = |value: &u32| topic.labels.iter().position(|l| **l == *values[*value as usize]);
        let mut first = BTreeMap::new();
        for (task, given) in in_order(opinions, &question.key, rule, &tied) {
            let posterior = consensus.posterior(task as usize);
            let largest = posterior.iter().copied().fold(0.0, f64::max);
            let likeliest = |category: &usize| posterior[*category] >= largest - SAME;
            let taken = given.iter().filter_map(label).find(likeliest);
            if let Some(taken) = taken.and_then(|category| u32::try_from(category).ok()) {
                first.insert(task, taken);
            }
        }
        Some(Self { topic, consensus, first })
    }

    fn answer(&self, number: usize) -> Option<u32> {
        let tied = || self.first.get(&u32::try_from(number).ok()?).copied();
        self.consensus.answer(number, TIE).or_else(tied)
    }

    fn is_judged(&self, number: usize) -> bool {
        number < self.consensus.items() && self.consensus.judgements_of(number) > 0
    }

    fn value(&self, kind: &QuestionKind, category: u32) -> Value {
        let label = self.topic.labels[category as usize].as_str();
        match kind {
            QuestionKind::Thumbs | QuestionKind::YesNo => Value::Bool(label == "true"),
            _ => Value::from(label),
        }
    }

    pub(crate) fn task(&self, kind: &QuestionKind, number: usize) -> Option<Told> {
        if !self.is_judged(number) {
            return None;
        }
        let label = |category: u32| self.topic.labels[category as usize].clone();
        let posterior = (0..).zip(self.consensus.posterior(number));
        let contributions = self.consensus.contributions(&self.topic.judgements, number);
        Some(Told::new(
            self.answer(number).map(|category| self.value(kind, category)),
            posterior.map(|(category, p)| (label(category), *p)).collect(),
            contributions.map(|one| (one.reviewer, label(one.category), one.quality)).collect(),
        ))
    }

    pub(crate) fn found(&self, kind: &QuestionKind, number: usize) -> Option<Found> {
        if !self.is_judged(number) {
            return None;
        }
        let answer = self.answer(number).map(|category| self.value(kind, category));
        let posterior = self.consensus.posterior(number).iter().copied().fold(0.0, f64::max);
        Some(Found { answer, posterior })
    }

    pub(crate) fn qualities(&self) -> Vec<Standing> {
        let all = self.consensus.reviewers().iter();
        all.map(|standing| (standing.judgements, standing.quality, None)).collect()
    }

    pub(crate) fn confusion(&self, reviewer: usize) -> Confusion {
        let size = self.topic.labels.len();
        let mut counts = vec![vec![0_u64; size]; size];
        let theirs = self.topic.judgements.all().iter();
        for one in theirs.filter(|one| one.reviewer as usize == reviewer) {
            if let Some(answer) = self.answer(one.item as usize) {
                counts[one.category as usize][answer as usize] += 1;
            }
        }
        Confusion { labels: self.topic.labels.clone(), counts }
    }
}
