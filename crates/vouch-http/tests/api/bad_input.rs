//! What callers are told when their input is wrong: one snapshot of every case.

use bytes::Bytes;
use http::Method;
use serde_json::json;
use vouch_domain::access::Role;
use vouch_testkit::{Answer, Client, TestApp};

const LOG: &str = "log_01kf0mkjg0e3h0000000000001";

/// The cases of JSON bodies: a line of method, path and body each.
const BODIES: &[(&str, &str, &str)] = &[
    ("POST", "/api/v1/session", r#"{"email": "a@b.c"}"#),
    ("POST", "/api/v1/session", r#"{"email": "a@b.c", "password": 12345678}"#),
    ("POST", "/api/v1/session", r#"{"email": "a@b.c", "password": "x", "remember": true}"#),
    ("POST", "/api/v1/session/link", r#"{"token": 1}"#),
    ("POST", "/api/v1/session/link", r#"{"token": "unknown"}"#),
    // Logs.
    ("POST", "/api/v1/logs", r#"{"messages": "#),
    ("POST", "/api/v1/logs", "[]"),
    ("POST", "/api/v1/logs", "{}"),
    ("POST", "/api/v1/logs", r#"{"messages": "hello"}"#),
    (
        "POST",
        "/api/v1/logs",
        r#"{"messages": [{"role": "user", "content": "a"}, {"content": "b"}]}"#,
    ),
    ("POST", "/api/v1/logs", r#"{"messages": [], "id": "fb_01h455vb4pex5vsknk084sn02q"}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "created_at": "yesterday"}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "created_at": "2031-01-01T00:00:00Z"}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "status": "done"}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "usage": {"prompt_tokens": -1}}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "usage": {"prompt_tokens": 1.5}}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "performance": {"latency": -3}}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "performance": {"latency_ms": 3}}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "cost_usd_micros": -5}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "error": {"kind": "oops", "message": "x"}}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "metadata": [1]}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "metadata": {"k": "a\u0000b"}}"#),
    ("POST", "/api/v1/logs", r#"{"messages": [], "mesages": []}"#),
    ("POST", "/api/v1/logs", r#"{"logs": []}"#),
    ("POST", "/api/v1/logs", r#"{"logs": [{"messages": []}, {"messages": [], "model": 4}]}"#),
    (
        "POST",
        "/api/v1/logs",
        r#"{"logs": [{"messages": []}, {"messages": [], "feedback": {"score": 101}}]}"#,
    ),
    // addMetrics.
    ("POST", "/api/v1/logs/LOG/metrics", r#"{"feedback": {"score": 101}}"#),
    ("POST", "/api/v1/logs/LOG/metrics", r#"{"feedback": {"score": "70"}}"#),
    ("POST", "/api/v1/logs/LOG/metrics", r#"{"feedback": {"rating": 5}}"#),
    ("POST", "/api/v1/logs/LOG/metrics", r#"{"chain_id": 7}"#),
    ("POST", "/api/v1/logs/LOG/metrics", r#"{"choices": [{"content": "x"}]}"#),
    ("POST", "/api/v1/logs/LOG/metrics", r#"{"Metadata": {}}"#),
    ("POST", "/api/v1/logs/nonsense/metrics", "{}"),
    ("POST", "/api/v1/logs/LOG/feedback-token", r#"{"ttl_s": 10}"#),
    // Feedback.
    ("POST", "/api/v1/feedback", r#"{"name": "thumbs", "value": true}"#),
    (
        "POST",
        "/api/v1/feedback",
        r#"{"log_id": "LOG", "chain_id": "c", "name": "thumbs", "value": true}"#,
    ),
    ("POST", "/api/v1/feedback", r#"{"log_id": "log_1", "name": "thumbs", "value": true}"#),
    ("POST", "/api/v1/feedback", r#"{"log_id": "LOG", "name": "Thumbs up", "value": true}"#),
    ("POST", "/api/v1/feedback", r#"{"log_id": "LOG", "name": "thumbs", "value": "up"}"#),
    ("POST", "/api/v1/feedback", r#"{"log_id": "LOG", "name": "thumbs"}"#),
    ("POST", "/api/v1/feedback", r#"{"log_id": "LOG", "name": "score", "value": 101}"#),
    (
        "POST",
        "/api/v1/feedback",
        r#"{"log_id": "LOG", "name": "defects", "value": ["spelling", "rude"]}"#,
    ),
    (
        "POST",
        "/api/v1/feedback",
        r#"{"log_id": "LOG", "name": "rating", "value": ["good", "bad"]}"#,
    ),
    ("POST", "/api/v1/feedback", r#"{"log_id": "LOG", "name": "new.metric", "value": {"a": 1}}"#),
    (
        "POST",
        "/api/v1/feedback",
        r#"{"log_id": "LOG", "name": "thumbs", "value": true, "source": "reviewer"}"#,
    ),
    (
        "POST",
        "/api/v1/feedback",
        r#"{"log_id": "LOG", "name": "thumbs", "value": true, "source": "end_user"}"#,
    ),
    (
        "POST",
        "/api/v1/feedback",
        r#"{"log_id": "LOG", "name": "thumbs", "value": true, "source": "robot"}"#,
    ),
    (
        "POST",
        "/api/v1/feedback",
        r#"{"log_id": "LOG", "name": "correction", "value": "a", "correction": "b"}"#,
    ),
    (
        "POST",
        "/api/v1/feedback",
        r#"{"feedback": [{"log_id": "LOG", "name": "thumbs", "value": true}, {"name": "x"}]}"#,
    ),
    ("POST", "/api/v1/feedback/fb_01h455vb4pex5vsknk084sn02q/retract", "{}"),
    ("POST", "/api/v1/feedback/17/retract", "{}"),
    ("POST", "/api/v1/public/feedback", r#"{"token": "vft_x.y", "name": "thumbs", "value": true}"#),
    // Views.
    ("POST", "/api/v1/views", r#"{"q": "model:a"}"#),
    ("POST", "/api/v1/views", r#"{"name": " "}"#),
    ("POST", "/api/v1/views", r#"{"name": "a", "q": "model:a score:high"}"#),
    ("POST", "/api/v1/views", r#"{"name": "a", "q": "a\u0000"}"#),
    ("POST", "/api/v1/views", r#"{"name": "a", "filter": {"status": "odd"}}"#),
    ("POST", "/api/v1/views", r#"{"name": "a", "filter": {"limit": "2"}}"#),
    ("POST", "/api/v1/views", r#"{"name": "a", "filter": {"thumbs": true}}"#),
    ("PATCH", "/api/v1/views/view_01h455vb4pex5vsknk084sn02q", "{}"),
    ("DELETE", "/api/v1/views/17", "{}"),
    // Settings.
    ("PUT", "/api/v1/metrics-definitions/Tone!", r#"{"type": "text"}"#),
    ("PUT", "/api/v1/metrics-definitions/tone", r#"{"type": "integer"}"#),
    ("PUT", "/api/v1/metrics-definitions/tone", r#"{"type": "number", "min": 5, "max": 1}"#),
    ("PUT", "/api/v1/metrics-definitions/tone", r#"{"type": "boolean", "categories": ["a"]}"#),
    (
        "PUT",
        "/api/v1/metrics-definitions/tone",
        r#"{"type": "category", "categories": ["a", "a"]}"#,
    ),
    ("POST", "/api/v1/deployments", r#"{"key": "a key", "version": {"variants": []}}"#),
    ("POST", "/api/v1/deployments", r#"{"key": "k", "version": {"variants": []}}"#),
    (
        "POST",
        "/api/v1/deployments",
        r#"{"key": "k", "version": {"variants": [{"name": "a", "provider": "none", "model": "m"}]}}"#,
    ),
    (
        "POST",
        "/api/v1/deployments",
        r#"{"key": "k", "version": {"variants": [{"name": "a", "provider": "local"}]}}"#,
    ),
    (
        "POST",
        "/api/v1/deployments",
        r#"{"key": "k", "version": {"variants": [{"name": "a", "provider": "local", "model": "m", "temperature": 1}]}}"#,
    ),
    (
        "POST",
        "/api/v1/deployments",
        r#"{"key": "k", "version": {"variants": [{"name": "a", "provider": "local", "model": "m", "prompt": [{"role": "system", "content": "Hi {{ name"}]}]}}"#,
    ),
    ("PATCH", "/api/v1/deployments/none", r#"{"archived": true}"#),
    ("PATCH", "/api/v1/deployments/helper", r#"{"archived": "yes"}"#),
    ("PATCH", "/api/v1/deployments/helper", r#"{"active_version": 9}"#),
    ("POST", "/api/v1/deployments/none/versions", r#"{"variants": []}"#),
    (
        "POST",
        "/api/v1/deployments/helper/versions",
        r#"{"variants": [{"name": "a", "provider": "local", "model": ""}]}"#,
    ),
    ("PUT", "/api/v1/deployments/helper/versions/x", "{}"),
    ("PUT", "/api/v1/deployments/helper/versions/9", r#"{"variants": []}"#),
    ("POST", "/api/v1/providers", r#"{"name": "p", "kind": "openai"}"#),
    ("POST", "/api/v1/providers", r#"{"name": "p", "kind": "azure"}"#),
    ("PUT", "/api/v1/providers/p q", r#"{"kind": "local"}"#),
    ("PUT", "/api/v1/providers/p", r#"{"kind": "openai", "base_url": "ftp://x"}"#),
    (
        "PUT",
        "/api/v1/providers/p",
        r#"{"kind": "openai", "base_url": "http://x", "key": {"from": "sealed"}}"#,
    ),
    (
        "PUT",
        "/api/v1/providers/p",
        r#"{"kind": "openai", "base_url": "http://x", "key": {"from": "sealed", "value": 5}}"#,
    ),
    (
        "PUT",
        "/api/v1/providers/p",
        r#"{"kind": "openai", "base_url": "http://x", "key": {"from": "none", "value": "sk"}}"#,
    ),
    (
        "PUT",
        "/api/v1/providers/p",
        r#"{"kind": "openai", "base_url": "http://x", "key": {"from": "environment", "variable": "A B"}}"#,
    ),
    (
        "PUT",
        "/api/v1/prices",
        r#"{"provider": "p", "model": "m", "input_usd_micros_per_mtok": -1, "output_usd_micros_per_mtok": 1}"#,
    ),
    (
        "PUT",
        "/api/v1/prices",
        r#"{"provider": "p", "model": "m", "input_usd_micros_per_mtok": 0.5, "output_usd_micros_per_mtok": 1}"#,
    ),
    ("PUT", "/api/v1/retention", r#"{"days": 0}"#),
    ("PUT", "/api/v1/retention", r#"{"days": "ten"}"#),
    ("PUT", "/api/v1/retention", r#"{"weeks": 1}"#),
    ("PUT", "/api/v1/origins", "{}"),
    ("PUT", "/api/v1/origins", r#"{"origins": "https://a.example"}"#),
    ("PUT", "/api/v1/origins", r#"{"origins": ["https://a.example", "a.example"]}"#),
    ("PUT", "/api/v1/origins", r#"{"origins": ["https://a.example/x"]}"#),
    ("PUT", "/api/v1/origins", r#"{"origins": ["https://*.com"]}"#),
    ("PUT", "/api/v1/origins", r#"{"origins": [7]}"#),
    ("POST", "/api/v1/keys", r#"{"name": "", "scopes": ["read"]}"#),
    ("POST", "/api/v1/keys", r#"{"name": "k", "scopes": []}"#),
    ("POST", "/api/v1/keys", r#"{"name": "k", "scopes": ["write"]}"#),
    ("POST", "/api/v1/keys", r#"{"name": "k", "scopes": ["read"], "requests_per_minute": 0}"#),
    ("PATCH", "/api/v1/keys/key_01h455vb4pex5vsknk084sn02q", "{}"),
    ("PATCH", "/api/v1/keys/key_01h455vb4pex5vsknk084sn02q", r#"{"requests_per_minute": 1.5}"#),
    ("PATCH", "/api/v1/keys/key_01h455vb4pex5vsknk084sn02q", r#"{"requests_per_minute": 60}"#),
    ("PATCH", "/api/v1/keys/mine", r#"{"requests_per_minute": null}"#),
    ("POST", "/api/v1/invitations", r#"{"role": "owner"}"#),
    ("POST", "/api/v1/invitations", r#"{"role": "viewer", "email": "ann"}"#),
    ("POST", "/api/v1/invitations/look", r#"{"token": 12345678}"#),
    ("POST", "/api/v1/invitations/accept", r#"{"token": "unknown"}"#),
    ("DELETE", "/api/v1/invitations/mine", ""),
    ("POST", "/api/v1/users", r#"{"email": "ann", "name": "Ann", "role": "viewer"}"#),
    ("POST", "/api/v1/users", r#"{"email": "a@b.c", "name": "Ann", "role": "owner"}"#),
    (
        "POST",
        "/api/v1/users",
        r#"{"email": "a@b.c", "name": "Ann", "role": "viewer", "password": "short"}"#,
    ),
    ("PATCH", "/api/v1/users/user_01h455vb4pex5vsknk084sn02q", r#"{"disabled": true}"#),
    ("PATCH", "/api/v1/users/ann", r#"{"disabled": true}"#),
    ("POST", "/api/v1/users/user_01h455vb4pex5vsknk084sn02q/signin-link", "{}"),
    ("POST", "/api/v1/users/user_01h455vb4pex5vsknk084sn02q/signin-link", r#"{"ttl_s": 5}"#),
    ("POST", "/api/v1/me/password", r#"{"new": "short"}"#),
    ("POST", "/api/v1/me/password", r#"{"current": 5}"#),
    // OpenAI.
    ("POST", "/v1/chat/completions", "{"),
    ("POST", "/v1/chat/completions", r#"{"messages": []}"#),
    ("POST", "/v1/chat/completions", r#"{"model": "helper", "messages": [{"role": "user"}, {}]}"#),
    (
        "POST",
        "/v1/chat/completions",
        r#"{"model": "nothing", "messages": [{"role": "user", "content": "x"}]}"#,
    ),
    (
        "POST",
        "/v1/chat/completions",
        r#"{"model": "helper", "messages": [{"role": "user"}], "stream": "yes"}"#,
    ),
    // Orq.
    ("POST", "/v2/deployments/get_config", "{}"),
    ("POST", "/v2/deployments/get_config", r#"{"key": "nothing"}"#),
    ("POST", "/v2/deployments/invoke", r#"{"key": "helper", "messages": [{"content": "x"}]}"#),
    ("POST", "/v2/deployments/invoke", r#"{"key": "helper", "context": {"environments": [{}]}}"#),
    ("POST", "/v2/deployments/stream", r#"{"key": 5}"#),
    ("POST", "/v2/deployments/LOG/metrics", r#"{"feedback": {"score": 300}}"#),
    ("POST", "/v2/deployments/LOG/metrics", r#"{"choices": ["yo"]}"#),
    ("POST", "/v2/deployments/nonsense/metrics", "{}"),
    ("POST", "/v2/feedback", r#"{"property": "rating", "value": ["great"], "trace_id": "LOG"}"#),
    ("POST", "/v2/feedback", r#"{"property": "rating", "value": ["good"], "trace_id": "trace"}"#),
    ("POST", "/v2/feedback", r#"{"property": "Über", "value": ["good"], "trace_id": "LOG"}"#),
    ("POST", "//v2/feedback", r#"{"value": ["good"], "trace_id": "LOG"}"#),
    ("POST", "/v2/feedback/remove", r#"{"id": "17", "trace_id": "LOG", "product": "deployments"}"#),
    (
        "POST",
        "/v2/traces/LOG/spans/LOG/annotation",
        r#"{"annotations": [{"key": "rating", "value": "so-so"}]}"#,
    ),
    ("DELETE", "/v2/traces/LOG/spans/LOG/annotation", r#"{"keys": "rating"}"#),
];

/// The cases of query parameters.
const QUERIES: &[&str] = &[
    "/api/v1/retention/preview",
    "/api/v1/retention/preview?days=-1",
    "/api/v1/logs?limit=0",
    "/api/v1/logs?limit=ten",
    "/api/v1/logs?page=2",
    "/api/v1/logs?q=mode:a",
    "/api/v1/logs?q=score%3E%3Dhigh",
    "/api/v1/logs?q=(model:a",
    "/api/v1/filters/complete?text=model&cursor=6",
    "/api/v1/filters/complete?text=model&cursor=-1",
    "/api/v1/filters/complete?q=model",
    "/api/v1/conversations/none",
    "/api/v1/chains/none?limit=0",
    "/api/v1/chains/none?cursor=abc",
    "/api/v1/logs?limit=1&limit=2",
    "/api/v1/logs?cursor=abc",
    "/api/v1/logs?status=ok",
    "/api/v1/logs?metadata=plan",
    "/api/v1/logs?thumbs=sideways",
    "/api/v1/logs?min_score=NaN",
    "/api/v1/logs?from=2026-02-30",
    "/api/v1/logs?from=2026-02-01&to=2026-01-01",
    "/api/v1/logs?feedback_from=2026-01-01",
    "/api/v1/logs?has_feedback=maybe",
    "/api/v1/logs/log_01h455vb4pex5vsknk084sn02q",
    "/api/v1/feedback?source=robot",
    "/api/v1/feedback?log_id=LOG&chain_id=c",
    "/api/v1/feedback/summary",
    "/api/v1/feedback/summary?metric=nothing",
    "/api/v1/usage?from=today",
    "/api/v1/audit?cursor=x",
    "/api/v1/logs?model=a%00b",
    "/api/v1/deployments/a%00b",
    "/api/v1/nothing",
];

async fn prepared() -> (TestApp, Client) {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let spec = json!({"variants": [{"name": "main", "provider": "local", "model": "m"}]});
    let body = json!({"key": "helper", "version": spec});
    admin.post("/api/v1/deployments", body).await.expect(201);
    (app, admin)
}

fn line(method: &str, path: &str, body: &str, answer: &Answer) -> String {
    assert!(answer.status.is_client_error(), "{method} {path} {body}: {}", answer.text());
    assert!(!answer.header("x-request-id").is_empty());
    format!("{method} {path} {body}\n  {} {}\n", answer.status.as_u16(), answer.text())
}

#[tokio::test]
async fn bodies() {
    let (app, admin) = prepared().await;
    let (_, person) = app.person(Role::Admin).await;
    let mut text = String::new();
    for (method, path, body) in BODIES {
        let real = |text: &str| text.replace("LOG", LOG);
        // Only people have a password.
        let client = if *path == "/api/v1/me/password" { &person } else { &admin };
        let sent = ("application/json", Bytes::from(real(body)));
        let path = real(path).replace(' ', "%20");
        let body = real(body).replace(LOG, "LOG");
        let answer = client.send_raw(method.parse().unwrap(), &path, Some(sent)).await;
        text.push_str(&line(method, &path, &body, &answer));
    }
    insta::assert_snapshot!(text.replace(LOG, "LOG"));
}

#[tokio::test]
async fn queries() {
    let (_app, admin) = prepared().await;
    let mut text = String::new();
    for path in QUERIES {
        let answer = admin.get(&path.replace("LOG", LOG)).await;
        text.push_str(&line("GET", path, "", &answer));
    }
    insta::assert_snapshot!(text.replace(LOG, "LOG"));
}

#[tokio::test]
async fn sizes_types_and_headers() {
    let (app, admin) = prepared().await;
    let mut text = String::new();
    let post = |client: Client, path: &'static str, kind: &'static str, body: Bytes| async move {
        let answer = client.send_raw(Method::POST, path, Some((kind, body))).await;
        line("POST", path, kind, &answer)
    };
    let json = "application/json";
    let small = Bytes::from_static(b"{}");
    let form = "application/x-www-form-urlencoded";
    for path in ["/api/v1/keys", "/api/v1/logs", "/v2/feedback"] {
        text += &post(admin.clone(), path, "text/plain", small.clone()).await;
        text += &post(admin.clone(), path, "", small.clone()).await;
    }
    // A page of another site can send such a form without asking; it must not sign anybody in.
    text += &post(app.nobody(), "/api/v1/session", form, Bytes::from_static(b"email=a")).await;
    let long = |bytes: usize| Bytes::from(format!("{{\"name\": \"{}\"}}", "x".repeat(bytes)));
    text += &post(admin.clone(), "/api/v1/keys", json, long(1 << 20)).await;
    text += &post(admin.clone(), "/api/v1/logs", json, long(32 << 20)).await;
    text += &post(admin.clone(), "/v1/chat/completions", json, long(32 << 20)).await;
    text += &post(admin.clone(), "/v2/deployments/invoke", json, long(32 << 20)).await;
    let deep = Bytes::from(format!("{{\"messages\": {}", "[".repeat(500)));
    text += &post(admin.clone(), "/api/v1/logs", json, deep).await;
    text +=
        &post(admin.clone(), "/api/v1/logs", json, Bytes::from_static(b"{\"a\": \"\xff\"}")).await;
    let keyed = admin.clone().with("idempotency-key", &"k".repeat(300));
    text += &post(keyed, "/api/v1/logs", json, small.clone()).await;
    let metadata = admin.clone().with("x-vouch-metadata", "[1]");
    text += &post(metadata, "/v1/chat/completions", json, small.clone()).await;
    let many = format!("{{\"logs\": [{}]}}", vec!["{\"messages\": []}"; 1001].join(","));
    text += &post(admin.clone(), "/api/v1/logs", json, many.into()).await;
    let reader = app.key(&[vouch_domain::access::Scope::Read]).await;
    text += &post(reader, "/api/v1/logs", json, small.clone()).await;
    let (_, viewer) = app.person(Role::Viewer).await;
    text += &post(viewer, "/v1/chat/completions", json, small.clone()).await;
    let strange = app.nobody().with("authorization", "Basic YTpi");
    text += &post(strange, "/api/v1/logs", json, small.clone()).await;
    text += &post(app.nobody(), "/v1/chat/completions", json, small.clone()).await;
    text += &post(app.nobody(), "/v2/feedback", json, small).await;
    insta::assert_snapshot!(text);
}
