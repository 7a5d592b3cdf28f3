//! OpenAI's route over a provider that speaks Anthropic's Messages API.

use bytes::Bytes;
use serde_json::{Value, json};
use vouch_domain::access::Scope;
use vouch_testkit::{Client, FakeProvider, Reply, TestApp};

use crate::chat::written;

async fn with_anthropic() -> (TestApp, FakeProvider, Client) {
    let app = TestApp::start().await;
    let provider = FakeProvider::start().await;
    let admin = app.admin().await;
    let body = json!({"kind": "anthropic", "base_url": provider.base_url,
        "key": {"from": "sealed", "value": "sk-ant-secret"}});
    let made = admin.put("/api/v1/providers/claude", body).await.expect(200).json();
    assert_eq!(
        (&made["kind"], made["base_url"].as_str().unwrap().ends_with("/v1")),
        (&json!("anthropic"), false)
    );
    let variant = json!({"name": "main", "provider": "claude", "model": "claude-sonnet-4-5",
        "prompt": [{"role": "system", "content": "You help."}]});
    let version = json!({"variants": [variant], "capture_logprobs": true});
    let body = json!({"key": "helper", "version": version});
    admin.post("/api/v1/deployments", body).await.expect(201);
    (app, provider, admin)
}

fn message(text: &str) -> Value {
    json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": 4, "cache_read_input_tokens": 6, "output_tokens": 2}})
}

fn hello(more: &Value) -> Value {
    let mut body = json!({"model": "helper", "messages": [{"role": "user", "content": "Hi"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn an_answer_is_translated_and_logged() {
    let (app, provider, admin) = with_anthropic().await;
    let program = app.key(&[Scope::Ingest]).await;
    provider.next(Reply::Json(200, message("Hello")));
    let answer = program.post("/v1/chat/completions", hello(&json!({}))).await.expect(200);
    let shown = answer.json();
    assert_eq!(shown["choices"][0]["message"]["content"], "Hello");
    assert_eq!(
        (&shown["object"], &shown["created"]),
        (&json!("chat.completion"), &json!(1_768_478_400))
    );
    let asked = provider.asked().remove(0);
    assert_eq!(asked.path, "/v1/messages");
    assert_eq!(asked.headers["x-api-key"], "sk-ant-secret");
    assert_eq!(asked.headers["anthropic-version"], "2023-06-01");
    assert!(!asked.headers.contains_key("authorization"));
    let expected = json!({"model": "claude-sonnet-4-5", "max_tokens": 4096, "system": "You help.",
        "messages": [{"role": "user", "content": "Hi"}]});
    assert_eq!(asked.json(), expected);
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!((&log["status"], &log["provider"]), (&json!("completed"), &json!("claude")));
    assert_eq!(log["choices"][0]["message"]["content"], "Hello");
    let usage = &log["usage"];
    assert_eq!((&usage["prompt_tokens"], &usage["total_tokens"]), (&json!(10), &json!(12)));
    assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], 6);
}

#[tokio::test]
async fn a_stream_is_translated_as_it_comes() {
    let (app, provider, admin) = with_anthropic().await;
    let program = app.key(&[Scope::Ingest]).await;
    let event =
        |event: Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap());
    let mut start = message("");
    start["content"] = json!([]);
    let pieces = [
        json!({"type": "message_start", "message": start}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "ping"}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}),
        json!({"type": "message_stop"}),
    ];
    for include_usage in [false, true] {
        provider.next(Reply::Stream(pieces.iter().cloned().map(event).collect()));
        let more = json!({"stream": true, "stream_options": {"include_usage": include_usage}});
        let answer = program.post("/v1/chat/completions", hello(&more)).await.expect(200);
        assert!(answer.header("content-type").starts_with("text/event-stream"));
        let text = answer.text();
        assert!(text.ends_with("data: [DONE]\n\n") && !text.contains("event:"), "{text}");
        assert_eq!(text.contains("prompt_tokens"), include_usage, "{text}");
        let log = written(&admin, answer.header("x-vouch-log-id")).await;
        assert_eq!(log["choices"][0]["message"]["content"], "Hello");
        assert_eq!(log["choices"][0]["finish_reason"], "stop");
        assert_eq!(
            (&log["status"], &log["usage"]["completion_tokens"]),
            (&json!("completed"), &json!(9))
        );
    }
}

#[tokio::test]
async fn errors_come_in_openais_shape_with_anthropics_status() {
    let (app, provider, admin) = with_anthropic().await;
    let program = app.key(&[Scope::Ingest]).await;
    let error =
        json!({"type": "error", "error": {"type": "not_found_error", "message": "model: x"}});
    provider.next(Reply::Json(404, error));
    let answer = program.post("/v1/chat/completions", hello(&json!({}))).await.expect(404);
    let shown = json!({"message": "model: x", "type": "not_found_error", "param": null, "code": "not_found_error"});
    assert_eq!(answer.json(), json!({ "error": shown }));
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!((&log["status"], &log["error"]["status"]), (&json!("failed"), &json!(404)));
    // What cannot be said to Anthropic is not sent there.
    let refused = program.post("/v1/chat/completions", hello(&json!({"n": 2}))).await.expect(400);
    assert_eq!(refused.json()["error"]["param"], "n");
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn its_models_are_listed_and_garbage_is_no_answer() {
    let (app, provider, admin) = with_anthropic().await;
    let list = admin.get("/v1/models").await.expect(200).json();
    let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|m| &m["id"]).collect();
    assert_eq!(ids, ["helper", "claude/fake-1"]);
    let program = app.key(&[Scope::Ingest]).await;
    provider.next(Reply::Raw(200, "text/html", Bytes::from_static(b"<html>")));
    let answer = program.post("/v1/chat/completions", hello(&json!({}))).await.expect(200);
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!(log["choices"], json!([]));
}
