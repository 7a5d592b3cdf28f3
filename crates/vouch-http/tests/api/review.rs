//! Review over HTTP: queues, turns, answers, conflicts and what comes of them.

use serde_json::{Value, json};
use vouch_domain::access::{Role, Scope};
use vouch_domain::clock::Clock;
use vouch_testkit::{Answer, Client, TestApp, log};

/// A queue that asks for thumbs and, after a thumb down, for what was wrong.
fn queue(more: &Value) -> Value {
    let questions = json!([
        {"key": "helpful", "title": "Was it helpful?", "type": "thumbs"},
        {"key": "wrong", "title": "What was wrong?", "type": "category",
            "when": {"question": "helpful", "is": [false]},
            "options": [{"key": "facts", "title": "Facts"}, {"key": "tone", "title": "Tone"}]}
    ]);
    let mut queue = json!({"name": "Helpful?", "item": "log", "rubric": {"questions": questions},
        "overlap": {"type": "fixed", "reviews": 2}});
    queue.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    queue
}

async fn sent(client: &Client, answer: &str) -> String {
    let sent = client.post("/api/v1/logs", log("Why?", answer)).await.expect(201).json();
    sent["ids"][0].as_str().unwrap().to_owned()
}

/// A queue, with tasks about that many logs; its id, and those of the logs.
async fn with_logs(admin: &Client, more: Value, logs: usize) -> (String, Vec<String>) {
    let made = admin.post("/api/v1/queues", queue(&more)).await.expect(201).json();
    let id = made["id"].as_str().unwrap().to_owned();
    let mut all = Vec::new();
    for n in 0..logs {
        all.push(sent(admin, &format!("Answer {n}")).await);
    }
    let items: Vec<_> = all.iter().map(|id| json!({"type": "log", "log_id": id})).collect();
    if !items.is_empty() {
        let path = format!("/api/v1/queues/{id}/tasks");
        let added = admin.post(&path, json!({"items": items})).await.expect(201).json();
        assert_eq!(added["created"], logs);
    }
    (id, all)
}

async fn next(client: &Client, queue: &str, body: Value) -> Answer {
    client.post(&format!("/api/v1/queues/{queue}/next"), body).await
}

/// The one task that somebody is given.
async fn turn(client: &Client, queue: &str) -> Value {
    let given = next(client, queue, json!({"count": 1})).await.expect(200).json();
    given["items"][0].clone()
}

fn id(turn: &Value) -> &str {
    turn["task"].as_str().unwrap()
}

async fn answer(client: &Client, task: &str, answers: Value) -> Answer {
    let body = json!({"answers": answers, "active_ms": 1500, "submission_id": "once"});
    client.post(&format!("/api/v1/tasks/{task}/reviews"), body).await
}

