//! Ratings and numbers: their median or mean, and who rates higher than the others.

use std::collections::BTreeMap;

use serde_json::Value;
use vouch_domain::review::{ConsensusRule, Question, ScaleRule, scaled};
use vouch_stats::consensus::scale::{Rating, Ratings, ScaleConsensus, summarise};

use super::Standing;
use crate::consensus::Told;
use crate::opinions::Opinions;

/// A summary of each task's numbers.
pub(crate) struct Scale {
    rule: ScaleRule,
    ratings: Ratings,
    consensus: ScaleConsensus,
}

impl Scale {
    pub(crate) fn of(opinions: &Opinions, question: &Question, rule: ConsensusRule) -> Self {
        let values = opinions.values(&question.key).iter();
        let values: Vec<Option<f64>> = values.map(|text| text.parse().ok()).collect();
        let rated = opinions.said(&question.key).filter_map(|said| {
            let value = values[said.value as usize]?;
            Some(Rating { item: said.task, reviewer: said.user, value })
        });
        // Answers are checked: none is infinite, or larger than can be summed.
        let ratings = Ratings::new(rated.collect()).unwrap_or_default();
        let consensus = summarise(&ratings);
        Self { rule: rule.scale, ratings, consensus }
    }

    pub(crate) fn task(&self, number: usize) -> Option<Told> {
        let summary = (*self.consensus.items.get(number)?)?;
        let ratings = self.ratings.of_item(number);
        let given: Vec<Value> = ratings.iter().map(|one| number_value(one.value)).collect();
        let mut shares: BTreeMap<String, f64> = BTreeMap::new();
        let each = 1.0 / f64::from(u32::try_from(given.len()).unwrap_or(u32::MAX));
        for value in &given {
            *shares.entry(value.to_string()).or_default() += each;
        }
        let said = ratings.iter().zip(&given);
        let said = said.map(|(one, value)| (one.reviewer, value.to_string(), None));
        let told = Told::new(scaled(given.iter(), self.rule), shares, said.collect());
        Some(Told { deviation: summary.deviation, ..told })
    }

    pub(crate) fn qualities(&self) -> Vec<Standing> {
        self.consensus.reviewers.iter().map(|one| (one.ratings, None, one.bias)).collect()
    }
}

/// The number, whole where it is.
fn number_value(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
    let whole = (value.fract().abs() < f64::EPSILON && value.abs() < 1e12).then_some(value as i64);
    whole.map_or_else(|| Value::from(value), Value::from)
}
