//! Webhooks over HTTP, and what really arrives at a receiver.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use vouch_domain::access::{Role, Scope};
use vouch_domain::actor::Actor;
use vouch_domain::audit::NewAudit;
use vouch_domain::clock::Clock;
use vouch_domain::id::{AuditId, WebhookId};
use vouch_domain::webhook::{HookKind, Webhook};
use vouch_gateway::Sealer;
use vouch_testkit::{Asked, Client, FakeProvider, Reply, TestApp, TestOptions};

async fn app() -> TestApp {
    TestApp::with(TestOptions { webhook_allow_private: true, ..TestOptions::default() }).await
}

/// A webhook that leads to the receiver, with its secret.
async fn made(admin: &Client, receiver: &FakeProvider, events: Value) -> (String, String) {
    let url = receiver.base_url.replace("/v1", "/hook?token=in-the-url");
    let body = json!({"name": "CI", "url": url, "events": events});
    let made = admin.post("/api/v1/webhooks", body).await.expect(201).json();
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    (format!("/api/v1/webhooks/{}", text("id")), text("secret"))
}

async fn deliveries(admin: &Client, hook: &str) -> Vec<Value> {
    let page = admin.get(&format!("{hook}/deliveries")).await.expect(200).json();
    page["items"].as_array().unwrap().clone()
}

/// What the specification says a receiver is to check.
fn is_signed(asked: &Asked, secret: &str) -> bool {
    let header = |name: &str| asked.headers[name].to_str().unwrap();
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    mac.update(&asked.body);
    let expected = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
    header("webhook-signature").split(' ').any(|signature| signature == expected)
}

#[tokio::test]
async fn a_decided_task_is_told_signed() {
    let app = app().await;
    let receiver = FakeProvider::start().await;
    let admin = app.admin().await;
    let (hook, secret) = made(&admin, &receiver, json!(["task.completed", "queue.drained"])).await;
    let rubric = json!({"questions": [{"key": "good", "title": "Good?", "type": "yes_no"}]});
    let queue = json!({"name": "Q", "item": "record", "rubric": rubric});
    let queue = admin.post("/api/v1/queues", queue).await.expect(201).json();
    let queue = queue["id"].as_str().unwrap();
    let items = json!({"items": [{"type": "record", "fields": {"text": "secret of the record"}}]});
    admin.post(&format!("/api/v1/queues/{queue}/tasks"), items).await.expect(201);
    let (_, ann) = app.person(Role::Reviewer).await;
    let next = ann.post(&format!("/api/v1/queues/{queue}/next"), json!({})).await.expect(200);
    let task = next.json()["items"][0]["task"].as_str().unwrap().to_owned();
    let answer = json!({"answers": {"good": true}, "active_ms": 1, "submission_id": "1"});
    ann.post(&format!("/api/v1/tasks/{task}/reviews"), answer).await.expect(201);

    assert_eq!(app.deliverer.turn().await.unwrap(), 2);
    let asked = receiver.asked();
    assert_eq!(asked.len(), 2);
    let of = |kind: &str| asked.iter().find(|one| one.json()["type"] == kind).unwrap();
    let done = of("task.completed");
    assert_eq!(done.path, "/hook");
    assert_eq!(done.json()["data"], json!({"queue_id": queue, "task_id": task, "log_id": null}));
    assert_eq!(of("queue.drained").json()["data"], json!({"queue_id": queue}));
    assert_eq!(done.headers["content-type"], "application/json");
    let now_s = (app.clock.now().micros() / 1_000_000).to_string();
    assert_eq!(done.headers["webhook-timestamp"].to_str().unwrap(), now_s);
    assert!(is_signed(done, &secret) && is_signed(of("queue.drained"), &secret));
    assert!(!is_signed(done, "whsec_AAAA"));

    let kept = deliveries(&admin, &hook).await;
    assert!(kept.iter().all(|one| one["state"] == "delivered"), "{kept:?}");
    let same = kept.iter().find(|one| one["type"] == "task.completed").unwrap();
    assert_eq!(same["id"], done.headers["webhook-id"].to_str().unwrap());
    assert_eq!(same["payload"], done.json());
    assert_eq!(same["attempts"][0]["status"], 200);
    assert!(same["attempts"][0]["response"].as_str().unwrap().contains("Hello"));
}

