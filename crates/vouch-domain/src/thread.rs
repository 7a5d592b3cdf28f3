//! Calls that belong together: a conversation, or a chain of calls with one purpose.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::actor::Actor;
use crate::feedback::{Feedback, FeedbackTally, FeedbackTarget};
use crate::id::LogId;
use crate::log::{Context, Log, LogError, LogOrigin, LogStatus, Performance, Served, Usage};
use crate::message::{Choice, Message};
use serde_json::{Map, Value};

/// Which calls belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thread {
    /// Those of this conversation.
    Conversation(String),
    /// Those of this chain.
    Chain(String),
}

impl Thread {
    /// What feedback on the whole of it is about.
    pub fn target(&self) -> FeedbackTarget {
        match self {
            Self::Conversation(id) => FeedbackTarget::ConversationId(id.clone()),
            Self::Chain(id) => FeedbackTarget::ChainId(id.clone()),
        }
    }
}

/// What the calls of a thread come to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ThreadTotals {
    /// Logs.
    pub logs: u64,
    /// Of the logs, those that failed.
    pub failed: u64,
    /// Tokens of the inputs.
    pub prompt_tokens: u64,
    /// Tokens of the outputs.
    pub completion_tokens: u64,
    /// All tokens.
    pub total_tokens: u64,
    /// Cost in millionths of a US dollar; `null` where no log's cost is known.
    pub cost_usd_micros: Option<i64>,
    /// When the first began.
    pub started_at: Option<Time>,
    /// When the last had ended, as far as it is known how long each took.
    pub ended_at: Option<Time>,
    /// Thumbs up on the logs.
    pub thumbs_up: u64,
    /// Thumbs down on the logs.
    pub thumbs_down: u64,
    /// The mean of the logs' scores, 0 to 100.
    pub score: Option<f64>,
    /// Logs with a correction.
    pub corrected: u64,
    /// Whether there are more logs than were counted.
    pub partial: bool,
}

/// One call of a thread, with what it added to the call before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Turn {
    /// The log.
    pub id: LogId,
    /// When the interaction began.
    pub created_at: Time,
    /// How far it came.
    pub status: LogStatus,
    /// How it came to us.
    pub origin: LogOrigin,
    /// Who sent it.
    pub sent_by: Actor,
    /// What served it.
    #[serde(flatten)]
    pub served: Served,
    /// The application's names for it.
    #[serde(flatten)]
    pub context: Context,
    /// How many messages of the input were those of the call before, with its answer.
    pub repeated: u32,
    /// The messages of the input after those.
    pub messages: Vec<Message>,
    /// The output.
    pub choices: Vec<Choice>,
    /// Free key-value pairs.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Map<String, Value>,
    /// Tokens used, where known.
    pub usage: Option<Usage>,
    /// How long it took.
    pub performance: Performance,
    /// Cost in millionths of a US dollar, where known.
    pub cost_usd_micros: Option<i64>,
    /// Why it failed, where it did.
    pub error: Option<LogError>,
    /// What people said of it, in short.
    pub tally: FeedbackTally,
    /// All feedback on this log, oldest first; also what no longer counts.
    pub feedback: Vec<Feedback>,
}

impl Turn {
    /// A log as a turn after the log `before`.
    pub fn of(
        log: Log,
        before: Option<&Log>,
        tally: FeedbackTally,
        feedback: Vec<Feedback>,
    ) -> Self {
        let repeated = before.map_or(0, |before| repeated(before, &log));
        let messages = log.messages.into_iter().skip(repeated).collect();
        Self {
            id: log.id,
            created_at: log.created_at,
            status: log.status,
            origin: log.origin,
            sent_by: log.sent_by,
            served: log.served,
            context: log.context,
            repeated: u32::try_from(repeated).unwrap_or(u32::MAX),
            messages,
            choices: log.choices,
            metadata: log.metadata,
            usage: log.usage,
            performance: log.performance,
            cost_usd_micros: log.cost_usd_micros,
            error: log.error,
            tally,
            feedback,
        }
    }
}

