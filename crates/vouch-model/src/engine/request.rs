//! What a caller may ask of the engine, and the ranges that are accepted.

use crate::chat::ChatMessage;
use crate::error::ModelError;
use crate::sampler::Sampling;

/// The most alternatives that are reported for a token.
pub const MAX_TOP_LOGPROBS: usize = 20;
/// The most stop strings in a request.
pub const MAX_STOP_STRINGS: usize = 16;
/// The most bytes in one stop string.
pub const MAX_STOP_BYTES: usize = 1024;

/// One completion to generate.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerateRequest {
    /// The conversation so far; at least one message.
    pub messages: Vec<ChatMessage>,
    /// How the next token is chosen.
    pub sampling: Sampling,
    /// The most tokens to generate, at least 1; `None` generates until the context is full.
    pub max_tokens: Option<usize>,
    /// Generation ends before the first occurrence of any of these; at most
    /// [`MAX_STOP_STRINGS`], none of them empty.
    pub stop: Vec<String>,
    /// Alternatives to report for each token, 0 to [`MAX_TOP_LOGPROBS`].
    pub top_logprobs: usize,
}

impl GenerateRequest {
    /// A greedy completion of `messages` with no limit but the context.
    pub fn new(messages: Vec<ChatMessage>) -> Self {
        Self {
            messages,
            sampling: Sampling::greedy(),
            max_tokens: None,
            stop: Vec::new(),
            top_logprobs: 0,
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`ModelError::InvalidRequest`] names the first parameter that is out of range.
    pub(crate) fn check(&self) -> Result<(), ModelError> {
        if self.messages.is_empty() {
            return Err(invalid("messages", "must hold at least one message"));
        }
        self.sampling.check()?;
        if self.max_tokens == Some(0) {
            return Err(invalid("max_tokens", "must be at least 1"));
        }
        if self.stop.len() > MAX_STOP_STRINGS {
            return Err(invalid("stop", format!("must hold at most {MAX_STOP_STRINGS} strings")));
        }
        if self.stop.iter().any(|stop| stop.is_empty() || stop.len() > MAX_STOP_BYTES) {
            return Err(invalid(
                "stop",
                format!("must hold strings of 1 to {MAX_STOP_BYTES} bytes"),
            ));
        }
        if self.top_logprobs > MAX_TOP_LOGPROBS {
            return Err(invalid(
                "top_logprobs",
                format!("must be between 0 and {MAX_TOP_LOGPROBS}"),
            ));
        }
        Ok(())
    }
}

pub(crate) fn invalid(parameter: &'static str, reason: impl Into<String>) -> ModelError {
    ModelError::InvalidRequest { parameter, reason: reason.into() }
}
