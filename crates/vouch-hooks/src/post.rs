//! One attempt: a signed POST, with limits to how long it takes and how much of the answer is read.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use vouch_domain::Time;

use crate::connect::Connector;
use crate::sign::signatures;

/// How long an answer may take to begin, connecting included.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How long the part of the answer that is kept may take after that.
const EXCERPT_TIMEOUT: Duration = Duration::from_secs(2);
/// How much of an answer is kept, in bytes.
const EXCERPT_BYTES: usize = 1024;

/// What is sent, and to whom.
pub(crate) struct Message<'m> {
    pub(crate) url: &'m str,
    pub(crate) id: &'m str,
    pub(crate) secrets: &'m [String],
    pub(crate) body: &'m str,
    /// When the attempt began.
    pub(crate) at: Time,
}

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) response: Option<String>,
    /// How long the other side asks us to wait.
    pub(crate) retry_after_s: Option<i64>,
}

impl Outcome {
    /// No answer came.
    pub(crate) fn failed(error: impl Into<String>) -> Self {
        Self { error: Some(error.into()), ..Self::default() }
    }
}

/// Sends messages.
pub(crate) struct Poster {
    client: Client<HttpsConnector<Connector>, Full<Bytes>>,
    allow_private: bool,
}

impl Poster {
    pub(crate) fn new(allow_private: bool) -> Self {
        let ring = rustls::crypto::ring::default_provider;
        let https = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(ring())
            .or_else(|_| HttpsConnectorBuilder::new().with_provider_and_webpki_roots(ring()))
            .unwrap_or_else(|_| unreachable!("ring supports the default protocol versions"));
        let connector = Connector::new(allow_private);
        let https = if allow_private { https.https_or_http() } else { https.https_only() };
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_mins(1))
            .pool_max_idle_per_host(2)
            .build(https.enable_http1().wrap_connector(connector));
        Self { client, allow_private }
    }

    /// Sends a message. Redirects are answers like others.
    pub(crate) async fn post(&self, message: &Message<'_>) -> Outcome {
        // What is allowed may have changed since the address was entered.
        if crate::check_url(message.url, self.allow_private).is_err() {
            return Outcome::failed("its address is not one that this server sends to");
        }
        let timestamp_s = message.at.micros().div_euclid(1_000_000);
        let signed = signatures(message.secrets, message.id, timestamp_s, message.body);
        let Some(signed) = signed else {
            return Outcome::failed("its secret cannot be used: make a new one");
        };
        let request = Request::post(message.url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("Vouch/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", message.id)
            .header("webhook-timestamp", timestamp_s)
            .header("webhook-signature", signed)
            .body(Full::new(Bytes::from(message.body.to_owned())));
        let request = match request {
            Ok(request) => request,
            Err(error) => return Outcome::failed(error.to_string()),
        };
        match tokio::time::timeout(TIMEOUT, self.client.request(request)).await {
            Err(_) => Outcome::failed(format!("no answer within {} s", TIMEOUT.as_secs())),
            Ok(Err(error)) => Outcome::failed(why(&error)),
            Ok(Ok(response)) => read(response, message.at).await,
        }
    }
}

async fn read(response: Response<impl Body<Data = Bytes> + Unpin>, at: Time) -> Outcome {
    let (head, mut body) = response.into_parts();
    let mut excerpt = Vec::new();
    let read = async {
        while excerpt.len() < EXCERPT_BYTES
            && let Some(Ok(frame)) = body.frame().await
        {
            excerpt.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
        }
    };
    // What has come by then is kept.
    tokio::time::timeout(EXCERPT_TIMEOUT, read).await.ok();
    excerpt.truncate(EXCERPT_BYTES);
    // PostgreSQL keeps no U+0000.
    let text = String::from_utf8_lossy(&excerpt).replace('\0', "\u{fffd}");
    Outcome {
        status: Some(head.status.as_u16()),
        error: None,
        response: Some(text).filter(|text| !text.is_empty()),
        retry_after_s: retry_after_s(&head.headers, at),
    }
}

/// `Retry-After`: seconds, or a date.
fn retry_after_s(headers: &HeaderMap, at: Time) -> Option<i64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let date = httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(i64::try_from(date.as_secs()).ok()? - at.micros().div_euclid(1_000_000))
}

/// Why no answer came: what the client says of itself tells nobody anything.
fn why(error: &dyn std::error::Error) -> String {
    with_causes(error.source().unwrap_or(error))
}

/// An error's text with that of each cause.
fn with_causes(error: &dyn std::error::Error) -> String {
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
    fn waits_are_read_in_both_forms() {
        let read = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            retry_after_s(&headers, Time::from_micros(1_000_000_000))
        };
        assert_eq!(read("120"), Some(120));
        assert_eq!(read("Thu, 01 Jan 1970 00:17:40 GMT"), Some(60));
        assert_eq!(read("soon"), None);
    }
}
