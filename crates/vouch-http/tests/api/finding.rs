//! "Finding things": filters that are being typed, saved views, conversations and chains.

use serde_json::{Value, json};
use vouch_domain::access::{Role, Scope};
use vouch_testkit::{Client, TestApp, log};

async fn send(client: &Client, more: Value) -> String {
    let mut body = log("Why?", "Because.");
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let sent = client.post("/api/v1/logs", body).await.expect(201).json();
    sent["ids"][0].as_str().unwrap().to_owned()
}

/// What is offered at the end of `text`.
async fn offered(client: &Client, text: &str) -> Vec<String> {
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let path = format!("/api/v1/filters/complete?text={text}");
    let answer = client.get(&path).await.expect(200).json();
    let all = answer["suggestions"].as_array().unwrap();
    all.iter().map(|s| s["insert"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_filter_is_completed_with_what_the_project_has() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let spec = json!({"variants": [{"name": "main", "provider": "local", "model": "m"}]});
    let deployment = json!({"key": "unused", "version": spec});
    admin.post("/api/v1/deployments", deployment).await.expect(201);
    let served = json!({"deployment": "shop", "variant": "b", "user_id": "Ann (sales)",
        "chain_id": "c1", "conversation_id": "t1", "metadata": {"plan": "pro", "my key": 1}});
    let id = send(&admin, served).await;
    send(&admin, json!({"model": "gpt-4o-mini"})).await;
    send(&admin, json!({"model": "gpt-4o-mini", "metadata": {"plan": "free plan"}})).await;
    let feedback = json!({"log_id": id, "name": "tone", "value": "rude"});
    admin.post("/api/v1/feedback", feedback).await.expect(201);

    assert_eq!(offered(&admin, "thumbs:down mod").await, ["model:"]);
    // The most used first.
    assert_eq!(offered(&admin, "model:").await, ["gpt-4o-mini", "gpt-4o"]);
    assert_eq!(offered(&admin, "model:(gpt-4o, MINI").await, ["gpt-4o-mini"]);
    assert_eq!(offered(&admin, "deployment:").await, ["shop", "unused"]);
    assert_eq!(offered(&admin, "variant:").await, ["b"]);
    assert_eq!(offered(&admin, "user:").await, ["\"Ann (sales)\""]);
    assert_eq!(offered(&admin, "user:\"Ann").await, ["\"Ann (sales)\""]);
    assert_eq!(offered(&admin, "chain:").await, ["c1"]);
    assert_eq!(offered(&admin, "conversation:t").await, ["t1"]);
    // A key with a space cannot be written in a filter.
    assert_eq!(offered(&admin, "meta.").await, ["meta.plan:"]);
    assert_eq!(offered(&admin, "meta.plan:").await, ["\"free plan\"", "pro"]);
    assert_eq!(offered(&admin, "feedback.ton").await, ["feedback.tone:"]);
    assert_eq!(offered(&admin, "feedback.tone:").await, ["rude", "*"]);
    assert!(offered(&admin, "defects:").await.contains(&"hallucination".to_owned()));
    assert_eq!(offered(&admin, "time>=").await[0], "2026-01-15");
    assert!(offered(&admin, "").await.contains(&"score".to_owned()));

    let path = "/api/v1/filters/complete?text=m%C3%A4%20mod%20x&cursor=6";
    let answer = admin.get(path).await.expect(200).json();
    let about = "the model's name at the provider, e.g. model:gpt-4o*";
    assert_eq!(
        answer,
        json!({"at": 3, "end": 6, "suggestions": [{"insert": "model:", "about": about}]})
    );
    // Of another project nothing is seen.
    let other = TestApp::start().await;
    assert_eq!(offered(&other.admin().await, "user:").await, [""; 0]);
}

#[tokio::test]
async fn a_view_is_shared_and_changed_by_its_maker_or_an_admin() {
    let app = TestApp::start().await;
    let (user, reviewer) = app.person(Role::Reviewer).await;
    let (_, other) = app.person(Role::Reviewer).await;
    let (_, viewer) = app.person(Role::Viewer).await;
    let (_, admin) = app.person(Role::Admin).await;
    let body = json!({"name": " Bad answers ", "q": "score<50 or thumbs:down",
        "filter": {"deployment": "shop"}});
    viewer.post("/api/v1/views", body.clone()).await.expect(403);
    let view = reviewer.post("/api/v1/views", body.clone()).await.expect(201).json();
    assert_eq!(view["name"], "Bad answers");
    assert_eq!(view["created_by"], format!("user:{}", user.id));
    assert_eq!(view["created_by_name"], user.name);
    assert_eq!(view["filter"], json!({"deployment": "shop"}));
    let list = viewer.get("/api/v1/views").await.expect(200).json();
    assert_eq!(list["items"], json!([view]));
    reviewer.post("/api/v1/views", json!({"name": "Bad answers"})).await.expect(409);

    let at = format!("/api/v1/views/{}", view["id"].as_str().unwrap());
    viewer.patch(&at, json!({"name": "x"})).await.expect(403);
    let refused = other.patch(&at, json!({"name": "x"})).await.expect(403).json();
    assert_eq!(refused["detail"], "Only who made a view, or an admin, can change it.");
    other.delete(&at).await.expect(403);
    let renamed = reviewer.patch(&at, json!({"name": "Bad"})).await.expect(200).json();
    assert_eq!((&renamed["name"], &renamed["q"]), (&json!("Bad"), &view["q"]));
    let emptied = json!({"q": "", "filter": {}});
    let changed = admin.patch(&at, emptied).await.expect(200).json();
    assert_eq!((&changed["q"], &changed["filter"]), (&json!(""), &json!({})));
    admin.delete(&at).await.expect(204);
    reviewer.delete(&at).await.expect(404);
    let audit = admin.get("/api/v1/audit?limit=4").await.expect(200).json();
    let actions: Vec<_> = audit["items"].as_array().unwrap().iter().map(|e| &e["action"]).collect();
    assert_eq!(actions, ["view.delete", "view.update", "view.update", "view.create"]);
}

#[tokio::test]
async fn a_conversation_and_a_chain_are_read_whole() {
    let app = TestApp::start().await;
    let program = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
    let names = json!({"conversation_id": "t/1 ü", "chain_id": "c"});
    let mut ids = vec![];
    for n in 0..3 {
        app.clock.advance_s(1);
        let mut more = names.clone();
        let said = |n: i32| {
            [
                json!({"role": "user", "content": format!("{n}?")}),
                json!({"role": "assistant", "content": format!("{n}.")}),
            ]
        };
        let mut messages: Vec<Value> = (0..n).flat_map(said).collect();
        messages.push(said(n)[0].clone());
        more["messages"] = messages.into();
        more["choices"] = json!([{"index": 0, "message": said(n)[1]}]);
        ids.push(send(&program, more).await);
    }
    let thumb = |on: Value| {
        let mut body = json!({"name": "thumbs", "value": true, "user_id": "ann"});
        body.as_object_mut().unwrap().extend(on.as_object().unwrap().clone());
        body
    };
    program.post("/api/v1/feedback", thumb(json!({"log_id": ids[1]}))).await.expect(201);
    let whole = thumb(json!({"conversation_id": "t/1 ü"}));
    program.post("/api/v1/feedback", whole).await.expect(201);

    let path = "/api/v1/conversations/t%2F1%20%C3%BC";
    let page = program.get(&format!("{path}?limit=2")).await.expect(200).json();
    assert_eq!((&page["id"], &page["totals"]["logs"]), (&json!("t/1 ü"), &json!(3)));
    assert_eq!(page["totals"]["total_tokens"], 45);
    assert_eq!((&page["tally"]["thumbs_up"], &page["totals"]["thumbs_up"]), (&json!(1), &json!(1)));
    assert_eq!(page["feedback"][0]["conversation_id"], "t/1 ü");
    let first: Vec<_> = page["items"].as_array().unwrap().iter().map(|t| &t["id"]).collect();
    assert_eq!(first, [&ids[0], &ids[1]]);
    assert_eq!(page["items"][1]["feedback"][0]["name"], "thumbs");
    let next = page["next_cursor"].as_str().unwrap();
    let rest = program.get(&format!("{path}?cursor={next}")).await.expect(200).json();
    assert_eq!((&rest["items"][0]["id"], &rest["next_cursor"]), (&json!(ids[2]), &Value::Null));
    assert_eq!(rest["items"][0]["repeated"], 4);
    assert_eq!(rest["items"][0]["messages"], json!([{"role": "user", "content": "2?"}]));

    let chain = program.get("/api/v1/chains/c").await.expect(200).json();
    assert_eq!((chain["items"].as_array().unwrap().len(), &chain["feedback"]), (3, &json!([])));
    let gone = program.get("/api/v1/chains/none").await.expect(404).json();
    assert_eq!(gone["detail"], "There is no chain none.");
}
