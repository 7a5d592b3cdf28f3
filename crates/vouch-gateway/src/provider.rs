//! What the gateway asks of a source of models.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use serde_json::json;

/// Any error of a body on its way.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of an answer, as it arrives.
pub type ProviderBody = UnsyncBoxBody<Bytes, BoxError>;

/// What is asked of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Chat,
    Embeddings,
}

/// A chat completion or embeddings to be made.
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

impl ProviderReply {
    /// The refusal of a wrong request, in OpenAI's shape.
    pub(crate) fn refusal(message: &str, param: &str, code: &str) -> Self {
        let error = json!({"error": {
            "message": message, "type": "invalid_request_error", "param": param, "code": code,
        }});
        let body = Full::new(Bytes::from(error.to_string())).map_err(|never| match never {});
        let json = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
        Self { status: StatusCode::BAD_REQUEST, headers, body: body.boxed_unsync() }
    }

    /// Whether the body is a stream of events.
    pub(crate) fn is_event_stream(&self) -> bool {
        let kind = self.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
        kind.is_some_and(|kind| kind.starts_with("text/event-stream"))
    }
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
    /// It did not answer within this time.
    #[error("no answer within {} s", .0.as_secs())]
    Late(Duration),
    /// It is not able to serve right now, e.g. the model is still loading or the queue is full.
    #[error("{0}")]
    Busy(String),
    /// It is configured no more.
    #[error("there is no provider of that name any more")]
    Gone,
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

    /// Makes embeddings. Dropping the future or the reply's body cancels it.
    ///
    /// # Errors
    /// When there is no answer; an answer with an error status is a reply, also where the
    /// provider makes none.
    async fn embeddings(&self, request: ProviderRequest) -> Result<ProviderReply, ProviderError> {
        let message = format!("the provider of {} makes no embeddings", request.model);
        Ok(ProviderReply::refusal(&message, "model", "unsupported_model"))
    }

    /// The models that can be named.
    ///
    /// # Errors
    /// When the list cannot be had.
    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError>;
}
