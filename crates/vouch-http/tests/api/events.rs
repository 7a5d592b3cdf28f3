//! Live events: as they happen, and from where a reader left off.

use http::Method;
use serde_json::{Value, json};
use vouch_domain::access::{Role, Scope};
use vouch_testkit::{TestApp, log};

#[tokio::test]
async fn events_come_as_they_happen_and_go_on_where_a_reader_left_off() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback]).await;
    let (_, viewer) = app.person(Role::Viewer).await;
    let mut stream = viewer.open(Method::GET, "/api/v1/events", None).await;
    assert_eq!(stream.status, 200);
    assert_eq!(stream.headers["content-type"], "text/event-stream");
    let sent = program.post("/api/v1/logs", log("Why?", "Because.")).await.expect(201).json();
    let id = sent["ids"][0].as_str().unwrap();
    let created = stream.event().await.unwrap();
    assert_eq!(created.event.as_deref(), Some("log.created"));
    let data: Value = serde_json::from_str(&created.data).unwrap();
    assert_eq!(data["ids"], json!([id]));
    drop(stream);

    let thumb = json!({"log_id": id, "name": "thumbs", "value": true});
    program.post("/api/v1/feedback", thumb).await.expect(201);
    let later = viewer.clone().with("last-event-id", &data["seq"].to_string());
    let mut stream = later.open(Method::GET, "/api/v1/events", None).await;
    let missed = stream.event().await.unwrap();
    let kind = missed.event.as_deref();
    assert!(matches!(kind, Some("feedback.changed" | "log.updated")), "{missed:?}");
    let missed: Value = serde_json::from_str(&missed.data).unwrap();
    assert!(missed["seq"].as_i64() > data["seq"].as_i64());
    assert_eq!(missed["ids"], json!([id]));

    // The stream ends with the server, so that it can stop.
    app.shutdown.cancel();
    while stream.event().await.is_some() {}
    app.stop().await;
}

/// As a page does that was open while the database was replaced by an older one.
#[tokio::test]
async fn a_reader_who_is_ahead_hears_what_happens_from_now_on() {
    let app = TestApp::start().await;
    let (_, viewer) = app.person(Role::Viewer).await;
    let program = app.key(&[Scope::Ingest]).await;
    let ahead = viewer.with("last-event-id", "1000000");
    let mut stream = ahead.open(Method::GET, "/api/v1/events", None).await;
    let sent = program.post("/api/v1/logs", log("Why?", "Because.")).await.expect(201).json();
    let event = stream.event().await.unwrap();
    assert!(event.data.contains(sent["ids"][0].as_str().unwrap()), "{event:?}");
    drop(stream);
    app.stop().await;
}

/// Whether the stream ends, rather than tell of what happens after so much time.
async fn ends_after(app: &TestApp, pass_s: i64, mut stream: vouch_testkit::Stream) -> bool {
    let program = app.key(&[Scope::Ingest]).await;
    app.clock.advance_s(pass_s);
    let sent = program.post("/api/v1/logs", log("Why?", "Because.")).await.expect(201).json();
    while let Some(event) = stream.event().await {
        if event.data.contains(sent["ids"][0].as_str().unwrap()) {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn a_stream_ends_with_what_let_its_reader_in() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let made = admin.post("/api/v1/keys", json!({"name": "x", "scopes": ["read"]})).await.json();
    let reader = app.nobody().with_key(made["secret"].as_str().unwrap());
    let by_key = reader.open(Method::GET, "/api/v1/events", None).await;
    let (user, viewer) = app.person(Role::Viewer).await;
    let by_session = viewer.open(Method::GET, "/api/v1/events", None).await;
    let (_, other) = app.person(Role::Viewer).await;
    let still_good = other.open(Method::GET, "/api/v1/events", None).await;
    admin.delete(&format!("/api/v1/keys/{}", made["id"].as_str().unwrap())).await.expect(204);
    let disabled = json!({"disabled": true});
    admin.patch(&format!("/api/v1/users/{}", user.id), disabled).await.expect(200);
    assert!(ends_after(&app, 15, by_key).await);
    assert!(ends_after(&app, 15, by_session).await);
    assert!(!ends_after(&app, 15, still_good).await);
}

#[tokio::test]
async fn a_busy_stream_ends_in_time() {
    let app = TestApp::start().await;
    let (_, viewer) = app.person(Role::Viewer).await;
    let stream = viewer.open(Method::GET, "/api/v1/events", None).await;
    assert!(ends_after(&app, 600, stream).await);
}

#[tokio::test]
async fn a_wrong_last_event_id_is_named() {
    let app = TestApp::start().await;
    let reader = app.key(&[Scope::Read]).await.with("last-event-id", "yesterday");
    let refused = reader.get("/api/v1/events").await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "last-event-id");
}