#[tokio::test]
async fn what_fails_is_sent_again_later_and_no_redirect_is_followed() {
    let app = app().await;
    let (receiver, elsewhere) = (FakeProvider::start().await, FakeProvider::start().await);
    let target: &'static str = elsewhere.base_url.clone().leak();
    let admin = app.admin().await;
    let (hook, secret) = made(&admin, &receiver, json!(["task.completed"])).await;
    let test = admin.post(&format!("{hook}/test"), json!({})).await.expect(202).json();
    assert_eq!((&test["type"], &test["state"]), (&json!("webhook.test"), &json!("waiting")));
    receiver.next(Reply::With(302, ("location", target), json!({})));
    receiver.next(Reply::With(503, ("retry-after", "3600"), json!({})));
    for expected in [1, 0] {
        assert_eq!(app.deliverer.turn().await.unwrap(), expected);
    }
    app.clock.advance_s(6);
    assert_eq!(app.deliverer.turn().await.unwrap(), 1);
    // Five minutes would be next; the receiver asked for an hour.
    app.clock.advance_s(3599);
    assert_eq!(app.deliverer.turn().await.unwrap(), 0);
    app.clock.advance_s(1);
    assert_eq!(app.deliverer.turn().await.unwrap(), 1);
    assert!(elsewhere.asked().is_empty());
    let asked = receiver.asked();
    assert_eq!(asked.len(), 3);
    // The same message each time, signed anew for its time.
    assert!(asked.iter().all(|one| one.headers["webhook-id"] == asked[0].headers["webhook-id"]));
    assert!(asked.iter().all(|one| one.body == asked[0].body && is_signed(one, &secret)));
    assert_ne!(asked[0].headers["webhook-timestamp"], asked[2].headers["webhook-timestamp"]);
    let kept = deliveries(&admin, &hook).await.remove(0);
    let attempts = kept["attempts"].as_array().unwrap();
    let statuses: Vec<_> = attempts.iter().map(|attempt| &attempt["status"]).collect();
    assert_eq!(statuses, [302, 503, 200]);
    assert_eq!((&kept["state"], &kept["next_at"]), (&json!("delivered"), &Value::Null));

    // Replayed, it is the same message once more.
    let path = format!("{hook}/deliveries/{}/replay", kept["id"].as_str().unwrap());
    assert_eq!(admin.post(&path, json!({})).await.expect(200).json()["state"], "waiting");
    assert_eq!(app.deliverer.turn().await.unwrap(), 1);
    let asked = receiver.asked();
    assert_eq!(asked[3].headers["webhook-id"], asked[0].headers["webhook-id"]);
    let replay = json!({"since": "2026-01-15T12:00:00Z", "all": true});
    let replayed = admin.post(&format!("{hook}/replay"), replay).await.expect(200).json();
    assert_eq!(replayed, json!({"replayed": 1, "more": false}));
}

#[tokio::test]
async fn a_slow_receiver_holds_up_no_other() {
    let app = app().await;
    let (slow, quick) = (FakeProvider::start().await, FakeProvider::start().await);
    let admin = app.admin().await;
    let (slow_hook, _) = made(&admin, &slow, json!(["task.completed"])).await;
    let (quick_hook, _) = made(&admin, &quick, json!(["task.completed"])).await;
    for _ in 0..8 {
        slow.next(Reply::Hang);
        admin.post(&format!("{slow_hook}/test"), json!({})).await.expect(202);
        admin.post(&format!("{quick_hook}/test"), json!({})).await.expect(202);
    }
    let mut sending = tokio::task::JoinSet::new();
    sending.spawn(app.deliverer.clone().keep(app.shutdown.clone()));
    let told = async || {
        deliveries(&admin, &quick_hook).await.iter().filter(|d| d["state"] == "delivered").count()
    };
    while told().await < 8 {
        tokio::task::yield_now().await;
    }
    // The slow one has as many attempts under way as one may have, and no more.
    while slow.asked().len() < 4 {
        tokio::task::yield_now().await;
    }
    assert_eq!(slow.asked().len(), 4);
    sending.shutdown().await;
}

