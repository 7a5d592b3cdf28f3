//! The routes of Orq's clients, held to what `tests/clients/WIRE.md` says of them.

use http::Method;
use serde_json::{Value, json};
use vouch_domain::access::Scope;
use vouch_testkit::{Client, Reply, TestApp, chat_chunks};

use crate::chat::{with_provider, written};

async fn program(app: &TestApp) -> Client {
    app.key(&[Scope::Ingest, Scope::Feedback]).await
}

#[tokio::test]
async fn a_configuration_is_completed_by_add_metrics() {
    let (app, _provider, admin) = with_provider().await;
    let program = program(&app).await;
    let call = json!({"key": "helper", "inputs": {"who": "Ann"}, "stream": false,
        "identity": {"id": "ann"}, "thread": {"id": "t1"}, "metadata": {"plan": "pro"},
        "context": {"environments": ["production"]}});
    let config = program.post("/v2/deployments/get_config", call).await.expect(200).json();
    let id = config["id"].as_str().unwrap();
    let expected = json!({
        "id": id, "provider": "fake", "model": "fake-1", "type": "chat", "version": "1",
        "messages": [{"role": "system", "content": "You help Ann."}],
        "parameters": {"temperature": 0.5, "maxTokens": 64},
    });
    assert_eq!(config, expected);
    let log = written(&admin, id).await;
    assert_eq!((&log["status"], &log["user_id"]), (&json!("configured"), &json!("ann")));
    assert_eq!(log["conversation_id"], "t1");

    let at = format!("//v2/deployments/{id}/metrics");
    let metrics = json!({"feedback": {"score": 70}, "usage": {"prompt_tokens": 1.0, "completion_tokens": 2.0},
        "performance": {"latency": 9000.0, "time_to_first_token": 250.0}, "chain_id": "c",
        "context": {"environments": ["production"]}, "something_new": 1});
    let added = program.post(&at, metrics).await.expect(200).json();
    assert_eq!(added, json!({"success": true}));
    let bare = json!({"choices": [{"role": "assistant", "content": "yo"}]});
    program.post(&at, bare).await.expect(200);
    let log = written(&admin, id).await;
    assert_eq!((&log["status"], &log["usage"]["total_tokens"]), (&json!("completed"), &json!(3)));
    assert_eq!(log["choices"][0]["message"]["content"], "yo");
    assert_eq!((&log["tally"]["score"], &log["chain_id"]), (&json!(70.0), &json!("c")));
}

