//! Feedback: who it is by, what counts, and how it is taken back.

use serde_json::{Value, json};
use vouch_domain::access::{Role, Scope};
use vouch_testkit::{Client, TestApp, log};

async fn sent(client: &Client) -> String {
    let sent = client.post("/api/v1/logs", log("Why?", "Because.")).await.expect(201).json();
    sent["ids"][0].as_str().unwrap().to_owned()
}

async fn whole(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/v1/logs/{id}")).await.expect(200).json()
}

#[tokio::test]
async fn the_newest_of_the_same_author_counts_and_a_retraction_brings_back_the_older() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
    let id = sent(&program).await;
    let thumb = |up: bool| json!({"log_id": id, "name": "thumbs", "value": up, "user_id": "ann"});
    program.post("/api/v1/feedback", thumb(true)).await.expect(201);
    app.clock.advance_s(1);
    let second = program.post("/api/v1/feedback", thumb(false)).await.expect(201).json();
    let tally = &whole(&program, &id).await["tally"];
    assert_eq!((&tally["thumbs_up"], &tally["thumbs_down"]), (&json!(0), &json!(1)));

    let fb = second["ids"][0].as_str().unwrap();
    let at = format!("/api/v1/feedback/{fb}/retract");
    // The key itself is not ann.
    program.post(&at, json!({})).await.expect(403);
    let taken = program.post(&at, json!({"user_id": "ann"})).await.expect(200).json();
    assert_eq!(taken["counts"], false);
    let again = program.post(&at, json!({"user_id": "ann"})).await.expect(200).json();
    assert_eq!(taken["retracted_at"], again["retracted_at"]);
    let tally = &whole(&program, &id).await["tally"];
    assert_eq!((&tally["thumbs_up"], &tally["thumbs_down"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn an_admin_takes_back_what_others_gave() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let id = sent(&admin).await;
    let (_, reviewer) = app.person(Role::Reviewer).await;
    let body = json!({"log_id": id, "name": "score", "value": 5});
    let given = reviewer.post("/api/v1/feedback", body).await.expect(201).json();
    let at = format!("/api/v1/feedback/{}/retract", given["ids"][0].as_str().unwrap());
    let (_, other) = app.person(Role::Reviewer).await;
    other.send(http::Method::POST, &at, None).await.expect(403);
    admin.send(http::Method::POST, &at, None).await.expect(200);
}

#[tokio::test]
async fn everyone_speaks_under_their_own_name() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
    let (user, reviewer) = app.person(Role::Reviewer).await;
    let id = sent(&program).await;
    let base = json!({"log_id": id, "name": "score", "value": 50});
    let with = |more: Value| {
        let mut body = base.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for body in [
        with(json!({})),
        with(json!({"user_id": "ann"})),
        with(json!({"source": "judge"})),
        with(json!({"source": "judge", "user_id": "gpt-4o"})),
        with(json!({"source": "program", "user_id": "ann"})),
    ] {
        program.post("/api/v1/feedback", body).await.expect(201);
    }
    reviewer.post("/api/v1/feedback", with(json!({"value": 80}))).await.expect(201);
    let key = program.get("/api/v1/me").await.json()["key"]["id"].as_str().unwrap().to_owned();
    let listed = program.get(&format!("/api/v1/feedback?log_id={id}")).await.expect(200).json();
    let authors: Vec<(String, String)> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|f| (f["author"].as_str().unwrap().into(), f["source"].as_str().unwrap().into()))
        .collect();
    let expected = [
        (format!("key:{key}"), "program"),
        ("end_user:ann".to_owned(), "end_user"),
        ("judge:test key".to_owned(), "judge"),
        ("judge:gpt-4o".to_owned(), "judge"),
        (format!("key:{key}"), "program"),
        (format!("user:{}", user.id), "reviewer"),
    ];
    assert_eq!(authors, expected.map(|(author, source)| (author, source.to_owned())));
    // People outrank the rest: the log's score is the reviewer's.
    assert_eq!(whole(&program, &id).await["tally"]["score"], 80.0);
}

#[tokio::test]
async fn a_correction_is_a_text_either_way() {
    let app = TestApp::start().await;
    let (_, reviewer) = app.person(Role::Reviewer).await;
    let id = sent(&reviewer).await;
    for body in [
        json!({"log_id": id, "name": "correction", "value": "Better."}),
        json!({"log_id": id, "name": "correction", "correction": "Better."}),
        json!({"log_id": id, "name": "thumbs", "value": false, "correction": "Better."}),
    ] {
        reviewer.post("/api/v1/feedback", body).await.expect(201);
    }
    let whole = whole(&reviewer, &id).await;
    assert_eq!(whole["tally"]["has_correction"], true);
    for feedback in whole["feedback"].as_array().unwrap() {
        assert_eq!(feedback["correction"], "Better.");
    }
}

#[tokio::test]
async fn feedback_on_a_chain_is_seen_on_its_logs() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
    let mut body = log("Why?", "Because.");
    body["chain_id"] = "c1".into();
    let ids = program.post("/api/v1/logs", body).await.expect(201).json();
    let given = json!({"feedback": [
        {"chain_id": "c1", "name": "score", "value": 40},
        {"conversation_id": "none", "name": "score", "value": 40},
    ]});
    let kept = program.post("/api/v1/feedback", given).await.expect(201).json();
    assert_eq!(kept["attached"], json!([true, true]));
    let whole = whole(&program, ids["ids"][0].as_str().unwrap()).await;
    assert_eq!(whole["feedback"].as_array().unwrap().len(), 1);
    assert_eq!(whole["feedback"][0]["chain_id"], "c1");
}