#[tokio::test]
async fn secrets_are_shown_once_and_both_sign_after_a_change() {
    let app = app().await;
    let receiver = FakeProvider::start().await;
    let admin = app.admin().await;
    let (hook, old) = made(&admin, &receiver, json!(["task.completed"])).await;
    let rotated = admin.post(&format!("{hook}/rotate"), json!({})).await.expect(200).json();
    let new = rotated["secret"].as_str().unwrap().to_owned();
    assert_eq!(rotated["old_secret_until"], "2026-01-16T12:00:00.000000Z");
    let listed = admin.get("/api/v1/webhooks").await.expect(200);
    let audit = admin.get("/api/v1/audit").await.expect(200);
    for secret in [&old, &new] {
        assert!(!listed.text().contains(secret.as_str()));
        assert!(!audit.text().contains(secret.as_str()));
    }
    assert!(!audit.text().contains("in-the-url"));
    for advance in [0, 86_400] {
        app.clock.advance_s(advance);
        admin.post(&format!("{hook}/test"), json!({})).await.expect(202);
        assert_eq!(app.deliverer.turn().await.unwrap(), 1);
    }
    let asked = receiver.asked();
    assert!(is_signed(&asked[0], &old) && is_signed(&asked[0], &new));
    assert!(!is_signed(&asked[1], &old) && is_signed(&asked[1], &new));
}

/// A reviewer says this of the next task of the queue.
async fn say(reviewer: &Client, queue: &str, good: bool) {
    let next = reviewer.post(&format!("/api/v1/queues/{queue}/next"), json!({"count": 1})).await;
    let task = next.expect(200).json()["items"][0]["task"].as_str().unwrap().to_owned();
    let answer = json!({"answers": {"good": good}, "active_ms": 1, "submission_id": task});
    reviewer.post(&format!("/api/v1/tasks/{task}/reviews"), answer).await.expect(201);
}

#[tokio::test]
async fn an_alert_looks_at_the_newest_tasks_alone() {
    let app = app().await;
    let admin = app.admin().await;
    let receiver = FakeProvider::start().await;
    made(&admin, &receiver, json!(["agreement.low"])).await;
    let rubric = json!({"questions": [{"key": "good", "title": "Good?", "type": "yes_no"}]});
    let queue = json!({"name": "Q", "item": "record", "rubric": rubric,
        "overlap": {"type": "fixed", "reviews": 2},
        "alert": {"alpha_below": 0.6, "last_tasks": 20}});
    let queue = admin.post("/api/v1/queues", queue).await.expect(201).json();
    assert_eq!(queue["alert"], json!({"alpha_below": 0.6, "last_tasks": 20}));
    let id = queue["id"].as_str().unwrap();
    let items: Vec<_> = (0..41).map(|n| json!({"type": "record", "fields": {"n": n}})).collect();
    let path = format!("/api/v1/queues/{id}/tasks");
    admin.post(&path, json!({"items": items})).await.expect(201);
    let (ann, ben) = (app.person(Role::Reviewer).await.1, app.person(Role::Reviewer).await.1);
    let lately = async || {
        let queue = app.store.queue(app.project, id.parse().unwrap()).await.unwrap().unwrap();
        let alert = queue.settings.alert.unwrap();
        let found = vouch_review::lately(&*app.store, app.project, &queue, alert).await.unwrap();
        let mut told = vec![];
        for one in found.clone() {
            let now = app.clock.now();
            let noted = app.store.note_agreement(app.project, queue.id, alert, one, now).await;
            told.push(noted.unwrap());
        }
        (found, told)
    };
    for n in 0..20 {
        // Before there are twenty, nothing is said.
        assert_eq!(lately().await.0, []);
        say(&ann, id, n % 2 == 0).await;
        say(&ben, id, n % 2 == 0).await;
        app.clock.advance_s(1);
    }
    let (found, told) = lately().await;
    assert_eq!((found[0].tasks, told.as_slice()), (20, &[false][..]));
    assert!((found[0].alpha - 1.0).abs() < 1e-9);
    for n in 0..20 {
        say(&ann, id, n % 2 == 0).await;
        say(&ben, id, n % 4 == 0).await;
        app.clock.advance_s(1);
    }
    // One that only one person answered is not among them.
    say(&ann, id, true).await;
    let (found, told) = lately().await;
    assert_eq!((found[0].tasks, told.as_slice()), (20, &[true][..]));
    // Of the last twenty alone: by hand, 10 (up, up) or (up, down) and 10 (down, down), so that
    // 25 of 40 are down: 1 - 39 * 10 / (2 * 15 * 25) = 0.48.
    assert!((found[0].alpha - 0.48).abs() < 1e-9, "{}", found[0].alpha);
    assert_eq!(lately().await.1, [false]);
    assert_eq!(app.deliverer.turn().await.unwrap(), 1);
    let data = receiver.asked()[0].json()["data"].clone();
    assert_eq!((&data["queue_id"], &data["question"]), (&json!(id), &json!("good")));
    for wrong in [json!({"alpha_below": 2}), json!({"alpha_below": 0.5, "last_tasks": 5})] {
        let path = format!("/api/v1/queues/{id}");
        admin.patch(&path, json!({"alert": wrong})).await.expect(422);
    }
    let path = format!("/api/v1/queues/{id}");
    let off = admin.patch(&path, json!({"alert": null})).await.expect(200).json();
    assert_eq!(off["alert"], Value::Null);
}

