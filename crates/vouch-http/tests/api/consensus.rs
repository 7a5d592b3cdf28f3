//! What reviewers say together on every kind of question, and how each works over time.

use serde_json::{Value, json};
use vouch_domain::access::Role;
use vouch_domain::clock::Clock;
use vouch_review::{OpinionCache, Weigher};
use vouch_testkit::{Client, TestApp};

async fn queue(admin: &Client, item: &str, questions: Value, more: Value) -> String {
    let mut queue = json!({"name": "All", "item": item, "rubric": {"questions": questions},
        "overlap": {"type": "fixed", "reviews": 3}});
    queue.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = admin.post("/api/v1/queues", queue).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

async fn add(admin: &Client, queue: &str, items: Vec<Value>) {
    admin.post(&format!("/api/v1/queues/{queue}/tasks"), json!({"items": items})).await.expect(201);
}

/// Answers the one task that somebody is given.
async fn answer(client: &Client, queue: &str, answers: Value, active_ms: u64) {
    let path = format!("/api/v1/queues/{queue}/next");
    let given = client.post(&path, json!({"count": 1})).await.expect(200).json();
    let task = given["items"][0]["task"].as_str().unwrap().to_owned();
    let body = json!({"answers": answers, "active_ms": active_ms, "submission_id": "once"});
    client.post(&format!("/api/v1/tasks/{task}/reviews"), body).await.expect(201);
}

async fn of(admin: &Client, queue: &str, question: &str) -> Value {
    let path = format!("/api/v1/queues/{queue}/consensus?question={question}");
    admin.get(&path).await.expect(200).json()
}

fn near(value: &Value, expected: f64) {
    assert!((value.as_f64().unwrap() - expected).abs() < 1e-9, "{value} is not {expected}");
}

fn questions() -> Value {
    let options = json!([{"key": "a", "title": "A"}, {"key": "b", "title": "B"}]);
    json!([
        {"key": "tags", "title": "Tags", "type": "multi_category", "options": options},
        {"key": "list", "title": "List", "type": "checklist", "options": options},
        {"key": "stars", "title": "Stars", "type": "rating", "min": 1, "max": 5},
        {"key": "names", "title": "Names", "type": "spans", "labels": options, "of": "text"},
        {"key": "why", "title": "Why?", "type": "text", "required": false}])
}

#[tokio::test]
async fn every_kind_of_question_has_a_consensus() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let more = json!({"consensus": {"scale": "mean", "spans": 0.5}});
    let queue = queue(&admin, "record", questions(), more).await;
    add(&admin, &queue, vec![json!({"type": "record", "fields": {"text": "Ann met Bob"}})]).await;
    let span =
        |start: u32, end: u32, label: &str| json!({"start": start, "end": end, "label": label});
    let said = [
        json!({"tags": ["a"], "list": {"a": true, "b": false}, "stars": 1,
            "names": [span(0, 3, "a"), span(8, 11, "b")], "why": "x"}),
        json!({"tags": ["a", "b"], "list": {"a": true, "b": true}, "stars": 4,
            "names": [span(0, 3, "a"), span(8, 11, "b")]}),
        json!({"tags": [], "list": {"a": true, "b": false}, "stars": 4,
            "names": [span(0, 3, "a"), span(4, 7, "a")]}),
    ];
    let mut people = Vec::new();
    for answers in &said {
        let (user, client) = app.person(Role::Reviewer).await;
        answer(&client, &queue, answers.clone(), 1000).await;
        people.push(user);
    }
    let tags = of(&admin, &queue, "tags").await;
    let one = &tags["items"][0];
    assert_eq!((&one["value"], &one["answer"]), (&json!(["a"]), &json!("[\"a\"]")));
    near(&one["posterior"]["a"], 2.0 / 3.0);
    near(&one["posterior"]["b"], 1.0 / 3.0);
    assert_eq!(one["contributions"][1]["answer"], "a, b");
    let list = of(&admin, &queue, "list").await;
    assert_eq!(list["items"][0]["value"], json!({"a": true, "b": false}));
    let stars = of(&admin, &queue, "stars").await;
    assert_eq!((&stars["scale"], &stars["items"][0]["value"]), (&json!("mean"), &json!(3)));
    near(&stars["items"][0]["deviation"], 3f64.sqrt());
    let first = stars["reviewers"].as_array().unwrap().iter();
    let first = first.clone().find(|one| one["id"] == people[0].id.to_string()).unwrap();
    near(&first["bias"], -3.0);
    let names = of(&admin, &queue, "names").await;
    let one = &names["items"][0];
    assert_eq!(one["value"], json!([span(0, 3, "a"), span(8, 11, "b")]));
    let votes: Vec<_> = one["spans"].as_array().unwrap().iter().map(|s| &s["agreed"]).collect();
    assert_eq!(votes, [&json!(true), &json!(false), &json!(true)]);
    near(&one["spans"][2]["share"], 2.0 / 3.0);
    assert_eq!(one["spans"][1]["users"], json!([people[2].id]));
    // Of texts a person chooses.
    let path = format!("/api/v1/queues/{queue}/consensus?question=why");
    let refused = admin.get(&path).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "?question");

    let agreement = admin.get(&format!("/api/v1/queues/{queue}/agreement")).await.expect(200);
    let agreement = agreement.json();
    let of = |key: &str, name: &str| {
        let all = agreement["questions"].as_array().unwrap().iter();
        let question = all.clone().find(|one| one["question"] == key).unwrap();
        let all = question["coefficients"].as_array().unwrap().iter();
        all.clone().find(|one| one["name"] == name).cloned().unwrap()
    };
    // Of each six characters marked, the first two mark all alike; the third shares three.
    near(&of("names", "span_f1")["value"], (1.0 + 0.5 + 0.5) / 3.0);
    assert!(of("names", "span_f1")["means"].as_str().unwrap().contains("67 %"));
    assert_eq!(of("stars", "kendall_w")["value"], Value::Null);
    assert!(of("stars", "icc_mean")["why"].is_string());
}

