//! addMetrics: what an application adds to a log afterwards.

use serde::Serialize;
use serde_json::Value;

use crate::message::{Choice, Message, Performance, Usage};
use crate::request::request;

request! {
    /// What `add_metrics` adds to a log.
    Metrics {
        /// A JSON object, merged by key; the newest value of a key wins, its history is kept.
        metadata: Value,
        /// Fills an absent chain.
        chain_id: String,
        /// Fills an absent conversation.
        conversation_id: String,
        /// Fills an absent user.
        user_id: String,
        /// Tokens used.
        usage: Usage,
        /// How long it took.
        performance: Performance,
        /// Fills an absent input.
        messages: Vec<Message>,
        /// Fills an absent output.
        choices: Vec<Choice>,
    }
    apart {
        #[serde(skip_serializing_if = "Option::is_none")]
        feedback: Option<Score>,
    }
}

impl Metrics {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The metric `score`, from 0 to 100 (`feedback.score` on the wire).
    pub fn score(mut self, score: impl Into<f64>) -> Self {
        self.feedback = Some(Score { score: score.into() });
        self
    }
}

/// A score that comes along with a log or its metrics.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Score {
    pub(crate) score: f64,
}