#[tokio::test]
async fn reviewers_who_differ_make_a_conflict_that_a_person_decides() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (queue, logs) = with_logs(&admin, json!({}), 1).await;
    let (_, ann) = app.person(Role::Reviewer).await;
    let (_, ben) = app.person(Role::Reviewer).await;
    let (_, cid) = app.person(Role::Reviewer).await;

    let first = turn(&ann, &queue).await;
    assert_eq!(first["item"]["log"]["choices"][0]["message"]["content"], "Answer 0");
    assert_eq!(first["rubric"]["questions"][0]["key"], "helpful");
    let task = id(&first).to_owned();
    assert_eq!(id(&turn(&ben, &queue).await), task);
    // Two are enough: a third is given nothing.
    let third = next(&cid, &queue, json!({})).await.expect(200).json();
    assert_eq!(third["items"], json!([]));

    let kept = answer(&ann, &task, json!({"helpful": true})).await.expect(201).json();
    assert_eq!(kept["task"]["state"], "open");
    assert_eq!(kept["review"]["answers"], json!({"helpful": true}));
    // Blind: Ben sees nothing of it before he answered, and then his own.
    let path = format!("/api/v1/tasks/{task}");
    ben.get(&path).await.expect(404);
    let down = json!({"helpful": false, "wrong": "facts"});
    let kept = answer(&ben, &task, down.clone()).await.expect(201).json();
    assert_eq!(kept["task"]["state"], "conflict");
    let own = ben.get(&path).await.expect(200).json();
    assert_eq!(own["reviews"].as_array().unwrap().len(), 1);
    assert_eq!(own["reviews"][0]["answers"], down);

    let conflicts = format!("/api/v1/queues/{queue}/conflicts");
    ann.get(&conflicts).await.expect(403);
    let open = admin.get(&conflicts).await.expect(200).json();
    assert_eq!(open["items"][0]["reviews"].as_array().unwrap().len(), 2);
    let adjudicate = format!("/api/v1/tasks/{task}/adjudicate");
    let decision = json!({"answers": down, "adopted": open["items"][0]["reviews"][1]["id"],
        "reason": "The date is wrong."});
    ann.post(&adjudicate, decision.clone()).await.expect(403);
    let decided = admin.post(&adjudicate, decision).await.expect(200).json();
    assert_eq!(decided["state"], "complete");
    assert_eq!(decided["by"], "adjudication");
    assert_eq!(admin.get(&conflicts).await.expect(200).json()["items"], json!([]));

    // The decision is feedback on the log.
    let log = admin.get(&format!("/api/v1/logs/{}", logs[0])).await.expect(200).json();
    let of = |name: &str| {
        let all = log["feedback"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).cloned().unwrap_or_default()
    };
    assert_eq!(of("helpful")["value"], false);
    assert_eq!(of("wrong")["value"], "facts");
    assert_eq!(of("helpful")["source"], "reviewers");
    let audit = admin.get("/api/v1/audit").await.expect(200).json();
    let actions: Vec<_> = audit["items"].as_array().unwrap().iter().map(|e| &e["action"]).collect();
    assert!(actions.contains(&&json!("task.adjudicate")), "{actions:?}");
}

#[tokio::test]
async fn answers_are_checked_against_the_rubric_and_a_repeat_changes_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (queue, _) =
        with_logs(&admin, json!({"overlap": {"type": "fixed", "reviews": 1}}), 1).await;
    let (_, ann) = app.person(Role::Reviewer).await;
    let (_, ben) = app.person(Role::Reviewer).await;
    let turn = turn(&ann, &queue).await;
    for (wrong, at) in [
        (json!({}), "/answers/helpful"),
        (json!({"helpful": "yes"}), "/answers/helpful"),
        (json!({"helpful": false}), "/answers/wrong"),
        (json!({"helpful": false, "wrong": "price"}), "/answers/wrong"),
        (json!({"helpful": true, "wrong": "tone"}), "/answers/wrong"),
        (json!({"helpful": true, "other": 1}), "/answers/other"),
    ] {
        let refused = answer(&ann, id(&turn), wrong.clone()).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], at, "{wrong}");
    }
    // Somebody who was not given the task cannot answer it.
    answer(&ben, id(&turn), json!({"helpful": true})).await.expect(404);
    let kept = answer(&ann, id(&turn), json!({"helpful": true})).await.expect(201).json();
    assert_eq!(kept["task"]["state"], "complete");
    let again = answer(&ann, id(&turn), json!({"helpful": true})).await.expect(200).json();
    assert_eq!(again["review"]["id"], kept["review"]["id"]);
    let reviews = ann.get("/api/v1/me/reviews").await.expect(200).json();
    assert_eq!(reviews["items"].as_array().unwrap().len(), 1);
    assert_eq!(reviews["items"][0]["item"]["type"], "log");
}

