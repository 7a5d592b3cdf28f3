//! Exchanges with Anthropic: what we send, and what its answers and streams become.

use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt as _, Full, StreamBody};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::provider::BoxError;

/// 2026-01-15T12:00:00Z.
const CREATED_S: i64 = 1_768_478_400;

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn sent(request: &Value) -> Value {
    let asked = request::translate(request.to_string().as_bytes()).unwrap();
    serde_json::from_slice(&asked.body).unwrap()
}

fn refused(more: &Value) -> String {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request::translate(body.to_string().as_bytes()).unwrap_err().pointer.to_string()
}

/// An exchange: the caller's `request` is `sent`, and the `answer` is `shown`.
#[track_caller]
fn check(exchange: &str) {
    let exchange = parse(exchange);
    assert_eq!(sent(&exchange["request"]), exchange["sent"]);
    assert_eq!(answer::completion(&exchange["answer"], CREATED_S).unwrap(), exchange["shown"]);
}

#[test]
fn text_goes_and_comes() {
    check(include_str!("fixtures/text.json"));
}

#[test]
fn tools_go_and_come() {
    check(include_str!("fixtures/tools.json"));
}

#[test]
fn images_go() {
    check(include_str!("fixtures/images.json"));
}

#[test]
fn a_choice_of_tools_is_anthropics() {
    let choice =
        |choice: Value, parallel: Option<bool>| tools::choice(Some(choice), parallel, true);
    assert_eq!(choice(json!("auto"), None), Some(json!({"type": "auto"})));
    assert_eq!(choice(json!("none"), Some(false)), Some(json!({"type": "none"})));
    let named = json!({"type": "function", "function": {"name": "f"}});
    assert_eq!(choice(named, Some(true)), Some(json!({"type": "tool", "name": "f"})));
    let one = json!({"type": "auto", "disable_parallel_tool_use": true});
    assert_eq!(tools::choice(None, Some(false), true), Some(one));
    assert_eq!(tools::choice(Some(json!("auto")), Some(false), false), None);
}

#[test]
fn what_has_no_counterpart_is_refused_by_name() {
    assert_eq!(refused(&json!({"n": 2})), "/n");
    assert_eq!(refused(&json!({"response_format": {"type": "json_object"}})), "/response_format");
    assert_eq!(refused(&json!({"functions": []})), "/functions");
    let messages = |message: Value| refused(&json!({"messages": [message]}));
    assert_eq!(messages(json!({"role": "function"})), "/messages/0/role");
    assert_eq!(messages(json!({"role": "tool", "content": "x"})), "/messages/0/tool_call_id");
    let image = json!([{"type": "image_url", "image_url": {"url": "ftp://x"}}]);
    let pointer = messages(json!({"role": "user", "content": image}));
    assert_eq!(pointer, "/messages/0/content/0/image_url/url");
    let calls = json!([{"id": "1", "function": {"name": "f", "arguments": "[1"}}]);
    let pointer = messages(json!({"role": "assistant", "tool_calls": calls}));
    assert_eq!(pointer, "/messages/0/tool_calls/0/function/arguments");
}

#[test]
fn why_it_stopped_is_said_in_openais_words() {
    for (theirs, ours) in [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
    ] {
        assert_eq!(answer::finish_reason(theirs), ours);
    }
}

#[test]
fn errors_get_openais_shape() {
    let came = br#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}"#;
    let shown = json!({"error": {"message": "Overloaded", "type": "overloaded_error",
        "param": null, "code": "overloaded_error"}});
    assert_eq!(answer::error(came), shown);
    assert_eq!(answer::error(b"<html>Bad gateway</html>")["error"]["type"], "api_error");
}

/// The chunks of a translated stream.
fn chunks(translated: &[u8]) -> Vec<Value> {
    let mut parser = crate::sse::Parser::default();
    let events = parser.push(translated);
    assert!(parser.finish().is_none(), "whole events only");
    let read = |data: String| serde_json::from_str(&data).unwrap_or(Value::String(data));
    events.into_iter().map(|event| read(event.data)).collect()
}

