//! Anthropic's Messages API (version 2023-06-01), spoken as OpenAI's chat completions.
//!
//! Source: Anthropic's public documentation (Messages, Streaming, Tool use, Errors). What has no
//! counterpart is refused by name or, where it only tunes or observes, left out; fields that
//! OpenAI does not have (`thinking`, `top_k`, ...) pass through.

mod answer;
mod body;
mod content;
mod messages;
mod request;
mod stream;
#[cfg(test)]
mod tests;
mod tools;

use std::sync::Arc;

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::request::Builder;
use http_body_util::BodyExt as _;
use vouch_domain::Invalid;
use vouch_domain::clock::Clock;

use self::body::{Translated, Translation};
use self::stream::StreamTranslator;
use crate::client::{self, HttpClient};
use crate::provider::{ModelInfo, Provider, ProviderError, ProviderReply, ProviderRequest};

const VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

/// A configured server.
pub(crate) struct Anthropic {
    pub(crate) client: HttpClient,
    /// Up to before `/v1`.
    pub(crate) base_url: String,
    /// The key to send, or why there is none.
    pub(crate) key: Result<Option<String>, String>,
    /// When an answer was made, which Anthropic does not say.
    pub(crate) clock: Arc<dyn Clock>,
}

impl Anthropic {
    fn request(&self, method: &str, path: &str) -> Result<Builder, ProviderError> {
        let request = client::request(method, &format!("{}{path}", self.base_url));
        let request = request.header("anthropic-version", VERSION);
        match self.key.as_ref().map_err(|why| ProviderError::Key(why.clone()))? {
            Some(key) => Ok(request.header("x-api-key", client::secret(key)?)),
            None => Ok(request),
        }
    }
}

#[async_trait::async_trait]
impl Provider for Anthropic {
    async fn chat(&self, request: ProviderRequest) -> Result<ProviderReply, ProviderError> {
        let asked = match request::translate(&request.body) {
            Ok(asked) => asked,
            Err(invalid) => return Ok(refusal(&invalid)),
        };
        let post = self.request("POST", "/v1/messages")?;
        let reply = client::post(&self.client, post, asked.body).await?;
        let created_s = self.clock.now().micros().div_euclid(1_000_000);
        let streamed = asked.stream && reply.status.is_success() && reply.is_event_stream();
        let (translation, kind) = if streamed {
            let translator = StreamTranslator::new(created_s, asked.include_usage);
            (Translation::Stream(Box::new(translator)), "text/event-stream; charset=utf-8")
        } else if reply.status.is_success() {
            (Translation::Answer { created_s }, "application/json")
        } else {
            (Translation::Error, "application/json")
        };
        let body = Translated::new(reply.body, translation).boxed_unsync();
        Ok(ProviderReply { status: reply.status, headers: headers(reply.headers, kind), body })
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError> {
        client::models(&self.client, self.request("GET", "/v1/models?limit=1000")?).await
    }
}

/// The headers of the translated answer.
fn headers(mut headers: HeaderMap, kind: &'static str) -> HeaderMap {
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(id) = headers.remove("request-id") {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    headers
}

/// The answer to what cannot be said to Anthropic.
fn refusal(invalid: &Invalid) -> ProviderReply {
    let message = format!("for a provider of the kind anthropic: {invalid}");
    let pointer = invalid.pointer.to_string();
    ProviderReply::refusal(&message, pointer.trim_start_matches('/'), "invalid_value")
}

/// What must hold for any bytes, as a call, as an answer and as a stream.
///
/// # Panics
/// When that does not hold.
#[cfg(any(test, feature = "fuzz"))]
pub(crate) fn fuzz(bytes: &[u8]) {
    if let Ok(asked) = request::translate(bytes) {
        let sent: serde_json::Value = serde_json::from_slice(&asked.body).expect("JSON is sent");
        assert!(sent.get("messages").is_some_and(serde_json::Value::is_array));
    }
    if let Ok(message) = serde_json::from_slice(bytes) {
        answer::completion(&message, 0);
    }
    answer::error(bytes);
    let mut translator = StreamTranslator::new(0, true);
    let mut shown = translator.push(bytes);
    shown.extend(translator.finish());
    let mut parser = crate::sse::Parser::default();
    for event in parser.push(&shown) {
        let chunk = serde_json::from_str::<serde_json::Value>(&event.data);
        assert!(event.data == "[DONE]" || chunk.is_ok(), "{}", event.data);
    }
    assert!(parser.finish().is_none(), "whole events only");
}
