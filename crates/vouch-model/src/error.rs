//! Everything that can go wrong in this crate, one variant per thing a caller may do about it.

use std::io;
use std::path::PathBuf;

/// Why the model could not be loaded or a request could not be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The weights cannot be read: check the path and the disk.
    #[error("cannot read the model file {}: {source}", path.display())]
    Io {
        /// The file that was being read.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// The file is no GGUF file, is cut short, or contradicts itself: fetch it again.
    #[error("not a usable GGUF file: {reason}")]
    Format {
        /// What is wrong, with the offending key or tensor.
        reason: String,
    },

    /// The file is sound, but this crate cannot run such a model: choose another one.
    #[error("this model is not supported: {reason}")]
    Unsupported {
        /// The property that is not supported.
        reason: String,
    },

    /// The chat template of the model rejected the messages.
    #[error("the chat template of the model rejected the messages: {source}")]
    Template {
        /// What the template engine said.
        #[from]
        source: minijinja::Error,
    },

    /// A parameter of the request is out of its range: the request must be changed.
    #[error("`{parameter}` {reason}")]
    InvalidRequest {
        /// The name of the parameter, in `snake_case`.
        parameter: &'static str,
        /// What is wrong with it, and the range that is accepted.
        reason: String,
    },

    /// The prompt and the tokens asked for do not fit the context: shorten one of them.
    #[error(
        "the context of the model is {context_tokens} tokens, but {} were requested \
         ({prompt_tokens} in the messages, {max_tokens} in the completion)",
        prompt_tokens.saturating_add(*max_tokens)
    )]
    ContextOverflow {
        /// Tokens in the rendered prompt; a lower bound when the text is far too long.
        prompt_tokens: usize,
        /// Tokens asked for in the completion (1 when the request left it open).
        max_tokens: usize,
        /// Tokens that fit prompt and completion together.
        context_tokens: usize,
    },

    /// The queue is full: try again later.
    #[error("the local model is busy: {active} requests are running and {queued} are waiting")]
    Busy {
        /// Requests being generated.
        active: usize,
        /// Requests waiting for a place.
        queued: usize,
    },

    /// The engine was shut down, or its thread panicked: load the model again.
    #[error("the local model has stopped")]
    Stopped,
}

impl ModelError {
    pub(crate) fn format(reason: impl Into<String>) -> Self {
        Self::Format { reason: reason.into() }
    }

    pub(crate) fn unsupported(reason: impl Into<String>) -> Self {
        Self::Unsupported { reason: reason.into() }
    }
}
