//! Several options at once: each is a question of its own, answered by a method.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use vouch_domain::review::{ConsensusRule, Found, Question, QuestionKind};
use vouch_stats::consensus::selection::{Selected, Selection, Selections, per_option};

use super::{Standing, TIE, in_order, run};
use crate::consensus::Told;
use crate::opinions::Opinions;

/// The probability of each option.
pub(crate) struct Options {
    keys: Vec<String>,
    is_checklist: bool,
    selections: Selections,
    selected: Selected,
    /// Where an option is tied: what who spoke first chose.
    first: BTreeMap<u32, BTreeSet<u32>>,
}

impl Options {
    pub(crate) fn of(opinions: &Opinions, question: &Question, rule: ConsensusRule) -> Self {
        let keys: Vec<String> =
            question.kind.options().iter().map(|option| option.key.clone()).collect();
        let is_checklist = matches!(question.kind, QuestionKind::Checklist { .. });
        let chosen: Vec<BTreeSet<u32>> =
            opinions.values(&question.key).iter().map(|text| chosen(text, &keys)).collect();
        let made = opinions.said(&question.key).map(|said| Selection {
            item: said.task,
            reviewer: said.user,
            options: chosen[said.value as usize].clone(),
        });
        let count = u32::try_from(keys.len()).unwrap_or(0);
        let selections = Selections::new(made.collect(), count);
        let selected = per_option(&selections, |one| run(one, rule.method));
        let tasks = selections.all().iter().map(|one| one.item);
        let tied: BTreeSet<u32> =
            tasks.filter(|task| selected.answer(*task as usize, TIE).is_none()).collect();
        let first = in_order(opinions, &question.key, rule, &tied).into_iter();
        let first = first
            .filter_map(|(task, given)| Some((task, chosen[*given.first()? as usize].clone())));
        let first = first.collect();
        Self { keys, is_checklist, selections, selected, first }
    }

    /// The selections about a task, by reviewer.
    fn of_task(&self, number: usize) -> &[Selection] {
        let all = self.selections.all();
        let from = all.partition_point(|one| (one.item as usize) < number);
        let to = all.partition_point(|one| one.item as usize <= number);
        &all[from..to]
    }

    /// Whether an option is chosen; `None` for a tie.
    fn is_chosen(&self, number: usize, option: usize) -> Option<bool> {
        self.selected.is_chosen(number, option, TIE).or_else(|| {
            let first = self.first.get(&u32::try_from(number).ok()?)?;
            Some(first.contains(&u32::try_from(option).ok()?))
        })
    }

    fn value(&self, number: usize) -> Option<Value> {
        let ticks = self.keys.iter().enumerate();
        let ticks = ticks.map(|(option, key)| Some((key, self.is_chosen(number, option)?)));
        let ticks: Vec<(&String, bool)> = ticks.collect::<Option<_>>()?;
        Some(if self.is_checklist {
            let all = ticks.into_iter().map(|(key, ticked)| (key.clone(), Value::Bool(ticked)));
            Value::Object(all.collect::<Map<_, _>>())
        } else {
            let chosen = ticks.into_iter().filter(|(_, ticked)| *ticked);
            chosen.map(|(key, _)| Value::from(key.as_str())).collect()
        })
    }

    /// How good each reviewer is, on average over the options.
    fn quality(&self, reviewer: usize) -> Option<f64> {
        let of_option = |consensus: &vouch_stats::consensus::Consensus| {
            consensus.reviewers().get(reviewer).and_then(|standing| standing.quality)
        };
        let all: Vec<f64> = self.selected.options().iter().filter_map(of_option).collect();
        let count = u32::try_from(all.len()).unwrap_or(u32::MAX);
        (count > 0).then(|| all.iter().sum::<f64>() / f64::from(count))
    }

    pub(crate) fn task(&self, number: usize) -> Option<Told> {
        let answered = self.of_task(number);
        if answered.is_empty() {
            return None;
        }
        let posterior = self.keys.iter().enumerate();
        let posterior =
            posterior.map(|(n, key)| (key.clone(), self.selected.probability(number, n)));
        let said = |one: &Selection| {
            let keys: Vec<&str> = one
                .options
                .iter()
                .filter_map(|option| self.keys.get(*option as usize))
                .map(String::as_str)
                .collect();
            (one.reviewer, keys.join(", "), self.quality(one.reviewer as usize))
        };
        Some(Told::new(
            self.value(number),
            posterior.collect(),
            answered.iter().map(said).collect(),
        ))
    }

    pub(crate) fn found(&self, number: usize) -> Option<Found> {
        if self.of_task(number).is_empty() {
            return None;
        }
        let sure = |option| {
            let p = self.selected.probability(number, option);
            p.max(1.0 - p)
        };
        let posterior = (0..self.keys.len()).map(sure).fold(1.0, f64::min);
        Some(Found { answer: self.value(number), posterior })
    }

    pub(crate) fn qualities(&self) -> Vec<Standing> {
        let Some(first) = self.selected.options().first() else { return Vec::new() };
        let all = first.reviewers().iter().enumerate();
        all.map(|(n, standing)| (standing.judgements, self.quality(n), None)).collect()
    }
}

/// The options that an answer chooses, by number.
fn chosen(text: &str, keys: &[String]) -> BTreeSet<u32> {
    let answer: Value = serde_json::from_str(text).unwrap_or_default();
    let has = |key: &str| match &answer {
        Value::Array(all) => all.iter().any(|one| one == key),
        Value::Object(all) => all.get(key) == Some(&Value::Bool(true)),
        _ => false,
    };
    (0..).zip(keys).filter(|(_, key)| has(key)).map(|(number, _)| number).collect()
}
