//! Traces over OTLP: spans become logs, feedback finds them, and exporters are told in their
//! own words what was wrong.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::Method;
use serde_json::{Value, json};
use vouch_domain::access::Scope;
use vouch_testkit::{Answer, Client, Engine, TestApp, TestOptions};

const BINARY: &[u8] = include_bytes!("../../../vouch-otlp/src/fixtures/openinference.pb");
const TEXT: &[u8] = include_bytes!("../../../vouch-otlp/src/fixtures/openinference.json");
const TRACE: &str = "b0cc3341cf0f270232eee6ab5a35cfd7";
const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// An app on the day when the spans were recorded.
async fn start(engine: Engine) -> TestApp {
    let app = TestApp::with(TestOptions { engine, ..TestOptions::default() }).await;
    app.clock.advance_s(1_795_445_000 - 1_768_478_400);
    app
}

async fn each_engine<F: Future<Output = ()>>(test: impl Fn(TestApp) -> F) {
    for engine in Engine::available() {
        test(start(engine).await).await;
    }
}

async fn send(client: &Client, content_type: &str, body: impl Into<Bytes>) -> Answer {
    client.send_raw(Method::POST, "/v1/traces", Some((content_type, body.into()))).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn logs(client: &Client) -> Vec<Value> {
    let answer = client.get(&format!("/api/v1/logs?q=chain:{TRACE}")).await.expect(200);
    answer.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn spans_become_logs_once_however_they_come() {
    each_engine(|app| async move {
        let program = app.key(&[Scope::Ingest, Scope::Read]).await;
        let price = json!({"provider": "openai", "model": "fake-1",
            "input_usd_micros_per_mtok": 1_000_000, "output_usd_micros_per_mtok": 2_000_000});
        app.admin().await.put("/api/v1/prices", price).await.expect(200);
        let answer = send(&program, PROTOBUF, BINARY).await.expect(200);
        assert_eq!((answer.header("content-type"), answer.body.len()), (PROTOBUF, 0));
        let first = logs(&program).await;
        assert_eq!(first.len(), 5);
        let answer = send(&program, JSON, TEXT).await.expect(200);
        assert_eq!((answer.header("content-type"), answer.json()), (JSON, json!({})));
        let packed = program.clone().with("content-encoding", "gzip");
        send(&packed, PROTOBUF, gzip(BINARY)).await.expect(200);
        assert_eq!(logs(&program).await, first, "a repeat changes nothing");

        let oldest = first.last().unwrap();
        let id = oldest["id"].as_str().unwrap();
        let log = program.get(&format!("/api/v1/logs/{id}")).await.expect(200).json();
        assert_eq!((&log["origin"], &log["chain_id"]), (&json!("ingest"), &json!(TRACE)));
        assert_eq!(log["cost_usd_micros"], 9 + 4 * 2);
        assert_eq!(log["metadata"]["otel"]["path"], json!(["answer"]));
        let metrics = program.get("/metrics").await.expect(200).text();
        assert!(metrics.contains(r#"vouch_otlp_spans_total{outcome="logged"} 15"#), "{metrics}");
        assert!(metrics.contains(r#"vouch_otlp_spans_total{outcome="passed_over"} 3"#));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn feedback_names_a_span_before_and_after_it_comes() {
    each_engine(|app| async move {
        let program = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
        let thumb = |span: &str, up: bool, who: &str| {
            json!({"span": {"trace_id": TRACE, "span_id": span}, "name": "thumbs", "value": up, "user_id": who})
        };
        let (early, other) = ("23527f4ea8a2283f", "15fd875e881205b5");
        let given = program.post("/api/v1/feedback", thumb(early, false, "ann")).await.expect(202);
        assert_eq!(given.json()["attached"], json!([false]));
        send(&program, PROTOBUF, BINARY).await.expect(200);
        let both = json!({"feedback": [thumb(early, true, "bob"), thumb(other, true, "ann"), thumb(early, false, "eve")]});
        let given = program.post("/api/v1/feedback", both).await.expect(201).json();
        assert_eq!(given["attached"], json!([true, true, true]));
        let all = logs(&program).await;
        assert_eq!(all.len(), 5, "the early one is no log of its own");
        let thumbs = |log: &Value| (log["feedback"]["thumbs_up"].clone(), log["feedback"]["thumbs_down"].clone());
        let counted: Vec<_> = all.iter().map(thumbs).filter(|(up, down)| *up != 0 || *down != 0).collect();
        assert_eq!(counted.len(), 2);
        assert!(counted.contains(&(json!(1), json!(2))) && counted.contains(&(json!(1), json!(0))));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_span_in_feedback_is_named() {
    let app = start(Engine::default()).await;
    let program = app.key(&[Scope::Feedback]).await;
    let wrong = json!({"feedback": [{"span": {"trace_id": "x", "span_id": "y"}, "name": "thumbs", "value": true}]});
    let answer = program.post("/api/v1/feedback", wrong).await.expect(422).json();
    assert_eq!(answer["errors"][0]["pointer"], "/feedback/0/span/trace_id");
    let span = json!({"trace_id": TRACE, "span_id": "23527f4ea8a2283f"});
    let two = json!({"span": span, "chain_id": "c", "name": "thumbs", "value": true});
    let answer = program.post("/api/v1/feedback", two).await.expect(422).json();
    assert_eq!(
        answer["detail"],
        "the body: expected one of log_id, span, chain_id or conversation_id, got several of them"
    );
}

#[tokio::test]
async fn a_rejected_span_does_not_spoil_the_others() {
    let app = start(Engine::default()).await;
    let program = app.key(&[Scope::Ingest, Scope::Read]).await;
    let mut body: Value = serde_json::from_slice(TEXT).unwrap();
    body["resourceSpans"][0]["scopeSpans"][0]["spans"][1]["spanId"] = json!("");
    body["resourceSpans"][0]["scopeSpans"][0]["spans"][2]["startTimeUnixNano"] =
        json!("1895444900000000000");
    let answer = send(&program, JSON, body.to_string()).await.expect(200).json();
    insta::assert_json_snapshot!(answer);
    assert_eq!(logs(&program).await.len(), 3);
}

#[tokio::test]
async fn exporters_are_told_in_their_own_format() {
    let app = start(Engine::default()).await;
    let program = app.key(&[Scope::Ingest]).await;
    let told = |answer: &Answer| {
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        format!("{} {} {text:?}", answer.status.as_u16(), answer.header("content-type"))
    };
    let packed = program.clone().with("content-encoding", "gzip");
    let table = [
        send(&program, JSON, "{").await,
        send(&program, JSON, r#"{"resourceSpans": 1}"#).await,
        send(&program, PROTOBUF, "no protobuf").await,
        send(&program, "text/plain", "").await,
        send(&program, "", "").await,
        send(&packed, PROTOBUF, BINARY).await,
        send(&packed, JSON, gzip(&vec![b' '; (32 << 20) + 1])).await,
        send(&program.clone().with("content-encoding", "br"), JSON, "{}").await,
        send(&app.nobody(), PROTOBUF, BINARY).await,
        send(&app.nobody(), JSON, TEXT).await,
        send(&app.key(&[Scope::Read]).await, JSON, TEXT).await,
        send(&program, PROTOBUF, "").await,
        send(&program, JSON, "{}").await,
    ];
    insta::assert_snapshot!(table.iter().map(told).collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn a_store_that_is_gone_is_retried() {
    let app = start(Engine::default()).await;
    let program = app.key(&[Scope::Ingest]).await;
    send(&program, JSON, "{}").await.expect(200);
    app.store.close().await;
    let answer = send(&program, PROTOBUF, BINARY).await.expect(503);
    assert_eq!((answer.header("retry-after"), answer.header("content-type")), ("1", PROTOBUF));
}
