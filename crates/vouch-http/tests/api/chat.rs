//! "A completion is logged": OpenAI's routes over a provider that does as it is told.

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use vouch_domain::access::{Role, Scope};
use vouch_testkit::{Answer, Client, FakeProvider, Reply, TestApp, chat_answer, chat_chunks};

pub(crate) async fn with_provider() -> (TestApp, FakeProvider, Client) {
    let app = TestApp::start().await;
    let provider = FakeProvider::start().await;
    let admin = app.admin().await;
    let body = json!({"kind": "openai", "base_url": provider.base_url,
        "key": {"from": "sealed", "value": "sk-provider-secret"}});
    admin.put("/api/v1/providers/fake", body).await.expect(200);
    let variant = json!({"name": "main", "provider": "fake", "model": "fake-1",
        "prompt": [{"role": "system", "content": "You help {{ who }}."}],
        "parameters": {"temperature": 0.5, "max_tokens": 64}});
    let body = json!({"key": "helper", "version": {"variants": [variant]}});
    admin.post("/api/v1/deployments", body).await.expect(201);
    (app, provider, admin)
}

/// The log, once it is written: within 10 ms after the body's end.
pub(crate) async fn written(client: &Client, id: &str) -> Value {
    loop {
        let answer = client.get(&format!("/api/v1/logs/{id}")).await;
        if answer.status == 200 {
            return answer.json();
        }
        tokio::task::yield_now().await;
    }
}

