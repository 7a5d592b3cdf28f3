//! The client.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::builder::Builder;
use crate::error::Result;
use crate::invoke::{Invoke, InvokeResult, WireAnswer};
use crate::log::{Feedback, FeedbackKept, FeedbackToken, MetricsAdded};
use crate::log_call::LogCall;
use crate::log_request::{NewLog, escape};
use crate::logs::Logs;
use crate::metrics::Metrics;
use crate::opinion::{NewFeedback, WireFeedback};
use crate::send::{Call, Settings};
use crate::stream::InvokeStream;

/// A client of one Vouch server. A clone is cheap, and shares the connections.
///
/// Attempts that end in 408, 429, 5xx or without a connection are made again, with growing pauses
/// or as long as `Retry-After` asks. A write carries the same `Idempotency-Key` each time, so that
/// it happens once; a call of a model has none, and is only repeated where no model was asked.
#[derive(Clone)]
pub struct Vouch {
    settings: Arc<Settings>,
    idempotency_key: Option<Arc<str>>,
}

impl fmt::Debug for Vouch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vouch").field("base_url", &self.settings.base_url).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct ManyFeedback {
    feedback: Vec<WireFeedback>,
}

#[derive(Serialize)]
struct TokenWanted<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Retraction<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
}

impl Vouch {
    /// Begins a client.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A client from `VOUCH_BASE_URL` and `VOUCH_API_KEY`.
    ///
    /// # Errors
    /// When there is no key.
    pub fn from_env() -> Result<Self> {
        Self::builder().build()
    }

    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings: Arc::new(settings), idempotency_key: None }
    }

    /// The same client, whose next write has this `Idempotency-Key` instead of one of its own. A
    /// key is for one write, and for sending it again.
    #[must_use]
    pub fn with_idempotency_key(&self, key: impl Into<Arc<str>>) -> Self {
        Self { idempotency_key: Some(key.into()), ..self.clone() }
    }

    /// Calls a deployment by its key. A model that may be at it already is not called a second
    /// time.
    pub async fn invoke(&self, call: Invoke) -> Result<InvokeResult> {
        let call = self.invocation("/v2/deployments/invoke", &call)?;
        let answer: WireAnswer = self.settings.send(&call).await?;
        Ok(InvokeResult::new(answer, self.clone()))
    }

    /// Calls a deployment by its key, and hands out the answer while it is written.
    pub async fn invoke_stream(&self, call: Invoke) -> Result<InvokeStream> {
        let call = self.invocation("/v2/deployments/stream", &call)?;
        let body = self.settings.open(&call).await?;
        Ok(InvokeStream::new(self.clone(), body, self.settings.invoke_timeout))
    }

    /// Adds metrics, metadata and a score to a log, even before it is there.
    pub async fn add_metrics(&self, log_id: &str, metrics: Metrics) -> Result<MetricsAdded> {
        let path = format!("/api/v1/logs/{}/metrics", escape(log_id));
        self.settings.send(&Call::post(path, &metrics, self.key())?).await
    }

    /// Says what someone thinks of a log, a chain or a conversation.
    pub async fn feedback(&self, feedback: NewFeedback) -> Result<FeedbackKept> {
        self.feedback_many([feedback]).await
    }

    /// Gives up to 1,000 feedbacks at once: all of them or none are kept.
    pub async fn feedback_many(
        &self,
        feedback: impl IntoIterator<Item = NewFeedback>,
    ) -> Result<FeedbackKept> {
        let wire = feedback.into_iter().map(NewFeedback::wire).collect::<Result<Vec<_>>>()?;
        let body = ManyFeedback { feedback: wire.into_iter().flatten().collect() };
        self.settings.send(&Call::post("/api/v1/feedback", &body, self.key())?).await
    }

    /// Takes a feedback back, with the `user_id` it was given with, if any. It stays readable, but
    /// counts no more. Its author may do so, and an admin.
    pub async fn retract(&self, feedback_id: &str, user_id: Option<&str>) -> Result<Feedback> {
        let path = format!("/api/v1/feedback/{}/retract", escape(feedback_id));
        self.settings.send(&Call::post(path, &Retraction { user_id }, self.key())?).await
    }

    /// Makes a token with which a browser may give feedback on this log and nothing else. It lasts
    /// `ttl_s` seconds: 60 to 86,400; three hours where absent.
    pub async fn feedback_token(
        &self,
        log_id: &str,
        ttl_s: Option<u32>,
        user_id: Option<&str>,
    ) -> Result<FeedbackToken> {
        let path = format!("/api/v1/logs/{}/feedback-token", escape(log_id));
        let wanted = TokenWanted { ttl_s, user_id };
        self.settings.send(&Call::post(path, &wanted, self.key())?).await
    }

    /// Begins the log of a call that does not go through the gateway; `log` says what is asked.
    pub fn log_call(&self, log: NewLog) -> LogCall {
        LogCall::begin(self.clone(), log)
    }

    /// The request log.
    pub fn logs(&self) -> Logs {
        Logs::new(self.clone())
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    fn invocation(&self, path: &str, call: &Invoke) -> Result<Call> {
        let mut call = Call::post(path, call, self.key())?;
        call.timeout = Some(self.settings.invoke_timeout);
        call.repeatable = false;
        Ok(call)
    }
}

#[cfg(test)]
mod tests;
