//! Feedback with a token: on its log, in its time, and nothing else.

use http::Method;
use serde_json::{Value, json};
use vouch_domain::access::Scope;
use vouch_http::table::{Access, ROUTES};
use vouch_testkit::{Client, TestApp, log};

async fn token(program: &Client, body: Value) -> (String, String) {
    let sent = program.post("/api/v1/logs", log("Why?", "Because.")).await.expect(201).json();
    let id = sent["ids"][0].as_str().unwrap().to_owned();
    let made = program.post(&format!("/api/v1/logs/{id}/feedback-token"), body).await.expect(201);
    (id, made.json()["token"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_browser_on_another_site_gives_feedback_on_the_log() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
    let browser = app.nobody().with("origin", "https://shop.example");
    let asks = browser.send(Method::OPTIONS, "/api/v1/public/feedback", None).await.expect(204);
    assert_eq!(asks.header("access-control-allow-origin"), "https://shop.example");
    assert_eq!(asks.header("vary"), "Origin");
    assert_eq!(asks.header("access-control-allow-headers"), "content-type");
    assert_eq!(asks.header("access-control-allow-credentials"), "");
    for (body, author) in
        [(json!({"user_id": "ann"}), "end_user:ann"), (json!({}), "end_user:anonymous-")]
    {
        let (id, token) = token(&program, body).await;
        let given = json!({"token": token, "name": "thumbs", "value": true, "comment": "nice"});
        let given = browser.post("/api/v1/public/feedback", given).await.expect(201);
        assert_eq!(given.header("access-control-allow-origin"), "https://shop.example");
        assert_eq!(given.header("vary"), "Origin");
        assert!(given.json()["id"].as_str().unwrap().starts_with("fb_"));
        let whole = program.get(&format!("/api/v1/logs/{id}")).await.expect(200).json();
        assert_eq!(whole["tally"]["thumbs_up"], 1);
        assert!(whole["feedback"][0]["author"].as_str().unwrap().starts_with(author));
        assert_eq!(whole["feedback"][0]["source"], "end_user");
    }
}

#[tokio::test]
async fn an_expired_or_bent_token_is_refused() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback]).await;
    let (_, token) = token(&program, json!({"ttl_s": 60})).await;
    let give = |token: String| {
        let client = app.nobody();
        async move {
            let body = json!({"token": token, "name": "thumbs", "value": true});
            client.post("/api/v1/public/feedback", body).await
        }
    };
    let bent = token.replacen("vft_e", "vft_f", 1);
    give(bent).await.expect(401);
    give("nonsense".into()).await.expect(401);
    app.clock.advance_s(60);
    let late = give(token).await.expect(401).json();
    assert_eq!(late["detail"], "The feedback token has expired; get a new one for the log.");
}

#[tokio::test]
async fn a_token_opens_no_other_route() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback]).await;
    let (_, token) = token(&program, json!({})).await;
    let stranger = app.nobody().with_key(&token);
    for route in ROUTES.iter().filter(|route| route.access != Access::Public) {
        let path = route.path.replace(['{', '}'], "");
        let answer = stranger.send(route.method.clone(), &path, None).await;
        assert_eq!(answer.status, 401, "{route:?}");
    }
}

#[tokio::test]
async fn a_token_makes_no_metrics_and_floods_nothing() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
    let (_, token) = token(&program, json!({})).await;
    let unknown = json!({"token": token, "name": "invented", "value": 1});
    let refused = app.nobody().post("/api/v1/public/feedback", unknown).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/name");
    let body = json!({"token": token, "name": "thumbs", "value": true});
    let mut last = 0;
    for _ in 0..31 {
        last = app.nobody().post("/api/v1/public/feedback", body.clone()).await.status.as_u16();
    }
    assert_eq!(last, 429);
    app.clock.advance_s(60);
    app.nobody().post("/api/v1/public/feedback", body).await.expect(201);
}

#[tokio::test]
async fn pages_of_other_origins_than_the_allowed_are_refused() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
    let (id, token) = token(&program, json!({"user_id": "ann"})).await;
    let admin = app.admin().await;
    assert_eq!(admin.get("/api/v1/origins").await.expect(200).json(), json!({"origins": null}));
    let wanted = json!({"origins": ["https://shop.example", "https://*.shop.example"]});
    admin.put("/api/v1/origins", wanted.clone()).await.expect(200);
    assert_eq!(program.get("/api/v1/origins").await.expect(200).json(), wanted);
    let from = async |origin: &str| {
        let body = json!({"token": token, "name": "thumbs", "value": true});
        app.nobody().with("origin", origin).post("/api/v1/public/feedback", body).await
    };
    let others = [
        "https://evil.example",
        "https://shop.example.evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://a.shop.example.evil.example",
        "null",
        "https://127.0.0.1",
    ];
    for origin in others {
        let refused = from(origin).await.expect(403);
        // The page may read why, and no other page's cache may answer with it.
        assert_eq!(refused.header("access-control-allow-origin"), origin);
        assert_eq!(refused.header("vary"), "Origin");
        let problem = refused.json();
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains(origin) && detail.contains("Settings, Allowed origins"),
            "{detail}"
        );
        assert_eq!(problem["errors"][0]["pointer"], "origin");
    }
    let at = format!("/api/v1/logs/{id}");
    assert_eq!(program.get(&at).await.expect(200).json()["feedback"], json!([]));

    for origin in ["https://shop.example", "https://a.b.shop.example"] {
        let given = from(origin).await.expect(201);
        assert_eq!(given.header("access-control-allow-origin"), origin);
        assert_eq!(given.header("access-control-allow-credentials"), "");
    }
    // The server's own pages always may, and programs, which have no origin.
    from(&app.url).await.expect(201);
    let body = json!({"token": token, "name": "thumbs", "value": true});
    app.nobody().post("/api/v1/public/feedback", body).await.expect(201);
    // A page that asks first is told to go on: only the request itself names its project.
    let asks = app.nobody().with("origin", "https://evil.example");
    asks.send(Method::OPTIONS, "/api/v1/public/feedback", None).await.expect(204);

    admin.put("/api/v1/origins", json!({"origins": []})).await.expect(200);
    from("https://shop.example").await.expect(403);
    from(&app.url).await.expect(201);
    admin.put("/api/v1/origins", json!({"origins": null})).await.expect(200);
    from("https://evil.example").await.expect(201);
    let entries = admin.get("/api/v1/audit").await.expect(200).json();
    let put = |n: usize| &entries["items"][n]["details"];
    assert_eq!((put(0), put(2)), (&json!({"origins": null}), &wanted));
}
