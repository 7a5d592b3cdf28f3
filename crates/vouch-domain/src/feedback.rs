//! One value of one metric, given by someone about a log, a chain or a conversation.
//!
//! Append-only: the newest by the same author on the same metric counts, the older stay
//! readable; a retraction is appended too.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Time;
use crate::actor::{Actor, Source};
use crate::id::{FeedbackId, LogId, ProjectId};
use crate::metric::MetricValue;

/// What the feedback is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FeedbackTarget {
    /// One log.
    LogId(LogId),
    /// All calls of one chain.
    ChainId(String),
    /// All calls of one conversation.
    ConversationId(String),
}

impl FeedbackTarget {
    /// The log, where the target is one.
    pub const fn log(&self) -> Option<LogId> {
        match self {
            Self::LogId(id) => Some(*id),
            _ => None,
        }
    }
}

/// A feedback as it came, before its value was checked against its metric.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFeedback {
    /// Its id.
    pub id: FeedbackId,
    /// Its tenant.
    pub project: ProjectId,
    /// When it came.
    pub at: Time,
    /// Who gave it.
    pub author: Actor,
    /// What kind of author that is.
    pub source: Source,
    /// What it is about.
    pub target: FeedbackTarget,
    /// The metric's name.
    pub name: String,
    /// The value, not yet checked.
    pub value: Value,
    /// A remark.
    pub comment: Option<String>,
    /// The answer as it should be.
    pub correction: Option<String>,
}

/// A feedback that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Feedback {
    /// Its id.
    pub id: FeedbackId,
    /// When it came.
    pub created_at: Time,
    /// Who gave it.
    pub author: Actor,
    /// The author's name as people know it, where there is one.
    #[serde(default)]
    pub author_name: Option<String>,
    /// What kind of author that is.
    pub source: Source,
    /// What it is about.
    #[serde(flatten)]
    pub target: FeedbackTarget,
    /// The metric's name.
    pub name: String,
    /// The value.
    pub value: MetricValue,
    /// A remark.
    pub comment: Option<String>,
    /// The answer as it should be.
    pub correction: Option<String>,
    /// Whether it counts: neither retracted nor followed by a newer one of the same author.
    pub counts: bool,
    /// When it was taken back, where it was.
    pub retracted_at: Option<Time>,
}

/// What people said of a log, in short. Only feedback that counts is counted.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedbackTally {
    /// How many thumbs up.
    pub thumbs_up: u32,
    /// How many thumbs down.
    pub thumbs_down: u32,
    /// The mean of the scores (0-100) of the heaviest source that gave one.
    pub score: Option<f64>,
    /// How many feedbacks in all.
    pub count: u32,
    /// Whether someone wrote a correction.
    pub has_correction: bool,
}

/// Which of a target's feedbacks count: for each author and metric the newest that was not
/// retracted. `history` is in any order; ids give the order of time.
pub fn counting(history: &[Feedback]) -> Vec<FeedbackId> {
    let mut newest: HashMap<(&Actor, &str), &Feedback> = HashMap::new();
    for feedback in history.iter().filter(|f| f.retracted_at.is_none()) {
        let slot = newest.entry((&feedback.author, &feedback.name)).or_insert(feedback);
        if (feedback.created_at, feedback.id) > (slot.created_at, slot.id) {
            *slot = feedback;
        }
    }
    let mut ids: Vec<_> = newest.into_values().map(|f| f.id).collect();
    ids.sort_unstable();
    ids
}

impl FeedbackTally {
    /// The tally of a log's feedback; only what counts is counted.
    pub fn of(history: &[Feedback]) -> Self {
        let counted = || history.iter().filter(|f| f.counts);
        let mut tally = Self::default();
        for feedback in counted() {
            tally.count += 1;
            tally.has_correction |= feedback.correction.is_some() || feedback.name == "correction";
            if let ("thumbs", MetricValue::Boolean(up)) = (feedback.name.as_str(), &feedback.value)
            {
                if *up {
                    tally.thumbs_up += 1;
                } else {
                    tally.thumbs_down += 1;
                }
            }
        }
        let scores = || counted().filter(|f| f.name == "score");
        if let Some(heaviest) = scores().map(|f| f.source.weight()).max() {
            let values: Vec<f64> = scores()
                .filter(|f| f.source.weight() == heaviest)
                .filter_map(|f| f.value.number())
                .collect();
            let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
            tally.score = (count > 0).then(|| values.iter().sum::<f64>() / f64::from(count));
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(n: u8, who: &str, source: Source, name: &str, value: MetricValue) -> Feedback {
        let at = Time::from_micros(i64::from(n) * 1_000_000);
        Feedback {
            id: FeedbackId::new(at, [n; 10]),
            created_at: at,
            author: Actor::EndUser(who.into()),
            author_name: None,
            source,
            target: FeedbackTarget::ChainId("c".into()),
            name: name.into(),
            value,
            comment: None,
            correction: None,
            counts: true,
            retracted_at: None,
        }
    }

    fn settle(mut history: Vec<Feedback>) -> Vec<Feedback> {
        let ids = counting(&history);
        for f in &mut history {
            f.counts = ids.contains(&f.id);
        }
        history
    }

    #[test]
    fn the_newest_by_the_same_author_counts() {
        let history = settle(vec![
            given(1, "ann", Source::EndUser, "thumbs", MetricValue::Boolean(true)),
            given(2, "ann", Source::EndUser, "thumbs", MetricValue::Boolean(false)),
            given(3, "bob", Source::EndUser, "thumbs", MetricValue::Boolean(true)),
        ]);
        let tally = FeedbackTally::of(&history);
        assert_eq!((tally.thumbs_up, tally.thumbs_down, tally.count), (1, 1, 2));
    }

    #[test]
    fn a_retraction_brings_the_older_one_back() {
        let mut history = vec![
            given(1, "ann", Source::EndUser, "thumbs", MetricValue::Boolean(true)),
            given(2, "ann", Source::EndUser, "thumbs", MetricValue::Boolean(false)),
        ];
        history[1].retracted_at = Some(Time::from_micros(3));
        assert_eq!(FeedbackTally::of(&settle(history)).thumbs_up, 1);
    }

    #[test]
    fn a_reviewers_score_outranks_a_judges() {
        let history = settle(vec![
            given(1, "judge", Source::Judge, "score", MetricValue::Number(10.0)),
            given(2, "ann", Source::Reviewer, "score", MetricValue::Number(80.0)),
            given(3, "bob", Source::Reviewers, "score", MetricValue::Number(60.0)),
        ]);
        assert_eq!(FeedbackTally::of(&history).score, Some(70.0));
    }
}
