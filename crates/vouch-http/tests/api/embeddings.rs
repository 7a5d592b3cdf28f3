//! `POST /v1/embeddings` over a provider that does as it is told.

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use vouch_domain::access::Scope;
use vouch_testkit::Reply;

use crate::chat::{with_provider, written};

#[tokio::test]
async fn embeddings_pass_through_and_are_logged_without_their_vectors() {
    let (app, provider, admin) = with_provider().await;
    let price = json!({"provider": "fake", "model": "embed-1",
        "input_usd_micros_per_mtok": 1_000_000, "output_usd_micros_per_mtok": 0});
    admin.put("/api/v1/prices", price).await.expect(200);
    let program = app.key(&[Scope::Ingest]).await.with("x-vouch-chain-id", "c1");
    let vectors = Bytes::from_static(b"{ \"object\":\"list\", \"data\":[{\"index\":0,\"embedding\":[0.10,-2e-3]}],\n \"model\":\"embed-1\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}");
    provider.next(Reply::Raw(200, "application/json", vectors.clone()));
    let asked = r#"{"input": ["red",  "green"], "model": "fake/embed-1", "user": "ann", "encoding_format": "float", "metadata": {"plan": "pro"}, "x_new": 1.50}"#;
    let body = Some(("application/json", Bytes::from(asked)));
    let answer = program.send_raw(Method::POST, "/v1/embeddings", body).await.expect(200);
    assert_eq!(answer.body, vectors, "byte for byte");
    let asked = provider.asked().remove(0);
    assert_eq!(asked.path, "/v1/embeddings");
    assert_eq!(asked.headers["authorization"], "Bearer sk-provider-secret");
    let sent = r#"{"model":"embed-1","input":["red",  "green"],"user":"ann","encoding_format":"float","x_new":1.50}"#;
    assert_eq!(asked.body, sent);
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    let texts: Vec<_> = log["messages"].as_array().unwrap().iter().map(|m| &m["content"]).collect();
    assert_eq!(texts, ["red", "green"]);
    assert_eq!((&log["status"], &log["choices"]), (&json!("completed"), &json!([])));
    assert_eq!((&log["model"], &log["cost_usd_micros"]), (&json!("embed-1"), &json!(8)));
    assert_eq!((&log["chain_id"], &log["user_id"]), (&json!("c1"), &json!("ann")));
    assert_eq!(
        (&log["usage"]["prompt_tokens"], &log["metadata"]["plan"]),
        (&json!(8), &json!("pro"))
    );
    assert!(log["performance"]["latency"].is_number() && log["parameters"].get("input").is_none());
    assert!(!log.to_string().contains("0.10") && !log.to_string().contains("embedding\""));
}

#[tokio::test]
async fn a_deployment_makes_embeddings_and_a_chat_model_says_that_it_does_not() {
    let (app, provider, admin) = with_provider().await;
    let program = app.key(&[Scope::Ingest]).await;
    let variant = json!({"name": "main", "provider": "fake", "model": "embed-1", "parameters": {"dimensions": 2}});
    let body = json!({"key": "vectors", "version": {"variants": [variant]}});
    admin.post("/api/v1/deployments", body).await.expect(201);
    let call = |model: &str| json!({"model": model, "input": "red"});
    let answer = program.post("/v1/embeddings", call("vectors")).await.expect(200);
    let sent: Value = provider.asked().remove(0).json();
    assert_eq!(sent, json!({"model": "embed-1", "input": "red", "dimensions": 2}));
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!((&log["deployment"], &log["version"]), (&json!("vectors"), &json!(1)));
    admin.put("/api/v1/providers/claude", json!({"kind": "anthropic"})).await.expect(200);
    let refused = program.post("/v1/embeddings", call("claude/x")).await.expect(400).json();
    assert_eq!(refused["error"]["code"], "unsupported_model");
}

#[tokio::test]
async fn a_wrong_call_is_named_and_needs_the_scope_of_chat() {
    let (app, _provider, _) = with_provider().await;
    let program = app.key(&[Scope::Ingest]).await;
    let refused =
        program.post("/v1/embeddings", json!({"model": "fake/m"})).await.expect(400).json();
    assert_eq!(refused["error"]["param"], "input");
    let call = json!({"model": "fake/m", "input": "x"});
    app.key(&[Scope::Read]).await.post("/v1/embeddings", call.clone()).await.expect(403);
    app.nobody().post("/v1/embeddings", call).await.expect(401);
}