#[tokio::test]
async fn a_batch_is_kept_whole_or_not_at_all() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
    let id = sent(&program).await;
    let batch = json!({"feedback": [
        {"log_id": id, "name": "thumbs", "value": true},
        {"log_id": id, "name": "score", "value": "high"},
    ]});
    let refused = program.post("/api/v1/feedback", batch).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/feedback/1/value");
    let listed = program.get("/api/v1/feedback").await.expect(200).json();
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn an_unknown_metric_is_accepted_and_can_be_adopted() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let id = sent(&admin).await;
    let body = json!({"log_id": id, "name": "tone", "value": "friendly"});
    admin.post("/api/v1/feedback", body).await.expect(201);
    let state = |metrics: Value| {
        let all = metrics["items"].as_array().unwrap().clone();
        all.into_iter().find(|m| m["name"] == "tone").unwrap()["state"].clone()
    };
    assert_eq!(state(admin.get("/api/v1/metrics-definitions").await.json()), "undefined");
    let wanted = json!({"type": "category", "categories": ["friendly", "cold"]});
    admin.put("/api/v1/metrics-definitions/tone", wanted).await.expect(200);
    assert_eq!(state(admin.get("/api/v1/metrics-definitions").await.json()), "defined");
    let wrong = json!({"log_id": id, "name": "tone", "value": "rude"});
    let refused = admin.post("/api/v1/feedback", wrong).await.expect(422).json();
    assert_eq!(refused["errors"][0]["detail"], "expected one of friendly, cold, got \"rude\"");
    let other = json!({"type": "number"});
    admin.put("/api/v1/metrics-definitions/tone", other).await.expect(409);
}

#[tokio::test]
async fn the_summary_leads_to_the_logs_behind_it() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let mut body = log("Why?", "Because.");
    body["metadata"] = json!({"plan": "pro"});
    let ids = admin.post("/api/v1/logs", body).await.expect(201).json();
    let id = ids["ids"][0].as_str().unwrap();
    let body = json!({"log_id": id, "name": "defects", "value": ["spelling"]});
    admin.post("/api/v1/feedback", body).await.expect(201);
    let by = admin.get("/api/v1/feedback/dimensions").await.expect(200).json();
    assert!(by["items"].as_array().unwrap().contains(&json!("meta:plan")), "{by}");
    let path = "/api/v1/feedback/summary?metric=defects&by=meta:plan";
    let summary = admin.get(path).await.expect(200).json();
    assert_eq!((&summary["from"], &summary["to"]), (&json!("2025-12-17"), &json!("2026-01-15")));
    let points = summary["points"].as_array().unwrap();
    let spelling = points.iter().find(|p| p["label"] == "spelling").unwrap();
    assert_eq!((&spelling["value"], &spelling["count"]), (&json!("pro"), &json!(1)));
    let date = spelling["date"].as_str().unwrap();
    let behind = format!(
        "/api/v1/logs?metadata=plan:pro&feedback=defects:spelling&feedback_from={date}&feedback_to={date}"
    );
    let logs = admin.get(&behind).await.expect(200).json();
    assert_eq!(logs["items"][0]["id"], id);
    let none = admin.get("/api/v1/logs?feedback=defects:ambiguity").await.expect(200).json();
    assert_eq!(none["items"], json!([]));
}