#[tokio::test]
async fn a_webhook_is_changed_switched_off_and_removed() {
    let app = app().await;
    let receiver = FakeProvider::start().await;
    let admin = app.admin().await;
    let (hook, _) = made(&admin, &receiver, json!(["task.completed"])).await;
    let change = json!({"name": "Builds", "events": ["queue.drained"], "on": false});
    let changed = admin.patch(&hook, change).await.expect(200).json();
    assert_eq!(
        (&changed["name"], &changed["events"]),
        (&json!("Builds"), &json!(["queue.drained"]))
    );
    assert_eq!(changed["off"]["because"], "paused");
    admin.post(&format!("{hook}/test"), json!({})).await.expect(409);
    admin.patch(&hook, json!({"on": true})).await.expect(200);
    admin.post(&format!("{hook}/test"), json!({})).await.expect(202);
    let refusals = [
        (json!({"events": []}), "/events"),
        (json!({"events": ["webhook.test"]}), "/events"),
        (json!({"url": "ftp://x"}), "/url"),
        (json!({"name": ""}), "/name"),
        (json!({"queues": ["queue_01h455vb4pex5vsknk084sn02q"]}), "/queues/0"),
    ];
    for (change, pointer) in refusals {
        let refused = admin.patch(&hook, change).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    admin.delete(&hook).await.expect(204);
    assert_eq!(app.deliverer.turn().await.unwrap(), 0);
    for (method, path) in [("delete", ""), ("get", "/deliveries"), ("post", "/test")] {
        let path = format!("{hook}{path}");
        let method = http::Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        admin.send(method, &path, Some(json!({}))).await.expect(404);
    }
    app.key(&[Scope::Read]).await.get("/api/v1/webhooks").await.expect(403);
}

#[tokio::test]
async fn private_addresses_are_refused_when_they_are_entered_and_when_they_are_sent_to() {
    let app = TestApp::start().await;
    let receiver = FakeProvider::start().await;
    let admin = app.admin().await;
    let refused = [
        receiver.base_url.as_str(),
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "http://example.com/hook",
    ];
    for url in refused {
        let body = json!({"name": "n", "url": url, "events": ["task.completed"]});
        let refused = admin.post("/api/v1/webhooks", body).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/url", "{url}");
    }
    // One that was entered while it was allowed.
    let (secret, at) = ([1; 32], app.clock.now());
    let id = WebhookId::new(at, app.clock.entropy());
    let webhook = Webhook {
        id,
        name: "n".to_owned(),
        url: receiver.base_url.clone(),
        events: vec![HookKind::TaskCompleted],
        queues: vec![],
        off: None,
        failing_since: None,
        old_secret_until: None,
        created_at: at,
    };
    let sealed = Sealer::new([7; 32]);
    let sealed = sealed.seal(&Webhook::place(app.project, id), &vouch_hooks::secret(secret));
    let audit = NewAudit {
        id: AuditId::new(at, app.clock.entropy()),
        project: app.project,
        at,
        actor: Actor::System,
        action: "webhook.create".to_owned(),
        subject: id.to_string(),
        details: Value::Null,
    };
    app.store.create_webhook(app.project, webhook, sealed.unwrap(), audit).await.unwrap();
    let hook = format!("/api/v1/webhooks/{id}");
    admin.post(&format!("{hook}/test"), json!({})).await.expect(202);
    assert_eq!(app.deliverer.turn().await.unwrap(), 1);
    let kept = deliveries(&admin, &hook).await.remove(0);
    let error = kept["attempts"][0]["error"].as_str().unwrap();
    assert_eq!(error, "its address is not one that this server sends to");
    assert!(receiver.asked().is_empty());
}
