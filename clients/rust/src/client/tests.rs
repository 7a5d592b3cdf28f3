//! What goes over the wire, what is tried again, and what comes of it, on a stub in the place of
//! the network. Time is paused: the pauses between attempts take none.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{StreamExt, iter, pending};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full, StreamBody};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::transport::{Answering, Body, NoAnswer, Transport};
use crate::*;

/// The next thing that the stub does.
enum Reply {
    Json(u16, Value),
    RetryAfter(u16, &'static str),
    /// The events of a stream; then its end, a broken connection or silence.
    Events(Vec<Bytes>, End),
    /// There was no connection.
    Unsent,
    /// The connection broke.
    Broken,
    Silence,
}

enum End {
    Close,
    Silence,
}

struct Asked {
    path: String,
    headers: HeaderMap,
    body: Value,
}

#[derive(Clone)]
struct Stub {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies = replies.into_iter().collect();
        Self { replies: Arc::new(Mutex::new(replies)), asked: Arc::default() }
    }

    fn client(&self) -> Vouch {
        let builder = Vouch::builder().base_url("http://vouch.test/").api_key("vk_test");
        builder.build_on(Arc::new(self.clone())).unwrap()
    }

    fn keys(&self) -> Vec<String> {
        let text = |asked: &Asked| asked.headers["idempotency-key"].to_str().unwrap().to_owned();
        self.asked.lock().unwrap().iter().map(text).collect()
    }

    fn paths(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.path.clone()).collect()
    }

    fn bodies(&self) -> Vec<Value> {
        self.asked.lock().unwrap().iter().map(|asked| asked.body.clone()).collect()
    }
}

impl Transport for Stub {
    fn send(&self, request: Request<Full<Bytes>>) -> Answering {
        let stub = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let asked = Asked {
                path: head.uri.path_and_query().unwrap().to_string(),
                headers: head.headers,
                body: serde_json::from_slice(&body).unwrap_or_default(),
            };
            stub.asked.lock().unwrap().push(asked);
            let reply = stub.replies.lock().unwrap().pop_front().expect("a reply");
            match reply {
                Reply::Json(status, body) => Ok(response(status, None, full(&body))),
                Reply::RetryAfter(status, after) => {
                    Ok(response(status, Some(after), full(&json!({}))))
                }
                Reply::Events(events, end) => Ok(response(200, None, streamed(events, &end))),
                Reply::Unsent => Err(NoAnswer { source: "refused".into(), unsent: true }),
                Reply::Broken => Err(NoAnswer { source: "reset".into(), unsent: false }),
                Reply::Silence => std::future::pending().await,
            }
        })
    }
}

fn response(status: u16, retry_after: Option<&str>, body: Body) -> Response<Body> {
    let mut response = Response::builder().status(status);
    if let Some(after) = retry_after {
        response = response.header("retry-after", after);
    }
    response.body(body).unwrap()
}

fn full(body: &Value) -> Body {
    Full::new(Bytes::from(body.to_string())).map_err(|never| match never {}).boxed_unsync()
}

fn streamed(events: Vec<Bytes>, end: &End) -> Body {
    let frames = iter(events.into_iter().map(|bytes| Ok(http_body::Frame::data(bytes))));
    match end {
        End::Close => BodyExt::boxed_unsync(StreamBody::new(frames)),
        End::Silence => BodyExt::boxed_unsync(StreamBody::new(frames.chain(pending()))),
    }
}

fn kept() -> Reply {
    Reply::Json(201, json!({"ids": ["fb_1"], "attached": [true]}))
}

fn said(content: &str) -> Value {
    json!({
        "id": "log_1", "created": "2026-01-02T03:04:05Z", "model": "m", "provider": "openailike",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}}],
    })
}

/// The events of an answer, cut in the middle of lines.
fn events(pieces: &[&str], end: &str) -> Vec<Bytes> {
    let events = pieces.iter().map(|piece| format!("data: {}\n\n", said(piece)));
    let text = events.chain([end.to_owned()]).collect::<Vec<_>>().concat();
    text.as_bytes().chunks(7).map(Bytes::copy_from_slice).collect()
}

fn thumbs() -> NewFeedback {
    Opinion::new().thumbs(true).on_log("log_1")
}

