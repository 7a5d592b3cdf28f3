//! One feedback as it is sent in, and what becomes of it.

use serde::Deserialize;
use serde_json::Value;
use vouch_domain::actor::Source;
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::id::{FeedbackId, LogId};
use vouch_domain::invalid::check_value;
use vouch_domain::metric::{self, MAX_TEXT_BYTES};
use vouch_domain::span::{SpanKey, SpanName};
use vouch_domain::{Invalid, Pointer, Time};

use super::Authorship;
use crate::auth::Caller;
use crate::routes::checks;
use crate::state::App;

/// A feedback that is sent in: about a log, a span, a chain or a conversation.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateFeedback {
    /// About this log, which need not be there yet.
    #[serde(default)]
    log_id: Option<LogId>,
    /// About the log of this span (OpenTelemetry), which need not be there yet.
    #[serde(default)]
    span: Option<SpanName>,
    /// About all calls of this chain.
    #[serde(default)]
    chain_id: Option<String>,
    /// About all calls of this conversation.
    #[serde(default)]
    conversation_id: Option<String>,
    /// The metric's name.
    name: String,
    /// A boolean, a number, a text or a list of texts, as the metric asks.
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    value: Option<Value>,
    /// A remark.
    #[serde(default)]
    comment: Option<String>,
    /// The answer as it should be.
    #[serde(default)]
    correction: Option<String>,
    /// The application's user who gave it, where a program passes it on.
    #[serde(default)]
    user_id: Option<String>,
    /// What kind of author; `reviewer` is for signed-in people only.
    #[serde(default)]
    source: Option<Source>,
}

impl CreateFeedback {
    /// The span that it is about, where it names one.
    ///
    /// # Errors
    /// At `/span/trace_id` or `/span/span_id`.
    pub(crate) fn span(&self) -> Result<Option<SpanKey>, Invalid> {
        let key = self.span.as_ref().map(SpanName::key).transpose();
        key.map_err(|e| e.under(&Pointer::from("/span")))
    }

    /// The feedback, checked as far as it can be without its metric.
    ///
    /// Of a span it is about the log that the span gets at `at`, unless it has one already.
    ///
    /// # Errors
    /// The first field that is wrong, seen from this feedback.
    pub(crate) fn into_feedback(
        self,
        app: &App,
        caller: &Caller,
        at: Time,
    ) -> Result<NewFeedback, Invalid> {
        let target = self.target(at)?;
        metric::check_name(&self.name)?;
        let user_id = checks::name("/user_id", self.user_id)?;
        let Authorship { author, source } =
            Authorship::named(caller, user_id.as_deref(), self.source)?;
        let (value, correction) = text_value(&self.name, self.value, self.correction)?;
        Ok(NewFeedback {
            id: FeedbackId::new(at, app.entropy()),
            project: caller.principal.project(),
            at,
            author,
            source,
            target,
            name: self.name,
            value,
            comment: checks::text("/comment", self.comment, MAX_TEXT_BYTES)?,
            correction,
        })
    }

    fn target(&self, at: Time) -> Result<FeedbackTarget, Invalid> {
        let expected = "one of log_id, span, chain_id or conversation_id";
        let log = match (self.log_id, self.span()?) {
            (Some(_), Some(_)) => return Err(Invalid::new("", expected, "several of them")),
            (log, span) => log.or(span.map(|span| span.log_id(at))),
        };
        let chain = checks::name("/chain_id", self.chain_id.clone())?;
        let conversation = checks::name("/conversation_id", self.conversation_id.clone())?;
        match (log, chain, conversation) {
            (Some(log), None, None) => Ok(FeedbackTarget::LogId(log)),
            (None, Some(chain), None) => Ok(FeedbackTarget::ChainId(chain)),
            (None, None, Some(conversation)) => Ok(FeedbackTarget::ConversationId(conversation)),
            (None, None, None) => Err(Invalid::new("", expected, "none of them")),
            _ => Err(Invalid::new("", expected, "several of them")),
        }
    }
}

/// The value and the correction. The text of the metric `correction` may come as either, and is
/// kept as both, so that a reader finds every correction in one place.
///
/// # Errors
/// At `/value` or `/correction`.
pub(crate) fn text_value(
    name: &str,
    value: Option<Value>,
    correction: Option<String>,
) -> Result<(Value, Option<String>), Invalid> {
    let correction = checks::text("/correction", correction, MAX_TEXT_BYTES)?;
    if let Some(value) = &value {
        check_value(&Pointer::from("/value"), value)?;
    }
    let is_correction = name == "correction";
    if is_correction && value.as_ref().and_then(Value::as_str).is_some_and(|t| t.trim().is_empty())
    {
        return Err(Invalid::new("/value", "the corrected text", "an empty text"));
    }
    match (value.filter(|value| !value.is_null()), correction) {
        (Some(value), correction) if !is_correction => Ok((value, correction)),
        (Some(Value::String(text)), None) => Ok((Value::String(text.clone()), Some(text))),
        (Some(Value::String(text)), Some(other)) if text != other => {
            let expected = "the same text as value, or nothing";
            Err(Invalid::new("/correction", expected, other))
        }
        (Some(value), correction) => Ok((value, correction)),
        (None, Some(text)) if is_correction => Ok((Value::String(text.clone()), Some(text))),
        (None, _) => {
            let expected =
                if is_correction { "the corrected text" } else { "a value of the metric" };
            Err(Invalid::new("/value", expected, "nothing"))
        }
    }
}