/// How many of the log's first messages are those of the log before, with its answer: an
/// application sends all of a conversation with each call.
fn repeated(before: &Log, log: &Log) -> usize {
    let answer = before.choices.first().map(|choice| &choice.message);
    let known = before.messages.iter().chain(answer);
    known.zip(&log.messages).take_while(|(known, message)| same(known, message)).count()
}

/// Whether two messages say the same. What comes back from an application may have lost fields,
/// and its text may have become a part.
fn same(a: &Message, b: &Message) -> bool {
    let calls = |message: &Message| {
        let calls = message.rest.get("tool_calls").and_then(Value::as_array);
        calls.filter(|calls| !calls.is_empty()).cloned()
    };
    let content = a.content == b.content || (is_text(a) && is_text(b) && a.text() == b.text());
    a.role == b.role && content && calls(a) == calls(b)
}

/// Whether the content is text alone, or nothing.
fn is_text(message: &Message) -> bool {
    match &message.content {
        None | Some(Value::Null | Value::String(_)) => true,
        Some(Value::Array(parts)) => {
            parts.iter().all(|part| part.is_string() || part.get("text").is_some())
        }
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ProjectId;
    use serde_json::json;

    fn log(messages: &Value, answer: Option<&Value>) -> Log {
        let at = Time::from_micros(0);
        let (id, project) = (LogId::new(at, [1; 10]), ProjectId::new(at, [2; 10]));
        let choices = answer.map(|message| json!([{"index": 0, "message": message}]));
        Log {
            messages: serde_json::from_value(messages.clone()).unwrap(),
            choices: choices.map(|c| serde_json::from_value(c).unwrap()).unwrap_or_default(),
            ..Log::new(id, project, at, LogStatus::Completed, LogOrigin::Gateway, Actor::System)
        }
    }

    fn said(role: &str, content: &Value) -> Value {
        json!({"role": role, "content": content})
    }

    #[test]
    fn what_the_call_before_had_is_repeated() {
        let (ask, tell) = (said("user", &json!("Why?")), said("assistant", &json!("Because.")));
        let first = log(&json!([ask]), Some(&tell));
        let parts = said("assistant", &json!([{"type": "text", "text": "Because."}]));
        let more = said("user", &json!("Really?"));
        assert_eq!(repeated(&first, &log(&json!([ask, tell, more]), None)), 2);
        assert_eq!(repeated(&first, &log(&json!([ask, parts, more]), None)), 2);
        // The answer was asked for again, and another question begins anew.
        assert_eq!(repeated(&first, &log(&json!([ask]), None)), 1);
        assert_eq!(repeated(&first, &log(&json!([more]), None)), 0);
        let echoed = said("user", &json!("Because."));
        assert_eq!(repeated(&first, &log(&json!([ask, echoed]), None)), 1);
        let turn = Turn::of(
            log(&json!([ask, tell, more]), None),
            Some(&first),
            FeedbackTally::default(),
            vec![],
        );
        assert_eq!((turn.repeated, turn.messages.len()), (2, 1));
    }

    #[test]
    fn calls_of_tools_and_images_tell_messages_apart() {
        let call = |name: &str| {
            json!({"role": "assistant", "content": null,
                "tool_calls": [{"function": {"name": name}}]})
        };
        let first = log(&json!([]), Some(&call("a")));
        assert_eq!(repeated(&first, &log(&json!([call("a")]), None)), 1);
        assert_eq!(repeated(&first, &log(&json!([call("b")]), None)), 0);
        let image = |url: &str| said("user", &json!([{"type": "image_url", "image_url": url}]));
        let first = log(&json!([image("a")]), None);
        assert_eq!(repeated(&first, &log(&json!([image("a")]), None)), 1);
        assert_eq!(repeated(&first, &log(&json!([image("b")]), None)), 0);
    }
}
