//! A provider on a real socket that does as it is told, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::chat_answer;

/// How the provider answers one call.
pub enum Reply {
    /// With JSON and a status.
    Json(u16, Value),
    /// With a status and a header, and JSON.
    With(u16, (&'static str, &'static str), Value),
    /// With these bytes, of this type.
    Raw(u16, &'static str, Bytes),
    /// With a stream of these pieces.
    Stream(Vec<String>),
    /// With a stream that the test feeds; it ends with its sender, which is closed when the
    /// caller goes away.
    Fed(mpsc::Receiver<Bytes>),
    /// With these pieces of a stream, and then the connection dies.
    DieAfter(Vec<String>),
    /// Never.
    Hang,
}

/// What the provider was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The path.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Bytes,
}

impl Asked {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// A provider that speaks OpenAI's chat completions.
pub struct FakeProvider {
    /// Its address, up to and with `/v1`.
    pub base_url: String,
    script: Arc<Script>,
    _server: JoinSet<()>,
}

#[derive(Default)]
struct Script {
    replies: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<Asked>>,
}

impl FakeProvider {
    /// Starts it; until told otherwise it answers "Hello".
    ///
    /// # Panics
    /// When there is no socket to be had.
    pub async fn start() -> Self {
        let script = Arc::new(Script::default());
        let router = Router::new()
            .route("/v1/models", get(|| async { Json(json!({"data": [{"id": "fake-1"}]})) }))
            .fallback(answer)
            .with_state(Arc::clone(&script));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let address = listener.local_addr().expect("an address");
        let mut server = JoinSet::new();
        server.spawn(async move {
            axum::serve(listener, router).await.expect("the provider serves");
        });
        Self { base_url: format!("http://{address}/v1"), script, _server: server }
    }

    /// Answers the next call like this.
    pub fn next(&self, reply: Reply) {
        self.script.replies.lock().unwrap_or_else(PoisonError::into_inner).push_back(reply);
    }

    /// Answers the next call with a stream that the test feeds.
    pub fn next_fed(&self) -> mpsc::Sender<Bytes> {
        let (feed, pieces) = mpsc::channel(16);
        self.next(Reply::Fed(pieces));
        feed
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.script.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let asked = Asked { path: parts.uri.path().to_owned(), headers: parts.headers, body };
    script.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    let reply = script.replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let streamed = |body| ([(CONTENT_TYPE, "text/event-stream")], body).into_response();
    match reply.unwrap_or_else(|| Reply::Json(200, chat_answer("Hello"))) {
        Reply::Json(status, body) => (code(status), Json(body)).into_response(),
        Reply::With(status, header, body) => (code(status), [header], Json(body)).into_response(),
        Reply::Raw(status, kind, body) => {
            (code(status), [(CONTENT_TYPE, kind)], body).into_response()
        }
        Reply::Stream(pieces) => {
            let pieces =
                stream::iter(pieces).map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
            streamed(Body::from_stream(pieces))
        }
        Reply::Fed(mut fed) => {
            let pieces = stream::poll_fn(move |cx| fed.poll_recv(cx)).map(Ok::<_, std::io::Error>);
            streamed(Body::from_stream(pieces))
        }
        Reply::DieAfter(pieces) => {
            let dies = Err(std::io::Error::other("the provider dies"));
            let pieces = pieces.into_iter().map(|piece| Ok(Bytes::from(piece)));
            // A pause for what was sent to leave before the connection goes.
            let pieces = stream::iter(pieces).chain(stream::once(async {
                tokio::task::yield_now().await;
                dies
            }));
            streamed(Body::from_stream(pieces))
        }
        Reply::Hang => std::future::pending().await,
    }
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("a status")
}
