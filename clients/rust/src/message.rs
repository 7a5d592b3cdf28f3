//! Messages and answers in OpenAI's shape, and what is measured of them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A message of a conversation; fields that this client does not know are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// `system`, `user`, `assistant`, `tool`, ...
    pub role: String,
    /// A text, parts, or nothing.
    #[serde(default)]
    pub content: Value,
    /// Everything else: `tool_calls`, `name`, ...
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Message {
    /// A message of this role.
    pub fn new(role: impl Into<String>, content: impl Into<Value>) -> Self {
        Self { role: role.into(), content: content.into(), rest: Map::new() }
    }

    /// What a user says.
    pub fn user(content: impl Into<Value>) -> Self {
        Self::new("user", content)
    }

    /// What a model says.
    pub fn assistant(content: impl Into<Value>) -> Self {
        Self::new("assistant", content)
    }

    /// Instructions.
    pub fn system(content: impl Into<Value>) -> Self {
        Self::new("system", content)
    }

    /// Its text; empty where it has none.
    pub fn text(&self) -> &str {
        self.content.as_str().unwrap_or_default()
    }
}

/// One answer of a model; fields that this client does not know are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Its place among the answers.
    #[serde(default)]
    pub index: u32,
    /// What the model said; of a stream, what is new of it.
    pub message: Message,
    /// Why it ended.
    #[serde(default)]
    pub finish_reason: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl From<Message> for Choice {
    fn from(message: Message) -> Self {
        Self { index: 0, message, finish_reason: None, rest: Map::new() }
    }
}

/// Tokens used; fields that this client does not know are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
    /// Tokens of the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_tokens: Option<u64>,
    /// All tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u64>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Usage {
    /// So many tokens of input and output.
    pub fn new(prompt_tokens: u64, completion_tokens: u64) -> Self {
        Self {
            prompt_tokens: Some(prompt_tokens),
            completion_tokens: Some(completion_tokens),
            total_tokens: Some(prompt_tokens + completion_tokens),
            rest: Map::new(),
        }
    }
}

/// Timings in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Performance {
    /// From the request to the last byte of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<f64>,
    /// From the request to the first token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_to_first_token: Option<f64>,
}

impl Performance {
    /// So many milliseconds to the last byte.
    pub fn latency(ms: f64) -> Self {
        Self { latency: Some(ms), time_to_first_token: None }
    }

    /// And so many to the first token.
    #[must_use]
    pub fn time_to_first_token(self, ms: f64) -> Self {
        Self { time_to_first_token: Some(ms), ..self }
    }
}