fn call(model: &str, more: &Value) -> Value {
    let mut body = json!({"model": model, "messages": [{"role": "user", "content": "Hi"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn chat(client: &Client, body: Value) -> Answer {
    client.post("/v1/chat/completions", body).await
}

#[tokio::test]
async fn an_answer_passes_through_and_is_logged() {
    let (app, provider, admin) = with_provider().await;
    let program = app.key(&[Scope::Ingest]).await.with("x-vouch-chain-id", "c1");
    let answered = Bytes::from_static(b"{ \"id\":\"x\", \"n\": 1.50,\n \"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}");
    provider.next(Reply::Raw(200, "application/json", answered.clone()));
    let more =
        json!({"metadata": {"plan": "pro"}, "user": "ann", "inputs": {"who": "Ann"}, "x_new": 1});
    let answer = chat(&program, call("helper", &more)).await.expect(200);
    assert_eq!(answer.body, answered, "byte for byte");
    let asked = provider.asked().remove(0);
    assert_eq!(asked.path, "/v1/chat/completions");
    assert_eq!(asked.headers["authorization"], "Bearer sk-provider-secret");
    let body = asked.json();
    assert_eq!((&body["model"], &body["x_new"]), (&json!("fake-1"), &json!(1)));
    assert_eq!(body["messages"][0]["content"], "You help Ann.");
    assert!(body.get("metadata").is_none() && body.get("inputs").is_none());
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!((&log["status"], &log["deployment"]), (&json!("completed"), &json!("helper")));
    assert_eq!((&log["chain_id"], &log["user_id"]), (&json!("c1"), &json!("ann")));
    assert_eq!(log["metadata"], json!({"plan": "pro"}));
    assert_eq!(log["choices"][0]["message"]["content"], "Hello");
}

#[tokio::test]
async fn a_stream_passes_through_byte_for_byte() {
    let (app, provider, admin) = with_provider().await;
    let program = app.key(&[Scope::Ingest]).await;
    let mut pieces = chat_chunks(&["Hel", "lo"]);
    pieces.insert(1, ": a comment\r\n\r\n".into());
    provider.next(Reply::Stream(pieces.clone()));
    let more =
        json!({"stream": true, "stream_options": {"include_usage": true}, "inputs": {"who": "x"}});
    let answer = chat(&program, call("helper", &more)).await.expect(200);
    assert_eq!(answer.text(), pieces.concat());
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!(log["choices"][0]["message"]["content"], "Hello");
    assert_eq!(log["usage"]["total_tokens"], 5);
}

#[tokio::test]
async fn an_upstream_error_reaches_the_client_as_it_is() {
    let (app, provider, admin) = with_provider().await;
    let program = app.key(&[Scope::Ingest]).await;
    let error =
        json!({"error": {"message": "slow down", "type": "rate", "param": null, "code": "x"}});
    // The repetitions get the same.
    for _ in 0..3 {
        provider.next(Reply::With(429, ("retry-after", "0"), error.clone()));
    }
    let answer = chat(&program, call("fake/fake-1", &json!({}))).await.expect(429);
    assert_eq!(answer.json(), error);
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!((&log["status"], &log["error"]["status"]), (&json!("failed"), &json!(429)));
}

#[tokio::test]
async fn an_upstream_that_dies_is_logged_as_interrupted() {
    let (app, provider, admin) = with_provider().await;
    let program = app.key(&[Scope::Ingest]).await;
    provider.next(Reply::DieAfter(chat_chunks(&["Hel", "lo"])[..2].to_vec()));
    let body = call("fake/fake-1", &json!({"stream": true})).to_string();
    let sent = Some(("application/json", body.into()));
    let mut stream = program.open(Method::POST, "/v1/chat/completions", sent).await;
    let broke = loop {
        match stream.bytes().await {
            Some(Ok(_)) => {}
            Some(Err(_)) => break true,
            None => break false,
        }
    };
    assert!(broke, "a stream that was cut must not look complete");
    let id = stream.headers["x-vouch-log-id"].to_str().unwrap().to_owned();
    let log = written(&admin, &id).await;
    assert_eq!((&log["status"], &log["error"]["kind"]), (&json!("failed"), &json!("interrupted")));
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_the_call() {
    let (app, provider, admin) = with_provider().await;
    let program = app.key(&[Scope::Ingest]).await;
    let feed = provider.next_fed();
    let chunks = chat_chunks(&["Hel", "lo"]);
    feed.send(Bytes::from(chunks[..2].concat())).await.unwrap();
    let body = call("fake/fake-1", &json!({"stream": true})).to_string();
    let sent = Some(("application/json", body.into()));
    let mut stream = program.open(Method::POST, "/v1/chat/completions", sent).await;
    assert!(stream.event().await.unwrap().data.contains("assistant"));
    assert!(stream.event().await.unwrap().data.contains("Hel"));
    let id = stream.headers["x-vouch-log-id"].to_str().unwrap().to_owned();
    drop(stream);
    drop(program);
    // The provider sees the connection close without having sent any more.
    feed.closed().await;
    let log = written(&admin, &id).await;
    assert_eq!(log["status"], "cancelled");
    assert_eq!(log["choices"][0]["message"]["content"], "Hel");
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_a_bad_gateway() {
    let (app, _provider, admin) = with_provider().await;
    let body = json!({"kind": "openai", "base_url": "http://127.0.0.1:1/v1"});
    admin.put("/api/v1/providers/gone", body).await.expect(200);
    let program = app.key(&[Scope::Ingest]).await;
    let answer = chat(&program, call("gone/m", &json!({}))).await.expect(502);
    assert_eq!(answer.json()["error"]["code"], "upstream_unreachable");
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!(log["error"]["kind"], "unreachable");
    let metrics = admin.get("/metrics").await.expect(200).text();
    assert!(
        metrics.contains("vouch_gateway_calls_total{provider=\"gone\",status=\"502\"} 1"),
        "{metrics}"
    );
}

#[tokio::test]
async fn models_are_deployments_and_what_providers_list() {
    let (app, _provider, _) = with_provider().await;
    let list = app.key(&[Scope::Read]).await.get("/v1/models").await.expect(200).json();
    let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|m| &m["id"]).collect();
    assert_eq!(ids, ["helper", "fake/fake-1"]);
    let native = app.key(&[Scope::Read]).await.get("/api/v1/models").await.expect(200).json();
    assert_eq!(native["items"][0]["model"], "fake-1");
    assert_eq!(native["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_person_tries_a_model_in_the_playground_and_a_used_version_is_fixed() {
    let (app, provider, admin) = with_provider().await;
    let (_, person) = app.person(Role::Reviewer).await;
    provider.next(Reply::Json(200, chat_answer("Hello")));
    chat(&person, call("helper", &json!({"inputs": {"who": "me"}}))).await.expect(200);
    let spec = json!({"variants": [{"name": "main", "provider": "fake", "model": "fake-2"}]});
    admin.put("/api/v1/deployments/helper/versions/1", spec).await.expect(409);
}

#[tokio::test]
async fn a_character_that_postgres_cannot_keep_loses_no_log() {
    let (app, _provider, admin) = with_provider().await;
    let program = app.key(&[Scope::Ingest]).await;
    let more = json!({"user": "a\u{0}b"});
    let refused = chat(&program, call("fake/fake-1", &more)).await.expect(400).json();
    assert_eq!(refused["error"]["param"], "user");
    for metadata in [json!({"k\u{0}": 1}), json!({"k": "a\u{0}b"})] {
        let call = call("fake/fake-1", &json!({"metadata": metadata}));
        chat(&program, call).await.expect(400);
    }
    let body =
        json!({"model": "fake/fake-1", "messages": [{"role": "user", "content": "a\u{0}b"}]});
    let answer = chat(&program, body).await.expect(200);
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!(log["messages"][0]["content"], "a\u{0}b");
    let listed = admin.get("/api/v1/logs").await.expect(200).json();
    assert_eq!(listed["items"][0]["input_preview"], "a b");
}