#[tokio::test]
async fn an_invocation_answers_in_its_shape() {
    let (app, _provider, admin) = with_provider().await;
    let call = json!({"key": "helper", "inputs": {"who": "Ann"},
        "messages": [{"role": "user", "content": "Hi"}]});
    let answer = program(&app).await.post("/v2/deployments/invoke", call).await.expect(200).json();
    let id = answer["id"].as_str().unwrap();
    let expected = json!({
        "id": id, "created": "2026-01-15T12:00:00.000000Z", "object": "chat", "model": "fake-1",
        "provider": "openailike", "is_final": true, "telemetry": {"trace_id": id, "span_id": id},
        "choices": [{"index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "type": "content", "content": "Hello"}}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        "finalized": "2026-01-15T12:00:00.000000Z",
    });
    assert_eq!(answer, expected);
    assert_eq!(written(&admin, id).await["provider"], "fake");
}

#[tokio::test]
async fn a_streamed_invocation_ends_with_the_one_that_is_final() {
    let (app, provider, admin) = with_provider().await;
    let call = json!({"key": "helper", "inputs": {"who": "Ann"}, "stream": true});
    for path in ["/v2/deployments/invoke", "/v2/deployments/stream"] {
        provider.next(Reply::Stream(chat_chunks(&["Hel", "lo"])));
        let sent = Some(("application/json", call.to_string().into()));
        let mut stream = program(&app).await.open(Method::POST, path, sent).await;
        assert_eq!(stream.headers["content-type"], "text/event-stream");
        let (mut text, mut events) = (String::new(), vec![]);
        loop {
            let event = stream.event().await.unwrap();
            if event.data == "[DONE]" {
                break;
            }
            assert_eq!(event.raw, format!("data: {}\n\n", event.data).into_bytes());
            let event: Value = serde_json::from_str(&event.data).unwrap();
            text.push_str(event["choices"][0]["message"]["content"].as_str().unwrap_or_default());
            for required in ["id", "created", "object", "model", "provider", "telemetry"] {
                assert!(event.get(required).is_some(), "{required}: {event}");
            }
            assert_eq!(event["choices"][0]["message"]["role"], "assistant");
            events.push(event);
        }
        assert!(stream.event().await.is_none());
        assert_eq!(text, "Hello");
        let finals: Vec<_> = events.iter().map(|e| e["is_final"] == true).collect();
        assert_eq!(finals, [false, false, false, true]);
        let last = events.last().unwrap();
        assert_eq!(
            (&last["usage"]["total_tokens"], &last["choices"][0]["finish_reason"]),
            (&json!(5), &json!("stop"))
        );
        let log = written(&admin, last["id"].as_str().unwrap()).await;
        assert_eq!(log["status"], "completed");
    }
}

#[tokio::test]
async fn pieces_of_text_are_not_held_back() {
    let (app, provider, _) = with_provider().await;
    let feed = provider.next_fed();
    let call = json!({"key": "helper", "inputs": {"who": "Ann"}});
    let chunks = chat_chunks(&["Hel", "lo"]);
    feed.send(chunks[1].clone().into()).await.unwrap();
    let sent = Some(("application/json", call.to_string().into()));
    let mut stream = program(&app).await.open(Method::POST, "/v2/deployments/stream", sent).await;
    assert!(stream.event().await.unwrap().data.contains("Hel"), "before anything else was sent");
    for chunk in &chunks[2..] {
        feed.send(chunk.clone().into()).await.unwrap();
    }
    drop(feed);
    while stream.event().await.is_some() {}
}

#[tokio::test]
async fn an_upstream_error_keeps_its_status_in_their_shape() {
    let (app, provider, _) = with_provider().await;
    let call = json!({"key": "helper", "inputs": {"who": "Ann"}});
    for path in ["/v2/deployments/invoke", "/v2/deployments/stream"] {
        // The repetitions get the same.
        for _ in 0..3 {
            let error = json!({"error": {"message": "slow down"}});
            provider.next(Reply::With(429, ("retry-after", "0"), error));
        }
        let refused = program(&app).await.post(path, call.clone()).await.expect(429).json();
        let expected = json!({"code": 429, "error": "Too Many Requests", "message": "slow down", "source": "vouch"});
        assert_eq!(refused, expected);
    }
}

#[tokio::test]
async fn feedback_is_given_echoed_and_taken_back() {
    let (app, _provider, admin) = with_provider().await;
    let program = program(&app).await;
    let call = json!({"key": "helper", "inputs": {"who": "Ann"}});
    let answer = program.post("/v2/deployments/invoke", call).await.expect(200).json();
    let id = answer["id"].as_str().unwrap();
    let rating =
        json!({"property": "rating", "value": ["good"], "trace_id": id, "product": "deployments"});
    let echo = program.post("//v2/feedback", rating).await.expect(200).json();
    let expected = json!({"id": echo["id"], "property": "rating", "value": ["good"],
        "trace_id": id, "product": "deployments"});
    assert_eq!(echo, expected);
    for more in [
        json!({"field": "defects", "value": ["spelling", "off_topic"], "trace_id": id}),
        json!({"property": "score", "value": 70.0, "trace_id": id}),
        json!({"property": "correction", "value": "Better.", "trace_id": id}),
    ] {
        program.post("/v2/feedback", more).await.expect(200);
    }
    let log = written(&admin, id).await;
    assert_eq!(
        (&log["tally"]["count"], &log["tally"]["has_correction"]),
        (&json!(4), &json!(true))
    );
    let remove = json!({"id": echo["id"], "trace_id": id, "product": "deployments"});
    let removed = program.post("/v2/feedback/remove", remove.clone()).await.expect(200).json();
    assert_eq!(removed, remove);
    assert_eq!(written(&admin, id).await["tally"]["count"], 3);
}

#[tokio::test]
async fn annotations_are_feedback_of_the_identity() {
    let (app, _provider, admin) = with_provider().await;
    let program = program(&app).await;
    let call = json!({"key": "helper", "inputs": {"who": "Ann"}});
    let answer = program.post("/v2/deployments/invoke", call).await.expect(200).json();
    let id = answer["id"].as_str().unwrap();
    written(&admin, id).await;
    let at = format!("/v2/traces/{id}/spans/{id}/annotation");
    let body = json!({"annotations": [{"key": "rating", "value": "good"}, {"key": "score", "value": 70.0},
        {"key": "ok", "value": true},
        {"parent_annotation_id": "e1", "value": "better", "explanation": "why"}],
        "metadata": {"identity_id": "u1"}});
    program.post(&at, body).await.expect(200);
    let feedback = written(&admin, id).await["feedback"].clone();
    let given: Vec<_> =
        feedback.as_array().unwrap().iter().map(|f| (&f["name"], &f["author"])).collect();
    let author = json!("end_user:u1");
    let names = [json!("rating"), json!("score"), json!("ok"), json!("comment")];
    assert_eq!(given, names.iter().map(|name| (name, &author)).collect::<Vec<_>>());
    assert_eq!(feedback[3]["comment"], "why – on annotation e1");
    let keys = json!({"keys": ["rating"], "metadata": {"identity_id": "u1"}});
    program.send(Method::DELETE, &at, Some(keys)).await.expect(200);
    assert_eq!(written(&admin, id).await["feedback"][0]["counts"], false);
}