#[tokio::test]
async fn drafts_leases_and_undo_lose_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let one = json!({"overlap": {"type": "fixed", "reviews": 1}, "lease_s": 60});
    let (queue, _) = with_logs(&admin, one, 2).await;
    let (_, ann) = app.person(Role::Reviewer).await;
    let (_, ben) = app.person(Role::Reviewer).await;
    let first = turn(&ann, &queue).await;
    let draft = json!({"answers": {"helpful": false}, "active_ms": 700});
    ann.put(&format!("/api/v1/tasks/{}/draft", id(&first)), draft.clone()).await.expect(204);
    // A closed laptop goes on where it was.
    let again = turn(&ann, &queue).await;
    assert_eq!(id(&again), id(&first));
    assert_eq!(again["draft"], draft);
    // What is held already is not given again.
    let more = next(&ann, &queue, json!({"count": 5, "holding": [id(&first)]})).await.expect(200);
    let more = more.json();
    assert_eq!(more["items"].as_array().unwrap().len(), 1);
    assert_ne!(id(&more["items"][0]), id(&first));
    assert_eq!(more["left"], false);

    // A lease that lapses gives the task to somebody else; the late answer is not lost.
    app.clock.advance_s(61);
    assert_eq!(id(&turn(&ben, &queue).await), id(&first));
    let late = answer(&ann, id(&first), json!({"helpful": true})).await.expect(409).json();
    assert!(late["detail"].as_str().unwrap().contains("draft"), "{late}");
    let kept = answer(&ben, id(&first), json!({"helpful": true})).await.expect(201).json();
    let undo = format!("/api/v1/reviews/{}/undo", kept["review"]["id"].as_str().unwrap());
    ann.post(&undo, json!({})).await.expect(404);
    let back = ben.post(&undo, json!({})).await.expect(200).json();
    assert_eq!(id(&back), id(&first));
    assert_eq!(back["draft"]["answers"], json!({"helpful": true}));
    let body = json!({"answers": {"helpful": false, "wrong": "tone"}, "submission_id": "twice"});
    let path = format!("/api/v1/tasks/{}/reviews", id(&first));
    ben.post(&path, body).await.expect(201);
}

#[tokio::test]
async fn a_task_is_skipped_released_or_escalated() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let one = json!({"overlap": {"type": "fixed", "reviews": 1}});
    let (queue, _) = with_logs(&admin, one, 1).await;
    let (_, ann) = app.person(Role::Reviewer).await;
    let (_, ben) = app.person(Role::Reviewer).await;
    let task = id(&turn(&ann, &queue).await).to_owned();
    ann.post(&format!("/api/v1/tasks/{task}/release"), json!({})).await.expect(204);
    assert_eq!(id(&turn(&ann, &queue).await), task);
    let skip = format!("/api/v1/tasks/{task}/skip");
    let refused = ann.post(&skip, json!({"reason": " "})).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/reason");
    ann.post(&skip, json!({"reason": "I wrote it."})).await.expect(204);
    assert_eq!(turn(&ann, &queue).await, Value::Null);
    assert_eq!(id(&turn(&ben, &queue).await), task);
    let escalate = format!("/api/v1/tasks/{task}/escalate");
    ben.post(&escalate, json!({"reason": "Needs a lawyer."})).await.expect(204);
    let conflicts = admin.get(&format!("/api/v1/queues/{queue}/conflicts")).await.expect(200);
    let conflicts = conflicts.json();
    assert_eq!(conflicts["items"][0]["task"]["escalated"]["reason"], "Needs a lawyer.");
}

#[tokio::test]
async fn gold_tasks_look_like_any_other_and_say_afterwards_what_was_missed() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let gold = json!({"rate": 0.5, "onboarding": 1, "pause_below": 0.9, "window": 1});
    let (queue, _) = with_logs(&admin, json!({"gold": gold}), 1).await;
    let item = json!({"type": "log", "log_id": sent(&admin, "2 + 2 = 5").await,
        "gold": {"answers": {"helpful": false, "wrong": "facts"}, "why": "It is 4."}});
    let path = format!("/api/v1/queues/{queue}/tasks");
    admin.post(&path, json!({"items": [item]})).await.expect(201);
    let (_, ann) = app.person(Role::Reviewer).await;
    let turn = turn(&ann, &queue).await;
    assert_eq!(turn["item"]["log"]["choices"][0]["message"]["content"], "2 + 2 = 5");
    assert!(!turn.to_string().contains("facts\":") && !turn.to_string().contains("It is 4"));
    let kept = answer(&ann, id(&turn), json!({"helpful": true})).await.expect(201).json();
    assert_eq!(kept["gold"]["right"], false);
    assert_eq!(kept["gold"]["why"], "It is 4.");
    // Below the threshold: paused, with a word on it, until an admin lets them go on.
    let paused = next(&ann, &queue, json!({})).await.expect(200).json();
    assert_eq!(paused["items"], json!([]));
    assert!(paused["paused"]["reason"].is_string(), "{paused}");
    let rows = ann.get(&format!("/api/v1/queues/{queue}/reviewers")).await.expect(200).json();
    let own = &rows["items"][0];
    assert_eq!((&own["state"], &own["gold_right"]), (&json!("paused"), &json!(0)));
    let row = format!("/api/v1/queues/{queue}/reviewers/{}", own["user"].as_str().unwrap());
    ann.patch(&row, json!({"state": "active"})).await.expect(403);
    admin.patch(&row, json!({"state": "active"})).await.expect(200);
    assert!(next(&ann, &queue, json!({})).await.expect(200).json()["items"][0].is_object());
}

