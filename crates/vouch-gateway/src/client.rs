//! How providers are reached: one pool of connections, with limits to how long they may take.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderValue};
use http::request::Builder;
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use vouch_domain::Invalid;

use crate::idle::Idle;
use crate::provider::{BoxError, ModelInfo, ProviderError, ProviderReply};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a provider may take until its answer begins: as long as OpenAI's clients wait.
const HEAD_TIMEOUT: Duration = Duration::from_mins(10);
/// How long it may then be silent.
const IDLE_TIMEOUT: Duration = Duration::from_mins(5);
const MODELS_TIMEOUT: Duration = Duration::from_secs(5);
const MODELS_BYTES: usize = 4 << 20;

/// One pool of connections for all providers.
pub(crate) type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client that speaks HTTP/1.1 and HTTP/2.
pub(crate) fn client() -> HttpClient {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT_TIMEOUT));
    // The machine's own certificates, so that a company's are trusted; a machine without any has
    // the web's.
    let ring = rustls::crypto::ring::default_provider;
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(ring())
        .or_else(|_| HttpsConnectorBuilder::new().with_provider_and_webpki_roots(ring()))
        .unwrap_or_else(|_| unreachable!("ring supports the default protocol versions"))
        .https_or_http()
        .enable_http1()
        .enable_http2();
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(Duration::from_mins(1))
        .build(https.wrap_connector(http))
}

/// Checks the address of a provider and takes off a slash at its end.
///
/// # Errors
/// At `/base_url`, when it is not an http(s) address.
pub fn check_base_url(text: &str) -> Result<String, Invalid> {
    let trimmed = text.trim().trim_end_matches('/');
    let fits = trimmed.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.query().is_none()
            && !uri.authority().is_some_and(|a| a.as_str().contains('@'))
    });
    let expected = "an http:// or https:// address without user, password or query, e.g. https://api.openai.com/v1";
    if fits { Ok(trimmed.to_owned()) } else { Err(Invalid::new("/base_url", expected, text)) }
}

/// A request to `url` that takes JSON and SSE.
pub(crate) fn request(method: &str, url: &str) -> Builder {
    Request::builder().method(method).uri(url).header(ACCEPT, "application/json, text/event-stream")
}

/// Posts JSON and waits for the head of the answer.
///
/// # Errors
/// When there is no answer in time.
pub(crate) async fn post(
    client: &HttpClient,
    request: Builder,
    body: Bytes,
) -> Result<ProviderReply, ProviderError> {
    let post = request
        .header(CONTENT_TYPE, "application/json")
        // What is captured must be readable.
        .header(ACCEPT_ENCODING, "identity")
        .body(Full::new(body))
        .map_err(|e| ProviderError::Unreachable(e.to_string()))?;
    let late = |_| ProviderError::Late(HEAD_TIMEOUT);
    let response = tokio::time::timeout(HEAD_TIMEOUT, client.request(post));
    let response = response.await.map_err(late)?;
    let response = response.map_err(|e| unreachable(&e))?;
    let (head, body) = response.into_parts();
    let body = Idle::new(body.map_err(BoxError::from).boxed_unsync(), IDLE_TIMEOUT);
    Ok(ProviderReply { status: head.status, headers: head.headers, body: body.boxed_unsync() })
}

/// Reads a list of models: OpenAI's and Anthropic's lists both have their ids in `data`.
///
/// # Errors
/// When the list cannot be had within 5 s.
pub(crate) async fn models(
    client: &HttpClient,
    request: Builder,
) -> Result<Vec<ModelInfo>, ProviderError> {
    let get =
        request.body(Full::default()).map_err(|e| ProviderError::Unreachable(e.to_string()))?;
    let read = async {
        let response = client.request(get).await.map_err(|e| unreachable(&e))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MODELS_BYTES).collect().await;
        let body = body.map_err(|e| ProviderError::Unreachable(e.to_string()))?.to_bytes();
        let list: Value = serde_json::from_slice(&body).unwrap_or_default();
        let Some(models) = list.get("data").and_then(Value::as_array) else {
            return Err(ProviderError::Unreachable(format!("no list of models (HTTP {status})")));
        };
        let names = models.iter().filter_map(|m| m.get("id")?.as_str());
        Ok(names
            .map(|id| ModelInfo { model: id.to_owned(), ready: true, note: String::new() })
            .collect())
    };
    let late = |_| ProviderError::Late(MODELS_TIMEOUT);
    tokio::time::timeout(MODELS_TIMEOUT, read).await.map_err(late)?
}

/// A header's value that no diagnostics show.
///
/// # Errors
/// When no header can hold it.
pub(crate) fn secret(text: &str) -> Result<HeaderValue, ProviderError> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| ProviderError::Key("its key has characters no header can hold".into()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The address stays out of it: whoever may call a provider need not know where it is.
fn unreachable(error: &hyper_util::client::legacy::Error) -> ProviderError {
    ProviderError::Unreachable(format!("no answer: {}", with_causes(error)))
}

/// An error's text with that of each cause.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked() {
        assert_eq!(check_base_url(" http://127.0.0.1:1/v1/ ").unwrap(), "http://127.0.0.1:1/v1");
        for bad in [
            "",
            "api.openai.com/v1",
            "ftp://x/v1",
            "http://",
            "https://u:p@x/v1",
            "https://x/v1?k=1",
        ] {
            assert!(check_base_url(bad).is_err(), "{bad}");
        }
    }
}
