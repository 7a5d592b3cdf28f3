//! How often a key may call: a minute's worth at once, then evenly; told as OpenAI tells it.

use http::Method;
use serde_json::{Value, json};
use vouch_domain::access::Scope;
use vouch_testkit::{Answer, Client, TestApp, log};

use crate::chat::with_provider;

/// A key made over the API, with its id.
async fn limited(app: &TestApp, admin: &Client, limit: Value) -> (String, Client) {
    let body = json!({"name": "shop", "scopes": ["ingest", "feedback", "read"], "requests_per_minute": limit});
    let made = admin.post("/api/v1/keys", body).await.expect(201).json();
    assert_eq!(made["requests_per_minute"], limit);
    let id = made["id"].as_str().unwrap().to_owned();
    (id, app.nobody().with_key(made["secret"].as_str().unwrap()))
}

fn told(answer: &Answer) -> [&str; 3] {
    ["limit", "remaining", "reset"]
        .map(|what| answer.header(&format!("x-ratelimit-{what}-requests")))
}

async fn send(program: &Client) -> Answer {
    program.post("/api/v1/logs", log("Why?", "Because.")).await
}

#[tokio::test]
async fn a_key_waits_once_its_minute_is_used_up() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (_, program) = limited(&app, &admin, json!(3)).await;
    assert_eq!(told(&send(&program).await.expect(201)), ["3", "2", "20s"]);
    app.clock.advance_s(5);
    assert_eq!(told(&send(&program).await.expect(201)), ["3", "1", "35s"]);
    // What is wrong counts as well, and is told the same.
    let wrong = program.post("/api/v1/logs", json!({})).await.expect(422);
    assert_eq!(told(&wrong), ["3", "0", "55s"]);
    let refused = send(&program).await.expect(429);
    assert_eq!(told(&refused), ["3", "0", "55s"]);
    assert_eq!((refused.header("retry-after"), refused.header("retry-after-ms")), ("15", "15000"));
    insta::assert_json_snapshot!(refused.json());
    app.clock.advance_s(14);
    send(&program).await.expect(429);
    app.clock.advance_s(1);
    send(&program).await.expect(201);
    send(&program).await.expect(429);
    // What is not a call or sent in is not counted, nor are others.
    let thumb = json!({"chain_id": "c", "name": "thumbs", "value": true});
    assert_eq!(told(&program.post("/api/v1/feedback", thumb).await.expect(201)), [""; 3]);
    program.get("/api/v1/logs").await.expect(200);
    assert_eq!(told(&send(&app.key(&[Scope::Ingest]).await).await.expect(201)), [""; 3]);
}

#[tokio::test]
async fn every_route_that_ingests_counts_in_the_shape_of_its_clients() {
    let (app, provider, admin) = with_provider().await;
    let (id, program) = limited(&app, &admin, json!(1)).await;
    let chat = json!({"model": "fake/fake-1", "messages": [{"role": "user", "content": "hi"}]});
    let answer = program.post("/v1/chat/completions", chat.clone()).await.expect(200);
    assert_eq!(told(&answer)[1], "0");
    let asked = provider.asked().len();
    let refused = program.post("/v1/chat/completions", chat).await.expect(429);
    insta::assert_json_snapshot!(refused.json());
    assert_eq!(provider.asked().len(), asked, "nobody was called");
    for path in [
        "/v1/embeddings",
        "/v2/deployments/invoke",
        "/api/v1/logs",
        "/api/v1/logs/log_01kf0mkjg0e3h0000000000001/metrics",
    ] {
        program.post(path, json!({})).await.expect(429);
    }
    let otlp = ("application/x-protobuf", "".into());
    let refused = program.send_raw(Method::POST, "/v1/traces", Some(otlp)).await.expect(429);
    assert_eq!(
        (refused.header("content-type"), refused.header("retry-after")),
        ("application/x-protobuf", "60")
    );
    // An admin lifts the limit, and it holds at once.
    let at = format!("/api/v1/keys/{id}");
    let freed = admin.patch(&at, json!({"requests_per_minute": null})).await.expect(200).json();
    assert_eq!((&freed["requests_per_minute"], freed.get("secret")), (&Value::Null, None));
    for _ in 0..5 {
        send(&program).await.expect(201);
    }
    admin.patch(&at, json!({"requests_per_minute": 2})).await.expect(200);
    send(&program).await.expect(201);
    send(&program).await.expect(201);
    send(&program).await.expect(429);
    let trail = admin.get("/api/v1/audit").await.expect(200).json();
    assert_eq!(trail["items"][0]["action"], "key.update");
    assert_eq!(trail["items"][0]["details"], json!({"requests_per_minute": 2}));
}