#[tokio::test]
async fn rules_take_what_comes_and_a_filter_takes_what_is_there() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let before = sent(&admin, "Before").await;
    let down = |log: &str| json!({"log_id": log, "name": "thumbs", "value": false});
    admin.post("/api/v1/feedback", down(&before)).await.expect(201);
    let rule = json!({"key": "down", "filter": "thumbs:down", "priority": "high"});
    let (queue, _) = with_logs(&admin, json!({"rules": [rule]}), 0).await;
    let taken = sent(&admin, "Taken").await;
    sent(&admin, "Not taken").await;
    admin.post("/api/v1/feedback", down(&taken)).await.expect(201);
    while app.store.apply_rules(app.clock.now()).await.unwrap().looked_at > 0 {}
    let tasks = format!("/api/v1/queues/{queue}/tasks");
    let all = admin.get(&tasks).await.expect(200).json();
    let keys: Vec<_> = all["items"].as_array().unwrap().iter().map(|t| &t["key"]).collect();
    assert_eq!(keys, [&json!(taken)]);
    assert_eq!(all["items"][0]["origin"], json!({"type": "rule", "key": "down"}));

    let preview = json!({"key": "down", "filter": "thumbs:down"});
    let preview = admin.post(&format!("/api/v1/queues/{queue}/preview"), preview).await.expect(200);
    let expected = json!({"logs": 2, "taken": 2, "partial": false, "examples": [taken, before]});
    assert_eq!(preview.json(), expected);
    let added = admin.post(&tasks, json!({"filter": "thumbs:down"})).await.expect(201).json();
    assert_eq!((&added["created"], &added["known"]), (&json!(1), &json!(1)));
    // A part at a time.
    let one = json!({"filter": "thumbs:down", "limit": 1});
    let one = admin.post(&tasks, one).await.expect(201).json();
    assert_eq!((&one["known"], &one["next_cursor"]), (&json!(1), &json!(taken)));
    let rest = json!({"filter": "thumbs:down", "cursor": one["next_cursor"]});
    let rest = admin.post(&tasks, rest).await.expect(201).json();
    assert_eq!((&rest["known"], &rest["next_cursor"]), (&json!(1), &Value::Null));
    let refused = admin.post(&tasks, json!({"filter": "thumbs:sideways"})).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/filter");
}

