//! Providers that fail: repetitions, fallbacks, circuit breakers, and what the log tells of them.

use http::Method;
use serde_json::{Value, json};
use vouch_domain::access::Scope;
use vouch_testkit::{Answer, Client, FakeProvider, Reply, TestApp, chat_answer, chat_chunks};

use crate::chat::written;

/// A deployment whose variant `main` falls back to `spare`, on two providers.
async fn with_two(main: &Value) -> (TestApp, [FakeProvider; 2], Client) {
    let app = TestApp::start().await;
    let providers = [FakeProvider::start().await, FakeProvider::start().await];
    let admin = app.admin().await;
    for (provider, name) in providers.iter().zip(["one", "two"]) {
        let body = json!({"kind": "openai", "base_url": provider.base_url});
        admin.put(&format!("/api/v1/providers/{name}"), body).await.expect(200);
    }
    let mut first =
        json!({"name": "main", "provider": "one", "model": "m-1", "fallback": ["spare"]});
    first.as_object_mut().unwrap().extend(main.as_object().unwrap().clone());
    let prompt = json!([{"role": "system", "content": "You are the spare."}]);
    let spare =
        json!({"name": "spare", "provider": "two", "model": "m-2", "weight": 0, "prompt": prompt});
    let body = json!({"key": "helper", "version": {"variants": [first, spare]}});
    admin.post("/api/v1/deployments", body).await.expect(201);
    (app, providers, admin)
}

async fn chat(client: &Client, more: Value) -> Answer {
    let mut body = json!({"model": "helper", "messages": [{"role": "user", "content": "Hi"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/v1/chat/completions", body).await
}

fn failing(status: u16) -> Reply {
    Reply::With(status, ("retry-after", "0"), json!({"error": {"message": "not now"}}))
}

#[tokio::test]
async fn a_failed_call_is_repeated_and_the_log_tells_of_it() {
    let (app, [one, two], admin) = with_two(&json!({})).await;
    let program = app.key(&[Scope::Ingest]).await;
    one.next(failing(503));
    one.next(Reply::Json(200, chat_answer("Hello")));
    let answer = chat(&program, json!({})).await.expect(200);
    assert_eq!((one.asked().len(), two.asked().len()), (2, 0));
    assert_eq!(one.asked()[0].body, one.asked()[1].body);
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!((&log["status"], &log["variant"]), (&json!("completed"), &json!("main")));
    let attempts = log["attempts"].as_array().unwrap();
    let told: Vec<_> = attempts
        .iter()
        .map(|a| (&a["provider"], &a["model"], &a["variant"], &a["status"], &a["error"]))
        .collect();
    let (one, model, main) = (json!("one"), json!("m-1"), json!("main"));
    let (s503, s200, why) = (json!(503), json!(200), json!("HTTP 503: not now"));
    assert_eq!(
        told,
        [(&one, &model, &main, &s503, &why), (&one, &model, &main, &s200, &Value::Null)]
    );
    assert!(attempts[0]["started_at"].is_string() && attempts[0]["latency"].is_number());
}

#[tokio::test]
async fn the_next_variant_serves_also_a_stream() {
    let (app, [one, two], admin) = with_two(&json!({"retries": 0})).await;
    let program = app.key(&[Scope::Ingest]).await;
    one.next(failing(500));
    two.next(Reply::Stream(chat_chunks(&["Hel", "lo"])));
    let answer = chat(&program, json!({"stream": true})).await.expect(200);
    assert!(answer.text().ends_with("data: [DONE]\n\n") && !answer.text().contains("not now"));
    assert_eq!(two.asked()[0].json()["messages"][0]["content"], "You are the spare.");
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!(
        (&log["variant"], &log["provider"], &log["model"]),
        (&json!("spare"), &json!("two"), &json!("m-2"))
    );
    assert_eq!(log["messages"][0]["content"], "You are the spare.");
    assert_eq!(log["choices"][0]["message"]["content"], "Hello");
    assert_eq!(log["attempts"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_is_repeated_once_the_answer_has_begun() {
    let (app, [one, two], admin) = with_two(&json!({})).await;
    let program = app.key(&[Scope::Ingest]).await;
    one.next(Reply::DieAfter(chat_chunks(&["Hel"])[..2].to_vec()));
    let body =
        json!({"model": "helper", "messages": [{"role": "user", "content": "Hi"}], "stream": true});
    let sent = Some(("application/json", body.to_string().into()));
    let mut stream = program.open(Method::POST, "/v1/chat/completions", sent).await;
    while let Some(Ok(_)) = stream.bytes().await {}
    let id = stream.headers["x-vouch-log-id"].to_str().unwrap().to_owned();
    let log = written(&admin, &id).await;
    assert_eq!((&log["error"]["kind"], log.get("attempts")), (&json!("interrupted"), None));
    assert_eq!((one.asked().len(), two.asked().len()), (1, 0));
}

#[tokio::test]
async fn a_provider_that_keeps_failing_is_left_alone_for_ten_seconds() {
    let (app, [one, two], admin) = with_two(&json!({"retries": 0})).await;
    let program = app.key(&[Scope::Ingest]).await;
    for _ in 0..5 {
        one.next(failing(500));
        chat(&program, json!({})).await.expect(200);
    }
    let answer = chat(&program, json!({})).await.expect(200);
    assert_eq!((one.asked().len(), two.asked().len()), (5, 6));
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    let why = log["attempts"][0]["error"].as_str().unwrap();
    assert!(why.contains("left alone") && log["variant"] == "spare", "{log}");
    app.clock.advance_s(10);
    chat(&program, json!({})).await.expect(200);
    assert_eq!(one.asked().len(), 6);
    // Alone, it is an answer of its own: 503, come back later.
    for _ in 0..5 {
        one.next(failing(400));
    }
    let direct = json!({"model": "one/other"});
    for _ in 0..5 {
        chat(&program, direct.clone()).await.expect(400);
    }
    for _ in 0..15 {
        one.next(failing(502));
    }
    for _ in 0..5 {
        chat(&program, direct.clone()).await.expect(502);
    }
    let refused = chat(&program, direct).await.expect(503);
    assert_eq!(refused.header("retry-after"), "1");
    let log = written(&admin, refused.header("x-vouch-log-id")).await;
    assert_eq!(
        (&log["error"]["kind"], log["attempts"].as_array().unwrap().len()),
        (&json!("rejected"), 1)
    );
}

#[tokio::test]
async fn a_provider_that_hangs_is_given_up_in_time() {
    let (app, [one, two], admin) = with_two(&json!({"timeout_s": 1})).await;
    let program = app.key(&[Scope::Ingest]).await;
    one.next(Reply::Hang);
    let answer = chat(&program, json!({})).await.expect(200);
    assert_eq!((one.asked().len(), two.asked().len()), (1, 1));
    let log = written(&admin, answer.header("x-vouch-log-id")).await;
    assert_eq!(log["attempts"][0]["error"], "no answer within 1 s");
}

#[tokio::test]
async fn a_version_with_a_wrong_setting_is_refused() {
    let (_app, _providers, admin) = with_two(&json!({})).await;
    let spec = |more: Value| {
        let mut variant = json!({"name": "main", "provider": "one", "model": "m"});
        variant.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "variants": [variant] })
    };
    for (more, pointer) in [
        (json!({"timeout_s": 0}), "/variants/0/timeout_s"),
        (json!({"retries": 6}), "/variants/0/retries"),
        (json!({"fallback": ["nobody"]}), "/variants/0/fallback/0"),
    ] {
        let refused =
            admin.post("/api/v1/deployments/helper/versions", spec(more)).await.expect(422);
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer);
    }
}
