//! Groups, tasks that are kept for people, what is skipped, and gold from decided tasks, over HTTP.

use serde_json::{Value, json};
use vouch_domain::access::Role;
use vouch_testkit::{Client, TestApp};

async fn queue(admin: &Client, more: Value) -> String {
    let mut queue = json!({"name": "Good?", "item": "record",
        "rubric": {"questions": [{"key": "good", "title": "Good?", "type": "yes_no"}]}});
    queue.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = admin.post("/api/v1/queues", queue).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

async fn add(admin: &Client, queue: &str, count: usize) -> Vec<String> {
    let items: Vec<_> = (0..count)
        .map(|n| json!({"type": "record", "fields": {"text": format!("No. {n}")}}))
        .collect();
    let path = format!("/api/v1/queues/{queue}/tasks");
    let added = admin.post(&path, json!({"items": items})).await.expect(201).json();
    serde_json::from_value(added["ids"].clone()).unwrap()
}

async fn next(client: &Client, queue: &str) -> Value {
    let path = format!("/api/v1/queues/{queue}/next");
    client.post(&path, json!({"count": 1})).await.expect(200).json()["items"][0].clone()
}

async fn answer(client: &Client, task: &str, good: bool) -> Value {
    let body = json!({"answers": {"good": good}, "submission_id": "once"});
    client.post(&format!("/api/v1/tasks/{task}/reviews"), body).await.expect(201).json()
}

#[tokio::test]
async fn a_queue_is_for_a_group_and_escalates_to_another() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (ann, as_ann) = app.person(Role::Reviewer).await;
    let (bob, as_bob) = app.person(Role::Reviewer).await;
    let groups = async |user: &vouch_domain::user::User, groups: Value| {
        admin.patch(&format!("/api/v1/users/{}", user.id), json!({"groups": groups})).await
    };
    let put = groups(&ann, json!(["legal", "clinicians", "legal"])).await.expect(200).json();
    assert_eq!(put["groups"], json!(["clinicians", "legal"]));
    groups(&bob, json!(["leads"])).await.expect(200);
    groups(&bob, json!(["No such"])).await.expect(422);
    assert_eq!(
        as_bob.get("/api/v1/me").await.expect(200).json()["user"]["groups"],
        json!(["leads"])
    );
    let more =
        json!({"groups": ["legal"], "escalate_to": {"group": "leads"}, "assignment": "even"});
    let id = queue(&admin, more).await;
    let tasks = add(&admin, &id, 1).await;
    as_bob.post(&format!("/api/v1/queues/{id}/next"), json!({})).await.expect(403);
    assert_eq!(next(&as_ann, &id).await["task"], tasks[0]);
    let why = json!({"reason": "Ask the leads."});
    as_ann.post(&format!("/api/v1/tasks/{}/escalate", tasks[0]), why).await.expect(204);
    as_ann.get(&format!("/api/v1/queues/{id}/conflicts")).await.expect(403);
    let open = as_bob.get(&format!("/api/v1/queues/{id}/conflicts")).await.expect(200).json();
    assert_eq!(open["items"][0]["task"]["escalated"]["to"], "group:leads");
    let decision = json!({"answers": {"good": true}, "reason": "It is."});
    as_bob.post(&format!("/api/v1/tasks/{}/adjudicate", tasks[0]), decision).await.expect(200);
}

