//! What people think, and how it is sent.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::request::request;

/// A value of a metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FeedbackValue {
    /// Of a boolean metric: thumbs are.
    Boolean(bool),
    /// Of a number metric.
    Number(f64),
    /// Of a category or text metric.
    Text(String),
    /// Of a multi-category metric.
    Words(Vec<String>),
}

impl From<bool> for FeedbackValue {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<f64> for FeedbackValue {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for FeedbackValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for FeedbackValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<const N: usize> From<[&str; N]> for FeedbackValue {
    fn from(words: [&str; N]) -> Self {
        Self::Words(words.map(str::to_owned).to_vec())
    }
}

impl From<Vec<String>> for FeedbackValue {
    fn from(words: Vec<String>) -> Self {
        Self::Words(words)
    }
}

/// What kind of author a feedback comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// A program on its own account.
    Program,
    /// A model or program that judges.
    Judge,
    /// The application's user.
    EndUser,
    /// A person who is signed in.
    Reviewer,
    /// The reviewers of a queue together: only read, never given.
    Reviewers,
}

request! {
    /// What someone thinks: thumbs, a score, any metric, a correction, a comment.
    Opinion {
        /// The metric `thumbs`: up or down.
        thumbs: bool,
        /// The metric `score`: 0 to 100.
        score: f64,
        /// The answer as it should be. Alone it is a feedback on the metric `correction`.
        correction: String,
        /// A remark. Alone it is a feedback on the metric `comment`.
        comment: String,
        /// The application's user who gave it.
        user_id: String,
        /// What kind of author; by itself the end user with a `user_id`, else the program.
        source: Source,
    }
    apart {
        #[serde(skip)]
        metric: Option<(String, FeedbackValue)>,
    }
}

impl Opinion {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Any metric by its name.
    pub fn metric(mut self, name: impl Into<String>, value: impl Into<FeedbackValue>) -> Self {
        self.metric = Some((name.into(), value.into()));
        self
    }

    /// About this log, which need not be there yet.
    pub fn on_log(self, log_id: impl Into<String>) -> NewFeedback {
        NewFeedback { target: Target::Log(log_id.into()), opinion: self }
    }

    /// About all calls of this chain.
    pub fn on_chain(self, chain_id: impl Into<String>) -> NewFeedback {
        NewFeedback { target: Target::Chain(chain_id.into()), opinion: self }
    }

    /// About all calls of this conversation.
    pub fn on_conversation(self, conversation_id: impl Into<String>) -> NewFeedback {
        NewFeedback { target: Target::Conversation(conversation_id.into()), opinion: self }
    }
}

/// An opinion with what it is about: [`Opinion::on_log`], [`Opinion::on_chain`] and
/// [`Opinion::on_conversation`] make it.
#[derive(Debug, Clone)]
#[must_use = "feedback does nothing until it is sent"]
pub struct NewFeedback {
    target: Target,
    opinion: Opinion,
}

#[derive(Debug, Clone, Serialize)]
enum Target {
    #[serde(rename = "log_id")]
    Log(String),
    #[serde(rename = "chain_id")]
    Chain(String),
    #[serde(rename = "conversation_id")]
    Conversation(String),
}

/// One feedback as the server takes it.
#[derive(Debug, Serialize)]
pub(crate) struct WireFeedback {
    #[serde(flatten)]
    target: Target,
    name: String,
    value: FeedbackValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
}

impl NewFeedback {
    /// The feedbacks that it stands for.
    ///
    /// Thumbs, score and a metric are a feedback each; comment and correction go with the first.
    /// A correction or a comment alone is a feedback on the metric of that name.
    pub(crate) fn wire(self) -> Result<Vec<WireFeedback>> {
        let Self { target, opinion } = self;
        let (mut comment, mut correction) = (opinion.comment, opinion.correction);
        let named = |name: &str, value: FeedbackValue| (name.to_owned(), value);
        let mut values: Vec<_> = [
            opinion.thumbs.map(|up| named("thumbs", up.into())),
            opinion.score.map(|score| named("score", score.into())),
            opinion.metric,
        ]
        .into_iter()
        .flatten()
        .collect();
        if values.is_empty() {
            let alone = match (correction.take(), comment.take()) {
                (Some(text), remark) => {
                    comment = remark;
                    named("correction", text.into())
                }
                (None, Some(text)) => named("comment", text.into()),
                (None, None) => {
                    let what =
                        "an opinion needs thumbs, a score, a metric, a correction or a comment";
                    return Err(Error::Usage(what.to_owned()));
                }
            };
            values.push(alone);
        }
        let wire = |(name, value)| WireFeedback {
            target: target.clone(),
            name,
            value,
            comment: comment.take(),
            correction: correction.take(),
            user_id: opinion.user_id.clone(),
            source: opinion.source,
        };
        Ok(values.into_iter().map(wire).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(opinion: Opinion, wire: &Value) {
        let made = opinion.on_chain("c").wire().unwrap();
        assert_eq!(&serde_json::to_value(made).unwrap(), wire);
    }

    #[test]
    fn opinions_become_feedback() {
        check(
            Opinion::new().thumbs(true).score(80.0).comment("good"),
            &json!([
                {"chain_id": "c", "name": "thumbs", "value": true, "comment": "good"},
                {"chain_id": "c", "name": "score", "value": 80.0}
            ]),
        );
        check(
            Opinion::new().metric("defects", ["spelling"]).source(Source::Judge),
            &json!([{"chain_id": "c", "name": "defects", "value": ["spelling"], "source": "judge"}]),
        );
        check(
            Opinion::new().correction("Delft").comment("a slip"),
            &json!([{"chain_id": "c", "name": "correction", "value": "Delft", "comment": "a slip"}]),
        );
        check(
            Opinion::new().comment("hm").user_id("ann"),
            &json!([{"chain_id": "c", "name": "comment", "value": "hm", "user_id": "ann"}]),
        );
        check(
            Opinion::new().thumbs(false).correction("Delft"),
            &json!([{"chain_id": "c", "name": "thumbs", "value": false, "correction": "Delft"}]),
        );
    }

    #[test]
    fn an_opinion_must_say_something() {
        let nothing = Opinion::new().user_id("ann").on_log("log_1").wire();
        assert!(matches!(nothing, Err(Error::Usage(_))));
    }
}
