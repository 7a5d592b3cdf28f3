//! A small HTTP client that shows exactly what came back.

use std::collections::VecDeque;

use axum::body::Body;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Hyper;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use vouch_gateway::sse::{Event, Parser};

/// A caller of the server, with its credentials.
#[derive(Clone)]
pub struct Client {
    hyper: Hyper<HttpConnector, Full<Bytes>>,
    base: String,
    headers: HeaderMap,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its whole body.
    pub body: Bytes,
}

/// An answer whose body is still coming.
pub struct Stream {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    body: Body,
    parser: Parser,
    events: VecDeque<Event>,
}

impl Client {
    /// A caller without credentials.
    pub fn new(base: impl Into<String>) -> Self {
        let hyper = Hyper::builder(TokioExecutor::new()).build_http();
        Self { hyper, base: base.into(), headers: HeaderMap::new() }
    }

    /// The same caller, who always sends this header.
    ///
    /// # Panics
    /// When it cannot be a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header's name");
        self.headers.insert(name, value.parse().expect("a header's value"));
        self
    }

    /// The same caller with an API key.
    #[must_use]
    pub fn with_key(self, key: &str) -> Self {
        self.with(AUTHORIZATION.as_str(), &format!("Bearer {key}"))
    }

    /// The same caller with a session, who sends what guards it.
    #[must_use]
    pub fn with_session(self, secret: &str) -> Self {
        self.with(COOKIE.as_str(), &format!("vouch_session={secret}")).with("x-vouch-csrf", "1")
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Any method, with a JSON body or none.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let json = body.map(|body| Bytes::from(body.to_string()));
        self.send_raw(method, path, json.map(|json| ("application/json", json))).await
    }

    /// Any method with any body.
    ///
    /// # Panics
    /// When no answer comes, or it breaks off.
    pub async fn send_raw(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Bytes)>,
    ) -> Answer {
        let stream = self.open(method, path, body).await;
        let (status, headers) = (stream.status, stream.headers);
        let body = stream.body.collect().await.expect("a whole body").to_bytes();
        Answer { status, headers, body }
    }

    /// Any method with any body; the answer's body is read as it comes.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn open(&self, method: Method, path: &str, body: Option<(&str, Bytes)>) -> Stream {
        let mut request = Request::new(Full::default());
        *request.method_mut() = method;
        *request.uri_mut() = format!("{}{path}", self.base).parse().expect("a URL");
        *request.headers_mut() = self.headers.clone();
        if let Some((content_type, bytes)) = body {
            if !content_type.is_empty() {
                let value = HeaderValue::from_str(content_type).expect("a content type");
                request.headers_mut().insert(CONTENT_TYPE, value);
            }
            *request.body_mut() = Full::new(bytes);
        }
        let (parts, body) = self.hyper.request(request).await.expect("an answer").into_parts();
        Stream {
            status: parts.status,
            headers: parts.headers,
            body: Body::new(body),
            parser: Parser::default(),
            events: VecDeque::new(),
        }
    }
}

impl Stream {
    /// The next server-sent event; `None` at the end.
    ///
    /// # Panics
    /// When the stream breaks off.
    pub async fn event(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            let bytes = self.bytes().await?.expect("the stream goes on");
            self.events.extend(self.parser.push(&bytes));
        }
    }

    /// The next bytes; `None` at the end, an error when it breaks off.
    pub async fn bytes(&mut self) -> Option<Result<Bytes, axum::Error>> {
        loop {
            match self.body.frame().await? {
                Ok(frame) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Some(Ok(bytes));
                    }
                }
                Err(e) => return Some(Err(e)),
            }
        }
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header as text; empty where absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The same answer, after checking its status.
    ///
    /// # Panics
    /// When it has another.
    #[expect(clippy::return_self_not_must_use, reason = "often the check is all that is wanted")]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// The secret of the session that the answer opened.
    ///
    /// # Panics
    /// When it opened none.
    pub fn session(&self) -> String {
        let cookie = self.header("set-cookie");
        let secret = cookie.strip_prefix("vouch_session=").expect("a session cookie");
        secret.split(';').next().unwrap_or_default().to_owned()
    }
}
