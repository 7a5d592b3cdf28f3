//! A mock of a provider, in a process of its own: it answers at once, and the same each time.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use clap::Args;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::output;
use crate::sample;

/// How the mock answers.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How long it thinks before it answers, in ms.
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
}

/// What it has ready.
struct Answers {
    delay: Duration,
    json: Bytes,
    events: Vec<Bytes>,
    models: Bytes,
}

/// Serves until it is killed; says where first.
pub(crate) async fn run(options: Options) -> Result<()> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    output::line(&format!("listening on http://{}", listener.local_addr()?));
    let models = json!({"object": "list", "data": [{"id": sample::MODEL, "object": "model"}]});
    // Lives as long as the process.
    let answers: &'static Answers = Box::leak(Box::new(Answers {
        delay: Duration::from_millis(options.delay_ms),
        json: sample::answer(),
        events: sample::events(),
        models: models.to_string().into(),
    }));
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        while connections.try_join_next().is_some() {}
        connections.spawn(serve(stream, answers));
    }
}

async fn serve(stream: TcpStream, answers: &'static Answers) {
    let service = service_fn(move |request| answer(request, answers));
    // A connection that breaks is its caller's business.
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
}

async fn answer(
    request: Request<Incoming>,
    answers: &'static Answers,
) -> Result<Response<Answer>, Infallible> {
    let is_call = request.uri().path().ends_with("/chat/completions");
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
    if answers.delay > Duration::ZERO {
        tokio::time::sleep(answers.delay).await;
    }
    let (kind, body) = match body {
        Ok(body) if is_call && asks_for_stream(&body) => {
            ("text/event-stream", Answer::Events { left: &answers.events, together: 0 })
        }
        _ if is_call => ("application/json", Answer::Whole(Some(answers.json.clone()))),
        _ => ("application/json", Answer::Whole(Some(answers.models.clone()))),
    };
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

/// Whether the body says `"stream": true`, however it is spaced.
fn asks_for_stream(body: &[u8]) -> bool {
    const FIELD: &[u8] = b"\"stream\"";
    let at = body.windows(FIELD.len()).position(|window| window == FIELD);
    at.is_some_and(|at| {
        let after = body[at + FIELD.len()..].iter().filter(|byte| !byte.is_ascii_whitespace());
        after.take(5).eq(b":true")
    })
}

/// An answer, whole or event by event.
enum Answer {
    Whole(Option<Bytes>),
    /// Some events are sent before the next are given out, as by a fast model.
    Events {
        left: &'static [Bytes],
        together: usize,
    },
}

/// How many events leave together.
pub(crate) const TOGETHER: usize = 4;

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
            Self::Events { together, .. } if *together == TOGETHER => {
                *together = 0;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Events { left, together } => {
                let Some((event, rest)) = left.split_first() else { return Poll::Ready(None) };
                (*left, *together) = (rest, *together + 1);
                Poll::Ready(Some(Ok(Frame::data(event.clone()))))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => {
                let bytes = body.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(bytes).unwrap_or(u64::MAX))
            }
            Self::Events { .. } => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_asked_for_in_any_spacing() {
        for body in [r#"{"stream":true}"#, r#"{"a": 1, "stream" : true }"#] {
            assert!(asks_for_stream(body.as_bytes()), "{body}");
        }
        for body in [r#"{"stream":false}"#, r#"{"stream_options":{}}"#, r#"{"stream":"#, ""] {
            assert!(!asks_for_stream(body.as_bytes()), "{body}");
        }
    }

    #[tokio::test]
    async fn events_come_one_by_one_and_all() {
        let events: Vec<Bytes> = (0..TOGETHER + 2).map(|n| Bytes::from(n.to_string())).collect();
        let mut body = Answer::Events { left: events.clone().leak(), together: 0 };
        let mut frames = Vec::new();
        while let Some(Ok(frame)) = body.frame().await {
            frames.push(frame.into_data().unwrap());
        }
        assert_eq!(frames, events);
    }
}
