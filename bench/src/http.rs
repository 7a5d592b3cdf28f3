//! One connection over which calls are made one after the other.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A request, made once and sent often.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// The method.
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) uri: Uri,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) body: Bytes,
}

/// The head of an answer whose body was read.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: StatusCode,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body, where it was to be kept.
    pub(crate) body: Bytes,
}

/// A connection that is kept alive, and made again when it has gone.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
    driver: JoinSet<()>,
}

impl Connection {
    /// To this address, from the first call on.
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, sender: None, driver: JoinSet::new() }
    }

    /// Connects, where it is not.
    pub(crate) async fn connect(&mut self) -> Result<&mut SendRequest<Full<Bytes>>> {
        if let Some(sender) = self.sender.take().filter(|sender| !sender.is_closed()) {
            return Ok(self.sender.insert(sender));
        }
        let stream = TcpStream::connect(self.address).await.context("no connection")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        self.driver.abort_all();
        self.driver.spawn(async move {
            // The call that is under way says what went wrong.
            connection.await.ok();
        });
        Ok(self.sender.insert(sender))
    }

    /// Makes a call and reads its whole answer; keeps the body where it is wanted.
    pub(crate) async fn call(&mut self, call: &Prepared, keep: bool) -> Result<Answer> {
        let answered = self.try_call(call, keep).await;
        if answered.is_err() {
            self.sender = None;
        }
        answered
    }

    async fn try_call(&mut self, call: &Prepared, keep: bool) -> Result<Answer> {
        let sender = self.connect().await?;
        sender.ready().await?;
        let mut request = Request::new(Full::new(call.body.clone()));
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = call.uri.clone();
        *request.headers_mut() = call.headers.clone();
        let (head, mut body) = sender.send_request(request).await?.into_parts();
        let body = if keep || !head.status.is_success() {
            body.collect().await?.to_bytes()
        } else {
            while let Some(frame) = body.frame().await {
                frame?;
            }
            Bytes::new()
        };
        Ok(Answer { status: head.status, headers: head.headers, body })
    }
}

impl Prepared {
    /// A request with these headers; a body is JSON.
    pub(crate) fn new(
        address: SocketAddr,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: impl Into<Bytes>,
    ) -> Result<Self> {
        let mut map = HeaderMap::new();
        map.insert(HOST, HeaderValue::from_str(&address.to_string())?);
        let body = body.into();
        if !body.is_empty() {
            map.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in headers {
            map.insert(name.parse::<HeaderName>()?, value.parse()?);
        }
        let uri = path.parse().with_context(|| format!("`{path}` is no path"))?;
        Ok(Self { method: method.parse()?, uri, headers: map, body })
    }
}

/// A server's API, for setting up and looking up; every call has its own connection.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    /// Where it is.
    pub(crate) address: SocketAddr,
    /// What every call carries.
    pub(crate) headers: Vec<(String, String)>,
}

impl Api {
    /// With a bearer key.
    pub(crate) fn new(address: SocketAddr, key: &str) -> Self {
        let bearer = (AUTHORIZATION.to_string(), format!("Bearer {key}"));
        Self { address, headers: vec![bearer] }
    }

    /// Makes a call and gives its answer, whatever the status.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let call = Prepared::new(self.address, method, path, &self.headers, body)?;
        Connection::new(self.address).call(&call, true).await
    }

    /// Makes a call that must succeed, and gives the JSON of its answer.
    pub(crate) async fn json(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        let answer = self.send(method, path, body).await.with_context(|| path.to_owned())?;
        if !answer.status.is_success() {
            let text = String::from_utf8_lossy(&answer.body);
            bail!("{method} {path} was answered with {}: {text}", answer.status);
        }
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer.body).with_context(|| format!("{path} is not JSON"))
    }

    /// GET that must succeed.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.json("GET", path, None).await
    }
}
