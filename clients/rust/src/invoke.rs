//! Calling a deployment, and what it answered.

use serde::Deserialize;
use serde_json::Value;

use crate::client::Vouch;
use crate::error::Result;
use crate::log::{FeedbackKept, MetricsAdded};
use crate::message::{Choice, Message, Usage};
use crate::metrics::Metrics;
use crate::opinion::Opinion;
use crate::request::request;

request! {
    /// A call of a deployment by its key.
    Invoke {
        /// A JSON object: variables of the prompt template.
        inputs: Value,
        /// Go after the template's messages.
        messages: Vec<Message>,
        /// Go after the template's system messages, before its others.
        prefix_messages: Vec<Message>,
        /// A JSON object: what chooses the variant, e.g. `{"environments": ["production"]}`.
        context: Value,
        /// A JSON object: wins over the variant's parameters, e.g. `{"temperature": 0}`.
        extra_params: Value,
        /// A JSON object: the log's metadata.
        metadata: Value,
        /// The log's chain.
        chain_id: String,
        /// The log's conversation.
        conversation_id: String,
        /// The log's user.
        user_id: String,
    }
    apart {
        key: String,
    }
}

impl Invoke {
    /// A call of the deployment with this key.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), ..Self::default() }
    }
}

/// An answer as it is on the wire, whole or a piece of one.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct WireAnswer {
    pub(crate) id: String,
    pub(crate) created: String,
    pub(crate) model: String,
    pub(crate) provider: String,
    #[serde(default)]
    pub(crate) choices: Vec<Choice>,
    #[serde(default)]
    pub(crate) usage: Option<Usage>,
}

/// What a deployment answered, and what can be said about it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct InvokeResult {
    /// The log of this call: what metrics and feedback are about.
    pub log_id: String,
    /// When it began, in RFC 3339.
    pub created: String,
    /// The model's name at the provider.
    pub model: String,
    /// The provider's name, as Orq's clients know it.
    pub provider: String,
    /// The answers.
    pub choices: Vec<Choice>,
    /// Tokens used, where the provider tells.
    pub usage: Option<Usage>,
    client: Vouch,
}

impl InvokeResult {
    pub(crate) fn new(answer: WireAnswer, client: Vouch) -> Self {
        let WireAnswer { id, created, model, provider, choices, usage } = answer;
        Self { log_id: id, created, model, provider, choices, usage, client }
    }

    /// The text of the first choice; empty where it has none.
    pub fn text(&self) -> &str {
        self.choices.first().map(|choice| choice.message.text()).unwrap_or_default()
    }

    /// Adds metrics, metadata and a score to this answer's log.
    pub async fn add_metrics(&self, metrics: Metrics) -> Result<MetricsAdded> {
        self.client.add_metrics(&self.log_id, metrics).await
    }

    /// Says what someone thinks of this answer.
    pub async fn feedback(&self, opinion: Opinion) -> Result<FeedbackKept> {
        self.client.feedback(opinion.on_log(&self.log_id)).await
    }
}