fn translated(stream: &Value, pieces: &[&[u8]]) -> Vec<u8> {
    let include_usage = stream["include_usage"].as_bool().unwrap();
    let mut translator = StreamTranslator::new(CREATED_S, include_usage);
    let mut out: Vec<u8> = pieces.iter().flat_map(|piece| translator.push(piece)).collect();
    out.extend(translator.finish());
    out
}

const STREAMS: [&str; 4] = [
    include_str!("fixtures/text.stream.json"),
    include_str!("fixtures/tools.stream.json"),
    include_str!("fixtures/thinking.stream.json"),
    include_str!("fixtures/error.stream.json"),
];

#[test]
fn streams_become_chunks() {
    for stream in STREAMS.map(parse) {
        let events = stream["events"].as_str().unwrap();
        let shown = chunks(&translated(&stream, &[events.as_bytes()]));
        assert_eq!(Value::from(shown), stream["shown"]);
    }
}

#[test]
fn a_streamed_answer_folds_into_the_same_log_as_a_whole_one() {
    let stream = parse(STREAMS[1]);
    let folded =
        crate::fold::stream(&translated(&stream, &[stream["events"].as_str().unwrap().as_bytes()]));
    let calls = &folded.choices[0].message.rest["tool_calls"];
    assert_eq!(calls[0]["function"]["arguments"], "{\"city\": \"Rome\"}");
    assert_eq!(calls[1]["function"]["arguments"], "{}");
    assert_eq!(folded.choices[0].finish_reason.as_deref(), Some("tool_calls"));
    let failed = parse(STREAMS[3]);
    let folded =
        crate::fold::stream(&translated(&failed, &[failed["events"].as_str().unwrap().as_bytes()]));
    assert!(folded.error.unwrap().contains("Overloaded") && !folded.finished);
}

#[tokio::test]
async fn a_body_that_breaks_off_stays_broken_and_the_rest_is_shown() {
    let came: Vec<Result<Frame<Bytes>, BoxError>> = vec![
        Ok(Frame::data(Bytes::from_static(
            b"event: ping\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n",
        ))),
        Err("reset".into()),
    ];
    let inner = StreamBody::new(stream::iter(came)).boxed_unsync();
    let translation = Translation::Stream(Box::new(StreamTranslator::new(CREATED_S, false)));
    let mut body = Translated::new(inner, translation);
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(chunks(&first)[0]["choices"][0]["delta"]["content"], "Hi");
    assert!(body.frame().await.unwrap().is_err());
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn what_is_no_message_passes_as_it_is() {
    let inner = Full::new(Bytes::from_static(b"<html>")).map_err(|e| match e {}).boxed_unsync();
    let body = Translated::new(inner, Translation::Answer { created_s: CREATED_S });
    assert_eq!(body.collect().await.unwrap().to_bytes(), "<html>");
}

proptest! {
    #[test]
    fn where_a_stream_is_cut_makes_no_difference(
        which in 0..STREAMS.len(),
        mut cuts in prop::collection::vec(0_usize..4096, 0..20),
    ) {
        let stream = parse(STREAMS[which]);
        let bytes = stream["events"].as_str().unwrap().as_bytes();
        for cut in &mut cuts {
            *cut %= bytes.len() + 1;
        }
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|w| &bytes[w[0]..w[1]]).collect();
        prop_assert_eq!(translated(&stream, &pieces), translated(&stream, &[bytes]));
    }

    #[test]
    fn no_stream_makes_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        StreamTranslator::new(0, true).push(&bytes);
    }

    #[test]
    fn no_event_makes_it_fail(
        kind in "message_start|content_block_start|content_block_delta|content_block_stop|message_delta|error",
        field in "message|content_block|delta|error|index|usage",
        value in prop_oneof![Just(json!("x")), Just(json!([])), Just(json!(null)), Just(json!({"type": "tool_use"})), Just(json!(1))],
    ) {
        let event = format!("data: {}\n\n", json!({"type": kind, "index": 0, field: value}));
        StreamTranslator::new(0, true).push(event.as_bytes());
    }
}