#[tokio::test]
async fn tasks_are_kept_for_people_and_skips_taken_up_again() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (ann, as_ann) = app.person(Role::Reviewer).await;
    let (bob, as_bob) = app.person(Role::Reviewer).await;
    let id = queue(&admin, json!({})).await;
    let tasks = add(&admin, &id, 4).await;
    let assign = format!("/api/v1/queues/{id}/assign");
    let shared = admin.post(&assign, json!({"state": "open", "to": [ann.id, bob.id]})).await;
    let shared = shared.expect(200).json();
    assert_eq!((&shared["assigned"], &shared["left"]), (&json!(4), &json!(false)));
    assert!(shared["people"].as_array().unwrap().iter().all(|share| share["tasks"] == 2));
    admin.post(&assign, json!({"to": [ann.id]})).await.expect(422);
    admin.post(&assign, json!({"state": "open", "to": {"group": "none"}})).await.expect(422);
    as_ann.post(&assign, json!({"state": "open", "to": [ann.id]})).await.expect(403);
    let task = format!("/api/v1/tasks/{}", tasks[3]);
    let patched = admin.patch(&task, json!({"assignee": ann.id, "priority": "urgent"})).await;
    let patched = patched.expect(200).json();
    assert_eq!((&patched["assignee"], &patched["assignees"]), (&json!(ann.id), &json!([ann.id])));
    assert_eq!(patched["priority"], "urgent");
    admin.patch(&task, json!({})).await.expect(422);
    let freed = admin.patch(&task, json!({"assignee": null})).await.expect(200).json();
    assert_eq!((&freed["assignee"], &freed["assignees"]), (&Value::Null, &json!([])));

    let first = next(&as_bob, &id).await["task"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/tasks/{first}");
    as_bob.post(&format!("{path}/skip"), json!({"reason": "Too long."})).await.expect(204);
    let skipped = format!("/api/v1/queues/{id}/skipped");
    let mine = as_bob.get(&skipped).await.expect(200).json();
    assert_eq!(mine["items"][0]["task"], first);
    assert_eq!(mine["items"][0]["reason"], "Too long.");
    assert_eq!(mine["items"][0]["available"], true);
    assert_eq!(as_ann.get(&skipped).await.expect(200).json()["items"], json!([]));
    let turn = as_bob.post(&format!("{path}/unskip"), json!({})).await.expect(200).json();
    assert_eq!(turn["task"], first);
    as_bob.post(&format!("{path}/unskip"), json!({})).await.expect(409);
    answer(&as_bob, &first, true).await;
}

#[tokio::test]
async fn decided_tasks_become_gold() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (_, ann) = app.person(Role::Reviewer).await;
    let (_, bob) = app.person(Role::Reviewer).await;
    let id = queue(&admin, json!({"gold": {"onboarding": 1}})).await;
    let tasks = add(&admin, &id, 1).await;
    assert_eq!(next(&ann, &id).await["task"], tasks[0]);
    answer(&ann, &tasks[0], true).await;
    let gold = format!("/api/v1/queues/{id}/gold");
    let wanted = json!({"unanimous": true, "min_reviews": 1, "preview": true});
    let plan = admin.post(&gold, wanted).await.expect(200).json();
    assert_eq!((&plan["preview"], &plan["tasks"][0]["gold"]), (&json!(true), &Value::Null));
    assert_eq!(plan["tasks"][0]["answers"], json!({"good": true}));
    assert_eq!(plan["tasks"][0]["preview"], "No. 0");
    admin.post(&gold, json!({"unanimous": true, "question": "nope"})).await.expect(422);
    admin.post(&gold, json!({})).await.expect(422);
    ann.post(&gold, json!({"tasks": tasks})).await.expect(403);
    let made = admin.post(&gold, json!({"tasks": tasks})).await.expect(200).json();
    let twin = made["tasks"][0]["gold"].as_str().unwrap().to_owned();
    let list = format!("/api/v1/queues/{id}/tasks?state=gold");
    assert_eq!(admin.get(&list).await.expect(200).json()["items"][0]["id"], twin);
    ann.get(&list).await.expect(403);
    assert_eq!(next(&ann, &id).await, Value::Null);
    assert_eq!(next(&bob, &id).await["task"], twin);
    assert_eq!(answer(&bob, &twin, false).await["gold"]["right"], false);
    let path = format!("/api/v1/tasks/{twin}/gold");
    ann.delete(&path).await.expect(403);
    assert_eq!(admin.delete(&path).await.expect(200).json()["state"], "cancelled");
    admin.delete(&path).await.expect(409);
    assert_eq!(admin.get(&list).await.expect(200).json()["items"], json!([]));
}
