//! The server about itself, its pages and its headers.

use std::sync::Arc;

use serde_json::json;
use vouch_domain::access::Scope;
use vouch_gateway::{ModelInfo, Provider, ProviderError, ProviderReply, ProviderRequest};
use vouch_testkit::{Client, TestApp, TestOptions};

fn browser(app: &TestApp) -> Client {
    app.nobody().with("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
}

#[tokio::test]
async fn it_says_that_it_lives_and_when_it_stops() {
    let app = TestApp::start().await;
    assert_eq!(app.nobody().get("/healthz").await.expect(200).text(), "ok\n");
    assert_eq!(app.nobody().get("/readyz").await.expect(200).text(), "ready\n");
    app.store.close().await;
    let closed = app.nobody().get("/readyz").await.expect(503);
    assert_eq!(closed.header("retry-after"), "1");
    let body = closed.json();
    assert_eq!(body["detail"], "The database cannot be used right now; try again in a moment.");
    assert_eq!(body["request_id"], closed.header("x-request-id"));
}

#[tokio::test]
async fn every_answer_is_guarded() {
    let app = TestApp::start().await;
    for path in ["/", "/healthz", "/api/v1/logs", "/nothing", "/widget.js", "/v1/models"] {
        let answer = browser(&app).get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'self'; script-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-eval") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert!(answer.header("x-request-id").starts_with("req_"));
        let shared = path == "/widget.js";
        let resources = if shared { "cross-origin" } else { "same-origin" };
        assert_eq!(answer.header("cross-origin-resource-policy"), resources);
        assert_eq!(answer.header("access-control-allow-origin"), if shared { "*" } else { "" });
    }
    let admin = app.admin().await;
    assert_eq!(admin.get("/api/v1/me").await.header("cache-control"), "no-store");
}

/// Holds with the UI built and without it.
#[tokio::test]
async fn pages_are_for_browsers_only() {
    let app = TestApp::start().await;
    let dist = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist/index.html");
    let built = std::path::Path::new(dist).exists();
    for path in ["/", "/logs/log_01h455vb4pex5vsknk084sn02q"] {
        let page = browser(&app).get(path).await;
        if built {
            assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-cache"));
            assert!(page.header("content-type").starts_with("text/html"));
            let again = browser(&app).with("if-none-match", page.header("etag")).get(path).await;
            assert_eq!(again.status, 304);
        } else {
            assert!(page.expect(503).text().contains("built without the web UI"));
        }
    }
    app.nobody().get("/logs/log_01h455vb4pex5vsknk084sn02q").await.expect(404);
    browser(&app).get("/api/v1/nothing").await.expect(404);
    browser(&app).get("/v2/nothing").await.expect(404);
    browser(&app).post("/logs", json!({})).await.expect(404);
    browser(&app).get("/../Cargo.toml").await;
    let outside = app.nobody().get("/..%2f..%2fCargo.toml").await;
    assert_eq!(outside.status, 404);
}

#[tokio::test]
async fn it_measures_itself() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Read, Scope::Ingest]).await;
    program.post("/api/v1/logs", vouch_testkit::log("Why?", "Because.")).await.expect(201);
    program.get("/api/v1/logs/log_01h455vb4pex5vsknk084sn02q").await.expect(404);
    let text = program.get("/metrics").await.expect(200).text();
    for line in [
        r#"vouch_http_requests_total{method="POST",route="/api/v1/logs",status="201"} 1"#,
        r#"vouch_http_requests_total{method="GET",route="/api/v1/logs/{id}",status="404"} 1"#,
        r#"vouch_http_request_duration_seconds_count{route="/api/v1/logs"} 1"#,
        r#"vouch_prompt_tokens_today{deployment="",variant="",model="gpt-4o"} 10"#,
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

/// A model that panics when it is called.
struct Panics;

#[async_trait::async_trait]
impl Provider for Panics {
    async fn chat(&self, _: ProviderRequest) -> Result<ProviderReply, ProviderError> {
        panic!("very-secret")
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError> {
        Ok(vec![])
    }
}

#[tokio::test]
async fn a_panic_is_an_error_like_others_and_the_server_goes_on() {
    let local: Option<Arc<dyn Provider>> = Some(Arc::new(Panics));
    let app = TestApp::with(TestOptions { local, ..TestOptions::default() }).await;
    let call = json!({"model": "local/m", "messages": [{"role": "user", "content": "Hi"}]});
    let answer = app.admin().await.post("/v1/chat/completions", call).await.expect(500);
    assert_eq!(answer.json()["error"]["code"], "internal_error");
    assert!(!answer.text().contains("very-secret"));
    assert!(answer.header("x-request-id").starts_with("req_"));
    app.nobody().get("/healthz").await.expect(200);
}