#[tokio::test(start_paused = true)]
async fn the_idempotency_key_stays_the_same_over_the_retries_of_a_write() {
    let stub = Stub::new([
        Reply::Unsent,
        Reply::Json(503, json!({})),
        Reply::Broken,
        kept(),
        kept(),
        kept(),
    ]);
    let client = stub.client();
    assert_eq!(client.feedback(thumbs()).await.unwrap().ids, ["fb_1"]);
    client.feedback(thumbs()).await.unwrap();
    client.with_idempotency_key("mine").feedback(thumbs()).await.unwrap();
    let keys = stub.keys();
    assert!(keys[..4].iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_ne!(keys[4], keys[0]);
    assert_eq!(keys[5], "mine");
    assert!(stub.bodies().iter().all(|body| *body == stub.bodies()[0]));
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_waited_for() {
    let stub = Stub::new([Reply::RetryAfter(429, "7"), kept()]);
    let begun = Instant::now();
    stub.client().feedback(thumbs()).await.unwrap();
    let waited = begun.elapsed();
    assert!((7.0..7.1).contains(&waited.as_secs_f64()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_write_is_made_again_after_a_time_out_and_gives_up_in_the_end() {
    let stub = Stub::new([Reply::Silence, kept()]);
    stub.client().feedback(thumbs()).await.unwrap();
    let stub = Stub::new([Reply::Unsent, Reply::Unsent, Reply::Unsent, Reply::Unsent]);
    let error = stub.client().feedback(thumbs()).await.unwrap_err();
    assert!(matches!(error, Error::Connection(_)), "{error}");
    assert_eq!(stub.paths().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_may_have_been_asked_is_not_asked_again() {
    for reply in [|| Reply::Silence, || Reply::Broken, || Reply::Json(502, json!({}))] {
        let stub = Stub::new([reply()]);
        assert!(stub.client().invoke(Invoke::new("assistant")).await.is_err());
        let stream = Stub::new([reply()]);
        assert!(stream.client().invoke_stream(Invoke::new("assistant")).await.is_err());
        assert_eq!((stub.paths().len(), stream.paths().len()), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_that_was_not_asked_is_asked_again() {
    let not_begun = [429, 503].map(|status| Reply::Json(status, json!({})));
    let stub =
        Stub::new(not_begun.into_iter().chain([Reply::Unsent, Reply::Json(200, said("Hi"))]));
    let answer = stub.client().invoke(Invoke::new("assistant")).await.unwrap();
    assert_eq!(answer.text(), "Hi");
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_be_talked_about() {
    let added = json!({"success": true, "attached": true, "feedback_ids": []});
    let stub = Stub::new([Reply::Json(200, said("Hi")), Reply::Json(200, added), kept()]);
    let call = Invoke::new("assistant").inputs(json!({"name": "Ann"})).chain_id("c1");
    let answer = stub.client().invoke(call).await.unwrap();
    answer.add_metrics(Metrics::new().score(70)).await.unwrap();
    answer.feedback(Opinion::new().thumbs(false).comment("No.")).await.unwrap();
    let expected = ["/v2/deployments/invoke", "/api/v1/logs/log_1/metrics", "/api/v1/feedback"];
    assert_eq!(stub.paths(), expected);
    let thumbs = json!({"log_id": "log_1", "name": "thumbs", "value": false, "comment": "No."});
    assert_eq!(
        stub.bodies(),
        [
            json!({"key": "assistant", "inputs": {"name": "Ann"}, "chain_id": "c1"}),
            json!({"feedback": {"score": 70.0}}),
            json!({"feedback": [thumbs]}),
        ]
    );
    let asked = stub.asked.lock().unwrap();
    assert_eq!(asked[0].headers["authorization"], "Bearer vk_test");
    assert!(asked[0].headers["user-agent"].to_str().unwrap().starts_with("vouch-client/"));
}

#[tokio::test(start_paused = true)]
async fn a_stream_comes_in_chunks_and_makes_a_whole() {
    let whole = events(&["Hel", "lo"], "data: [DONE]\n\n");
    let stub = Stub::new([Reply::Events(whole, End::Silence)]);
    let mut stream = stub.client().invoke_stream(Invoke::new("assistant")).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "Hel");
    assert_eq!(stream.log_id(), Some("log_1"));
    assert_eq!(stream.collect().await.unwrap().text(), "Hello");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_or_falls_silent_says_so() {
    let open = |end| Stub::new([Reply::Events(events(&["Hel"], ""), end)]);
    let collect = async |stub: Stub| {
        let stream = stub.client().invoke_stream(Invoke::new("assistant")).await.unwrap();
        stream.collect().await.unwrap_err()
    };
    let broken = collect(open(End::Close)).await;
    assert!(
        matches!(&broken, Error::StreamBroken { log_id: Some(id), .. } if id == "log_1"),
        "{broken:?}"
    );
    let silent = collect(open(End::Silence)).await;
    assert!(matches!(silent, Error::Timeout(_)), "{silent:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_around_the_gateway_becomes_a_log() {
    let ids = Reply::Json(201, json!({"ids": ["log_1"]}));
    let failed = Reply::Json(201, json!({"ids": ["log_2"]}));
    let stub = Stub::new([ids, failed]);
    let client = stub.client();
    let begin = || client.log_call(NewLog::new([Message::user("Hello")]).model("gpt-4o"));
    let mut call = begin();
    let log_id = call.log_id().to_owned();
    tokio::time::sleep(Duration::from_millis(20)).await;
    call.token();
    tokio::time::sleep(Duration::from_millis(30)).await;
    call.token();
    let answer = [Choice::from(Message::assistant("Hi!"))];
    call.completed(answer, Some(Usage::new(1, 2))).await.unwrap();
    let error = LogError { kind: "upstream".into(), status: Some(429), message: "slow".into() };
    begin().failed([], error).await.unwrap();

    let bodies = stub.bodies();
    let log = &bodies[0]["logs"][0];
    assert_eq!(log["id"], json!(log_id));
    assert_eq!((&log["status"], &log["model"]), (&json!("completed"), &json!("gpt-4o")));
    assert_eq!(log["choices"][0]["message"]["content"], "Hi!");
    assert_eq!(log["usage"]["total_tokens"], 3);
    let ms = |name: &str| log["performance"][name].as_f64().unwrap().round();
    assert_eq!([ms("latency"), ms("time_to_first_token")].map(|ms| ms.to_string()), ["50", "20"]);
    assert!(log["created_at"].as_str().unwrap().ends_with('Z'));
    let log = &bodies[1]["logs"][0];
    assert_eq!((&log["status"], &log["error"]["status"]), (&json!("failed"), &json!(429)));
}