#[tokio::test]
async fn what_reviewers_say_together_and_how_far_they_agree() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (queue, _) = with_logs(&admin, json!({}), 4).await;
    let (ann, ben) = (app.person(Role::Reviewer).await, app.person(Role::Reviewer).await);
    // Ann: up, up, up, down; Ben: up, up, down, down.
    for (who, ups) in [(&ann.1, 3), (&ben.1, 2)] {
        for n in 0..4 {
            let turn = turn(who, &queue).await;
            let down = json!({"helpful": false, "wrong": "tone"});
            let said = if n < ups { json!({"helpful": true}) } else { down };
            answer(who, id(&turn), said).await.expect(201);
        }
    }
    let agreement = admin.get(&format!("/api/v1/queues/{queue}/agreement")).await.expect(200);
    let agreement = agreement.json();
    let helpful = &agreement["questions"][0];
    assert_eq!((&helpful["question"], &helpful["tasks"]), (&json!("helpful"), &json!(4)));
    let value = |name: &str| {
        let all = helpful["coefficients"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap()["value"].as_f64().unwrap()
    };
    // Seen in three of four; by chance 3/4 * 2/4 + 1/4 * 2/4 = 1/2.
    assert!((value("percent") - 0.75).abs() < 1e-9);
    assert!((value("cohen_kappa") - 0.5).abs() < 1e-9);
    assert_eq!(helpful["pairs"][0]["tasks"], 4);
    let consensus = format!("/api/v1/queues/{queue}/consensus?question=helpful&limit=3");
    let page = admin.get(&consensus).await.expect(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 3);
    assert_eq!(page["items"][0]["answer"], "true");
    assert_eq!(page["items"][2]["answer"], Value::Null);
    let rest = format!("{consensus}&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(admin.get(&rest).await.expect(200).json()["items"].as_array().unwrap().len(), 1);
    let wrong = admin.get(&format!("{consensus}&method=guess")).await.expect(422).json();
    assert_eq!(wrong["errors"][0]["pointer"], "?method");
    let csv = admin.get(&format!("/api/v1/queues/{queue}/export?format=csv")).await.expect(200);
    assert_eq!(csv.text().lines().next(), Some("item,reviewer,label,question"));
    // Eight thumbs, and what was wrong three times.
    assert_eq!(csv.text().lines().count(), 1 + 8 + 3);
    let report = format!("/api/v1/queues/{queue}/reviewers/{}/report", ann.0.id);
    ben.1.get(&report).await.expect(403);
    let report = ann.1.get(&report).await.expect(200).json();
    assert_eq!(report["confusion"]["helpful"]["counts"], json!([[1, 0], [0, 2]]));
    let progress = ann.1.get(&format!("/api/v1/queues/{queue}/progress")).await.expect(200).json();
    assert_eq!((&progress["reviews"], &progress["mine"]["done"]), (&json!(8), &json!(4)));
    assert_eq!((&progress["complete"], &progress["conflict"]), (&json!(3), &json!(1)));
}

#[tokio::test]
async fn preferences_make_a_leaderboard() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let questions = json!([{"key": "better", "title": "Which is better?", "type": "preference",
        "tie": true}]);
    let pairs = json!({"name": "Pairs", "item": "responses", "rubric": {"questions": questions}});
    let queue = admin.post("/api/v1/queues", pairs).await.expect(201).json();
    let queue = queue["id"].as_str().unwrap();
    let item = |n: usize| {
        let responses = json!([{"text": format!("old {n}"), "label": "v1"},
            {"text": format!("new {n}"), "label": "v2"}]);
        json!({"type": "responses", "prompt": [{"role": "user", "content": "Hi"}],
            "responses": responses})
    };
    let items: Vec<_> = (0..6).map(item).collect();
    let path = format!("/api/v1/queues/{queue}/tasks");
    admin.post(&path, json!({"items": items})).await.expect(201);
    let (_, ann) = app.person(Role::Reviewer).await;
    for n in 0..6 {
        let turn = turn(&ann, queue).await;
        let choice = if n < 5 { "b" } else { "a" };
        let body = json!({"answers": {"better": {"choice": choice, "strength": 1}},
            "submission_id": "once", "order": turn["swapped"]});
        let path = format!("/api/v1/tasks/{}/reviews", id(&turn));
        ann.post(&path, body).await.expect(201);
    }
    let board = admin.get(&format!("/api/v1/queues/{queue}/leaderboard")).await.expect(200).json();
    let labels: Vec<_> = board["items"].as_array().unwrap().iter().map(|p| &p["label"]).collect();
    assert_eq!(labels, ["v2", "v1"]);
    assert_eq!((&board["items"][0]["wins"], &board["comparisons"]), (&json!(5), &json!(6)));
    assert!(board["items"][0]["further"].as_u64().unwrap() > 0, "{board}");
}

#[tokio::test]
async fn keys_add_tasks_and_people_review_them() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (queue, _) = with_logs(&admin, json!({}), 1).await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback]).await;
    let item = json!({"type": "log", "log_id": sent(&program, "More").await});
    let path = format!("/api/v1/queues/{queue}/tasks");
    program.post(&path, json!({"items": [item]})).await.expect(201);
    next(&program, &queue, json!({})).await.expect(403);
    let (_, ann) = app.person(Role::Reviewer).await;
    ann.post(&path, json!({"items": [item]})).await.expect(403);
    let (_, viewer) = app.person(Role::Viewer).await;
    next(&viewer, &queue, json!({})).await.expect(403);
    for (body, at) in [
        (json!({"items": []}), "/items"),
        (json!({}), ""),
        (json!({"items": [{"type": "record", "fields": {"a": 1}}]}), "/items/0/type"),
    ] {
        let refused = admin.post(&path, body).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], at, "{refused}");
    }
    // A queue for some is not for others.
    let only = json!({"people": [app.person(Role::Reviewer).await.0.id]});
    admin.patch(&format!("/api/v1/queues/{queue}"), only).await.expect(200);
    next(&ann, &queue, json!({})).await.expect(403);
}