#[tokio::test]
async fn rankings_have_a_mean_place_and_a_concordance() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let questions = json!([{"key": "order", "title": "Order", "type": "ranking"}]);
    let queue = queue(&admin, "responses", questions, json!({})).await;
    let responses = json!([{"text": "x"}, {"text": "y"}, {"text": "z"}]);
    let prompt = json!([{"role": "user", "content": "Hi"}]);
    add(
        &admin,
        &queue,
        vec![json!({"type": "responses", "prompt": prompt, "responses": responses})],
    )
    .await;
    for said in [json!([[0], [1], [2]]), json!([[0], [1], [2]]), json!([[1], [0], [2]])] {
        let (_, client) = app.person(Role::Reviewer).await;
        answer(&client, &queue, json!({"order": said}), 1000).await;
    }
    let order = of(&admin, &queue, "order").await;
    assert_eq!(order["items"][0]["value"], json!([[0], [1], [2]]));
    near(&order["items"][0]["posterior"]["[[0],[1],[2]]"], 2.0 / 3.0);
    let agreement = admin.get(&format!("/api/v1/queues/{queue}/agreement")).await.expect(200);
    let first = agreement.json()["questions"][0]["coefficients"][0].clone();
    assert_eq!(first["name"], "kendall_w");
    // Sums of ranks 4, 5 and 9: W = 12 * 14 / (9 * 24).
    near(&first["value"], 12.0 * 14.0 / (9.0 * 24.0));
}

#[tokio::test]
async fn a_method_decides_a_moment_later_and_who_drifts_is_seen() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let questions = json!([{"key": "good", "title": "Good?", "type": "yes_no"}]);
    let more = json!({"accept": "consensus", "consensus": {"method": "one_coin"}});
    let queue = queue(&admin, "record", questions, more).await;
    let mut people = Vec::new();
    for _ in 0..3 {
        people.push(app.person(Role::Reviewer).await);
    }
    let mut weigher = Weigher::new(std::sync::Arc::new(OpinionCache::default()));
    let report = format!("/api/v1/queues/{queue}/reviewers/{}/report", people[2].0.id);
    for n in 0..60 {
        add(&admin, &queue, vec![json!({"type": "record", "fields": {"n": n}})]).await;
        for (who, (_, client)) in people.iter().enumerate() {
            // The third is right at first, and from the thirtieth task on always wrong and fast.
            let drifts = who == 2 && n >= 30;
            let ms = if drifts { 800 + n } else { 5000 + n };
            answer(client, &queue, json!({"good": drifts == (n % 2 == 0)}), ms).await;
        }
        if n % 10 == 9 {
            let progress = admin.get(&format!("/api/v1/queues/{queue}/progress")).await.expect(200);
            assert_eq!(progress.json()["complete"], n - 9);
            let round = weigher.round(app.store.as_ref(), app.clock.now()).await.unwrap();
            assert_eq!((round.queues, round.tasks), (1, 10));
            app.clock.advance_s(3 * 86_400);
        }
    }
    let tasks =
        admin.get(&format!("/api/v1/queues/{queue}/tasks?limit=1")).await.expect(200).json();
    let task = &tasks["items"][0];
    assert_eq!((&task["state"], &task["by"]), (&json!("complete"), &json!("consensus")));
    let whole = app.store.task(app.project, task["id"].as_str().unwrap().parse().unwrap()).await;
    let consensus = whole.unwrap().unwrap().consensus.unwrap();
    assert!(consensus.questions["good"].posterior.unwrap() > 0.9, "{consensus:?}");

    let found = people[2].1.get(&report).await.expect(200).json();
    let weeks = found["weeks"].as_array().unwrap();
    assert!(weeks.len() >= 2, "{weeks:?}");
    assert_eq!(weeks.iter().map(|week| week["reviews"].as_u64().unwrap()).sum::<u64>(), 60);
    let measures = found["drift"]["measures"].as_array().unwrap();
    let names: Vec<_> = measures.iter().map(|one| (&one["name"], &one["drifted"])).collect();
    assert_eq!(names, [(&json!("agreement"), &json!(true)), (&json!("pace"), &json!(true))]);
    near(&measures[0]["change"], -1.0);
    let says = found["drift"]["says"].as_str().unwrap();
    assert!(says.starts_with("The same as the outcome in 0 % of the last 30 tasks"), "{says}");
    // Nobody else sees it but admins.
    people[0].1.get(&report).await.expect(403);
    assert_eq!(admin.get(&report).await.expect(200).json()["drift"], found["drift"]);
}
