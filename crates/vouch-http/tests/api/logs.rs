//! "addMetrics arrives": logs and what is added to them, on every engine there is.

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use vouch_domain::access::{Role, Scope};
use vouch_testkit::{Engine, TestApp, TestOptions, log};

async fn each_engine<F: Future<Output = ()>>(test: impl Fn(TestApp) -> F) {
    for engine in Engine::available() {
        test(TestApp::with(TestOptions { engine, ..TestOptions::default() }).await).await;
    }
}

#[tokio::test]
async fn add_metrics_as_the_seed_describes_it() {
    each_engine(|app| async move {
        let program = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
        let sent = program.post("/api/v1/logs", log("Why?", "Because.")).await.expect(201).json();
        let id = sent["ids"][0].as_str().unwrap();
        let at = format!("/api/v1/logs/{id}/metrics");

        let added = program.post(&at, json!({"feedback": {"score": 70}})).await.expect(200).json();
        assert_eq!((&added["success"], &added["attached"]), (&json!(true), &json!(true)));
        assert_eq!(added["feedback_ids"].as_array().unwrap().len(), 1);
        app.clock.advance_s(1);
        let metadata = json!({
            "chain_id": "c4a75b53-62fa-401b-8e97-493f3d299316",
            "user_id": "e3a202a6-461b-447c-abe2-018ba4d04cd0",
            "metadata": {"custom": "custom_metadata", "chain_id": "ad1231xsdaABw"},
        });
        program.post(&at, metadata).await.expect(200);
        app.clock.advance_s(1);
        let newer = json!({"metadata": {"custom": "newer"}, "chain_id": "another"});
        program.post(&at, newer).await.expect(200);

        let whole = program.get(&format!("/api/v1/logs/{id}")).await.expect(200).json();
        assert_eq!(whole["metadata"], json!({"custom": "newer", "chain_id": "ad1231xsdaABw"}));
        assert_eq!(whole["chain_id"], "c4a75b53-62fa-401b-8e97-493f3d299316");
        assert_eq!(whole["tally"]["score"], 70.0);
        assert_eq!(whole["feedback"][0]["source"], "program");
        let history = whole["metadata_history"].as_array().unwrap();
        let custom: Vec<_> =
            history.iter().filter(|c| c["key"] == "custom").map(|c| &c["value"]).collect();
        assert_eq!(custom, ["custom_metadata", "newer"]);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn metrics_and_feedback_may_come_before_their_log() {
    each_engine(|app| async move {
        let program = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
        let id = "log_01kf0mkjg0e3h0000000000001";
        let early =
            json!({"metadata": {"early": true}, "feedback": {"score": 30}, "user_id": "ann"});
        let added = program.post(&format!("/api/v1/logs/{id}/metrics"), early).await.expect(202);
        assert_eq!(added.json()["attached"], false);
        let thumb = json!({"log_id": id, "name": "thumbs", "value": false, "user_id": "bob"});
        let given = program.post("/api/v1/feedback", thumb).await.expect(202).json();
        assert_eq!(given["attached"], json!([false]));
        program.get(&format!("/api/v1/logs/{id}")).await.expect(404);

        let mut late = log("Why?", "Because.");
        late["id"] = id.into();
        program.post("/api/v1/logs", late).await.expect(201);
        let whole = program.get(&format!("/api/v1/logs/{id}")).await.expect(200).json();
        assert_eq!(whole["metadata"]["early"], true);
        assert_eq!(whole["user_id"], "ann");
        assert_eq!(whole["tally"]["thumbs_down"], 1);
        assert_eq!(whole["tally"]["score"], 30.0);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_repeat_with_its_key_changes_nothing() {
    each_engine(|app| async move {
        let program = app.key(&[Scope::Ingest, Scope::Read]).await;
        let repeated = program.clone().with("idempotency-key", "once");
        let mut body = log("Why?", "Because.");
        body["feedback"] = json!({"score": 10});
        let first = repeated.post("/api/v1/logs", body.clone()).await.expect(201).json();
        let second = repeated.post("/api/v1/logs", body.clone()).await.expect(201).json();
        assert_eq!(first, second);
        let id = first["ids"][0].as_str().unwrap();
        let at = format!("/api/v1/logs/{id}/metrics");
        let once = repeated.post(&at, json!({"feedback": {"score": 90}})).await.expect(200).json();
        let twice = repeated.post(&at, json!({"feedback": {"score": 90}})).await.expect(200).json();
        assert_eq!(once, twice);
        let whole = program.get(&format!("/api/v1/logs/{id}")).await.expect(200).json();
        assert_eq!(whole["feedback"].as_array().unwrap().len(), 2);
        assert_eq!(program.get("/api/v1/logs").await.json()["items"].as_array().unwrap().len(), 1);

        body["user_id"] = "other".into();
        let clash = repeated.post("/api/v1/logs", body).await.expect(409).json();
        assert_eq!(clash["type"], "https://vouch.dev/problems/conflict");
        // The key belongs to its caller: the same words of another change nothing of this.
        let other = app.key(&[Scope::Ingest]).await.with("idempotency-key", "once");
        other.post("/api/v1/logs", log("Other?", "Yes.")).await.expect(201);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_log_is_completed_from_what_is_known() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let price = json!({"provider": "openai", "model": "gpt-4o",
        "input_usd_micros_per_mtok": 2_500_000, "output_usd_micros_per_mtok": 10_000_000});
    admin.put("/api/v1/prices", price).await.expect(200);
    let mut body = log("Why?", "Because.");
    body["logprobs"] =
        json!([{"token": "Be", "logprob": -0.5}, {"token": "cause", "logprob": -1.5}]);
    body["error"] = json!({"message": "it broke"});
    let sent = admin.post("/api/v1/logs", body).await.expect(201).json();
    let id = sent["ids"][0].as_str().unwrap();
    let whole = admin.get(&format!("/api/v1/logs/{id}")).await.expect(200).json();
    assert_eq!(whole["cost_usd_micros"], 75);
    assert_eq!(whole["uncertainty"]["mean_logprob"], -1.0);
    assert_eq!(whole["uncertainty"]["min_token"], "cause");
    assert_eq!((&whole["status"], &whole["origin"]), (&json!("failed"), &json!("ingest")));
    assert_eq!(whole["error"]["kind"], "upstream");
}

#[tokio::test]
async fn usage_that_comes_later_is_priced() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let price = json!({"provider": "openai", "model": "gpt-4o",
        "input_usd_micros_per_mtok": 1_000_000, "output_usd_micros_per_mtok": 1_000_000});
    admin.put("/api/v1/prices", price).await.expect(200);
    let mut body = log("Why?", "Because.");
    body.as_object_mut().unwrap().remove("usage");
    let sent = admin.post("/api/v1/logs", body).await.expect(201).json();
    let id = sent["ids"][0].as_str().unwrap();
    let usage = json!({"usage": {"prompt_tokens": 1.0, "completion_tokens": 2.0}});
    admin.post(&format!("/api/v1/logs/{id}/metrics"), usage).await.expect(200);
    let whole = admin.get(&format!("/api/v1/logs/{id}")).await.expect(200).json();
    assert_eq!(whole["usage"]["total_tokens"], 3);
    assert_eq!(whole["cost_usd_micros"], 3);
}

#[tokio::test]
async fn a_thousand_at_once_and_pages_through_them() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Read]).await;
    let logs: Vec<Value> = (0..1000)
        .map(|n| {
            let mut one = log(&format!("Question {n}"), "Yes.");
            one["metadata"] = json!({"half": if n % 2 == 0 { "even" } else { "odd" }});
            one
        })
        .collect();
    let sent = program.post("/api/v1/logs", json!({"logs": logs})).await.expect(201).json();
    assert_eq!(sent["ids"].as_array().unwrap().len(), 1000);
    let (mut seen, mut cursor) = (vec![], String::new());
    loop {
        let path = format!("/api/v1/logs?limit=200&metadata=half:odd{cursor}");
        let page = program.get(&path).await.expect(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|l| l["id"].to_string()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 500);
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first");
}

#[tokio::test]
async fn people_who_score_by_add_metrics_are_reviewers() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let sent = admin.post("/api/v1/logs", log("Why?", "Because.")).await.expect(201).json();
    let id = sent["ids"][0].as_str().unwrap();
    let (user, reviewer) = app.person(Role::Reviewer).await;
    let score = json!({"feedback": {"score": 55}});
    reviewer.post(&format!("/api/v1/logs/{id}/metrics"), score).await.expect(200);
    let whole = admin.get(&format!("/api/v1/logs/{id}")).await.expect(200).json();
    assert_eq!(whole["feedback"][0]["author"], format!("user:{}", user.id));
    assert_eq!(whole["feedback"][0]["source"], "reviewer");
}

/// What is as deep as a body may be is a few levels deeper in its log, and is read all the same.
#[tokio::test]
async fn what_may_come_in_can_be_read_however_deep_it_is() {
    each_engine(|app| async move {
        let admin = app.admin().await;
        let mut taken = 0;
        for levels in 110..130 {
            let deep = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
            let body =
                format!(r#"{{"messages": [{{"role": "user", "content": "x", "deep": {deep}}}]}}"#);
            let body = Some(("application/json", Bytes::from(body)));
            let answer = admin.send_raw(Method::POST, "/api/v1/logs", body).await;
            if answer.status != 201 {
                answer.expect(400);
                continue;
            }
            taken += 1;
            let id = answer.json()["ids"][0].as_str().unwrap().to_owned();
            let read = admin.get(&format!("/api/v1/logs/{id}")).await.expect(200);
            assert!(read.text().contains(&deep));
        }
        assert!((1..20).contains(&taken), "{taken}");
        app.stop().await;
    })
    .await;
}
