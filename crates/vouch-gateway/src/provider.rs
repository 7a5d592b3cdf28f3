//! What the gateway asks of a source of models.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;

/// Any error of a body on its way.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of an answer, as it arrives.
pub type ProviderBody = UnsyncBoxBody<Bytes, BoxError>;

/// A chat completion to be made.
#[derive(Debug, Clone)]
pub struct ProviderRequest {
    /// The model's name at the provider.
    pub model: String,
    /// The whole request, OpenAI's shape, with `model` and `stream` set.
    pub body: Bytes,
}

/// What a provider answered: OpenAI's shape, or its own error.
pub struct ProviderReply {
    /// Its HTTP status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// JSON, or SSE when `stream` was asked. Dropping it cancels the call.
    pub body: ProviderBody,
}

/// A model that can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// The model's name at the provider.
    pub model: String,
    /// Whether a call would be served right now.
    pub ready: bool,
    /// Why not, or what it is; empty when there is nothing to say.
    pub note: String,
}

/// The provider gave no answer at all.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It could not be reached.
    #[error("{0}")]
    Unreachable(String),
    /// It is not able to serve right now, e.g. the model is still loading or the queue is full.
    #[error("{0}")]
    Busy(String),
    /// Its key is missing or cannot be opened.
    #[error("{0}")]
    Key(String),
}

/// A source of models. Implementations speak OpenAI's chat completions, whatever is behind them.
#[async_trait::async_trait]
pub trait Provider: Send + Sync {
    /// Makes a chat completion. Dropping the future or the reply's body cancels it.
    ///
    /// # Errors
    /// When there is no answer; an answer with an error status is a reply.
    async fn chat(&self, request: ProviderRequest) -> Result<ProviderReply, ProviderError>;

    /// The models that can be named.
    ///
    /// # Errors
    /// When the list cannot be had.
    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError>;
}
