//! One call: its request, its attempts, its answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{sleep, timeout};

use crate::error::{BoxError, Error, Problem, Result};
use crate::id::uuid;
use crate::retry::Attempts;
use crate::transport::{Body, NoAnswer, Transport};

const AGENT: &str = concat!("vouch-client/", env!("CARGO_PKG_VERSION"), " rust");

/// Where the server is, and how to talk to it.
pub(crate) struct Settings {
    pub(crate) base_url: String,
    pub(crate) authorization: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) invoke_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) transport: Arc<dyn Transport>,
}

/// One call of the API.
pub(crate) struct Call {
    method: Method,
    path_and_query: String,
    body: Bytes,
    /// The same for all attempts of a write, so that it happens once.
    idempotency_key: String,
    /// For one attempt; of a stream, the longest silence.
    pub(crate) timeout: Option<Duration>,
    /// Whether doing it twice is the same as doing it once. What is not is only tried again where
    /// it was certainly not done.
    pub(crate) repeatable: bool,
}

impl Call {
    pub(crate) fn get(path_and_query: String) -> Self {
        Self {
            method: Method::GET,
            path_and_query,
            body: Bytes::new(),
            idempotency_key: String::new(),
            timeout: None,
            repeatable: true,
        }
    }

    /// A write; its key is made where the caller has none.
    pub(crate) fn post(
        path: impl Into<String>,
        body: &impl Serialize,
        key: Option<&str>,
    ) -> Result<Self> {
        let body = serde_json::to_vec(body).map_err(|e| Error::Usage(format!("not JSON: {e}")))?;
        Ok(Self {
            method: Method::POST,
            body: body.into(),
            idempotency_key: key.map_or_else(|| uuid().to_string(), str::to_owned),
            ..Self::get(path.into())
        })
    }
}

impl Settings {
    /// The JSON of the answer.
    pub(crate) async fn send<T: DeserializeOwned>(&self, call: &Call) -> Result<T> {
        let limit = call.timeout.unwrap_or(self.timeout);
        let read = |response: Response<Body>| async move {
            Ok(response.into_body().collect().await?.to_bytes())
        };
        let bytes = self.attempt(call, "application/json", limit, read).await?;
        serde_json::from_slice(&bytes).map_err(Error::Answer)
    }

    /// A successful answer whose body is still to be read.
    pub(crate) async fn open(&self, call: &Call) -> Result<Body> {
        let limit = call.timeout.unwrap_or(self.timeout);
        let read = |response: Response<Body>| async move { Ok(response.into_body()) };
        self.attempt(call, "text/event-stream", limit, read).await
    }

    async fn attempt<T, R>(
        &self,
        call: &Call,
        accept: &'static str,
        limit: Duration,
        read: impl Fn(Response<Body>) -> R,
    ) -> Result<T>
    where
        R: Future<Output = std::result::Result<T, BoxError>>,
    {
        let mut attempts = Attempts::new(self.max_retries, call.repeatable);
        loop {
            let request = self.request(call, accept)?;
            let once = timeout(limit, self.once(request, &read)).await;
            let (pause, error) = match once {
                Ok(Ok(Came::Success(value))) => return Ok(value),
                Ok(Ok(Came::Other(head, body))) => {
                    let path = &call.path_and_query;
                    let problem = Problem::read(head.status, &head.headers, &body, path);
                    let pause = attempts.after_status(head.status, &head.headers);
                    (pause, Error::Status(Box::new(problem)))
                }
                Ok(Err(e)) => (attempts.after_error(e.unsent), Error::Connection(e.source)),
                Err(_) => (attempts.after_error(false), Error::Timeout(limit)),
            };
            sleep(pause.ok_or(error)?).await;
        }
    }

    async fn once<T, R>(
        &self,
        request: Request<Full<Bytes>>,
        read: impl Fn(Response<Body>) -> R,
    ) -> std::result::Result<Came<T>, NoAnswer>
    where
        R: Future<Output = std::result::Result<T, BoxError>>,
    {
        let response = self.transport.send(request).await?;
        if response.status().is_success() {
            return Ok(Came::Success(read(response).await?));
        }
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(NoAnswer::from)?;
        Ok(Came::Other(Box::new(head), body.to_bytes()))
    }

    /// The same bytes for all attempts.
    fn request(&self, call: &Call, accept: &'static str) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(&call.method)
            .uri(format!("{}{}", self.base_url, call.path_and_query))
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, accept)
            .header(USER_AGENT, AGENT);
        if call.method == Method::POST {
            request = request.header(CONTENT_TYPE, "application/json");
            request = request.header("idempotency-key", &call.idempotency_key);
        }
        let made = request.body(Full::new(call.body.clone()));
        made.map_err(|e| Error::Usage(format!("the request cannot be made: {e}")))
    }
}

enum Came<T> {
    Success(T),
    Other(Box<http::response::Parts>, Bytes),
}
