//! Any server that speaks OpenAI's chat completions, over HTTP.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use vouch_domain::Invalid;

use crate::idle::Idle;
use crate::provider::{
    BoxError, ModelInfo, Provider, ProviderError, ProviderReply, ProviderRequest,
};

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

/// A configured server.
pub(crate) struct OpenAi {
    pub(crate) client: HttpClient,
    pub(crate) base_url: String,
    /// The key to send, or why there is none.
    pub(crate) key: Result<Option<String>, String>,
}

impl OpenAi {
    fn request(&self, method: &str, path: &str) -> Result<http::request::Builder, ProviderError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base_url))
            .header(ACCEPT, "application/json, text/event-stream");
        if let Some(key) = self.key.as_ref().map_err(|why| ProviderError::Key(why.clone()))? {
            let mut value = HeaderValue::try_from(format!("Bearer {key}")).map_err(|_| {
                ProviderError::Key("its key has characters no header can hold".into())
            })?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        Ok(request)
    }
}

#[async_trait::async_trait]
impl Provider for OpenAi {
    async fn chat(&self, request: ProviderRequest) -> Result<ProviderReply, ProviderError> {
        let post = self
            .request("POST", "/chat/completions")?
            .header(CONTENT_TYPE, "application/json")
            // What is captured must be readable.
            .header(ACCEPT_ENCODING, "identity")
            .body(Full::new(request.body))
            .map_err(|e| ProviderError::Unreachable(e.to_string()))?;
        let late = |_| {
            let text = format!("no answer within {} s", HEAD_TIMEOUT.as_secs());
            ProviderError::Unreachable(text)
        };
        let response = tokio::time::timeout(HEAD_TIMEOUT, self.client.request(post));
        let response = response.await.map_err(late)?;
        let response = response.map_err(|e| unreachable(&e))?;
        let (head, body) = response.into_parts();
        let body = Idle::new(body.map_err(BoxError::from).boxed_unsync(), IDLE_TIMEOUT);
        Ok(ProviderReply { status: head.status, headers: head.headers, body: body.boxed_unsync() })
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError> {
        let get = self
            .request("GET", "/models")?
            .body(Full::default())
            .map_err(|e| ProviderError::Unreachable(e.to_string()))?;
        let read = async {
            let response = self.client.request(get).await.map_err(|e| unreachable(&e))?;
            let status = response.status();
            let body = Limited::new(response.into_body(), MODELS_BYTES).collect().await;
            let body = body.map_err(|e| ProviderError::Unreachable(e.to_string()))?.to_bytes();
            let list: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
            let Some(models) = list.get("data").and_then(serde_json::Value::as_array) else {
                return Err(ProviderError::Unreachable(format!(
                    "no list of models (HTTP {status})"
                )));
            };
            let names = models.iter().filter_map(|m| m.get("id")?.as_str());
            Ok(names
                .map(|id| ModelInfo { model: id.to_owned(), ready: true, note: String::new() })
                .collect())
        };
        let late = |_| ProviderError::Unreachable("the list of models took over 5 s".into());
        tokio::time::timeout(MODELS_TIMEOUT, read).await.map_err(late)?
    }
}

/// The address stays out of it: whoever may call a provider need not know where it is.
fn unreachable(error: &hyper_util::client::legacy::Error) -> ProviderError {
    let mut text = format!("no answer: {error}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    ProviderError::Unreachable(text)
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
