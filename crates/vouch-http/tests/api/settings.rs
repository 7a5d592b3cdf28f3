//! Deployments, providers, prices: made, changed, and refused while in use.

use serde_json::{Value, json};
use vouch_testkit::TestApp;

fn deployment(key: &str) -> Value {
    json!({"key": key, "version": {"variants": [
        {"name": "main", "provider": "fake", "model": "fake-1", "parameters": {"temperature": 0.5}},
    ]}})
}

#[tokio::test]
async fn a_deployment_gets_versions_and_changes_them() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let provider = json!({"kind": "openai", "base_url": "http://127.0.0.1:1/v1/"});
    admin.put("/api/v1/providers/fake", provider).await.expect(200);
    let made = admin.post("/api/v1/deployments", deployment("helper")).await.expect(201).json();
    assert_eq!(
        (&made["deployment"]["active_version"], &made["version"]["number"]),
        (&json!(1), &json!(1))
    );
    admin.post("/api/v1/deployments", deployment("helper")).await.expect(409);

    let mut spec = deployment("")["version"].clone();
    spec["note"] = "colder".into();
    let added = admin.post("/api/v1/deployments/helper/versions", spec.clone()).await.expect(201);
    assert_eq!(added.json()["number"], 2);
    let at = "/api/v1/deployments/helper";
    let changed = json!({"active_version": 2, "description": "Helps.", "archived": true});
    let changed = admin.patch(at, changed).await.expect(200).json();
    assert_eq!(changed["archived_at"], "2026-01-15T12:00:00.000000Z");
    let back = admin.patch(at, json!({"archived": false})).await.expect(200).json();
    assert_eq!((&back["archived_at"], &back["active_version"]), (&Value::Null, &json!(2)));
    let refused = admin.patch(at, json!({"active_version": 3})).await.expect(422).json();
    assert_eq!(refused["errors"][0]["detail"], "expected a version of helper, got 3");

    spec["note"] = "colder still".into();
    admin.put(&format!("{at}/versions/2"), spec).await.expect(200);
    let whole = admin.get(at).await.expect(200).json();
    let notes: Vec<_> = whole["versions"].as_array().unwrap().iter().map(|v| &v["note"]).collect();
    assert_eq!(notes, ["colder still", ""]);
    admin.delete("/api/v1/providers/fake").await.expect(409);
}

#[tokio::test]
async fn a_providers_key_is_never_shown_and_stays_when_it_is_not_sent() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let body = json!({"name": "acme", "kind": "openai", "base_url": "https://api.acme.example/v1",
        "key": {"from": "sealed", "value": "sk-very-secret"}});
    let made = admin.post("/api/v1/providers", body.clone()).await.expect(201);
    assert_eq!(made.json()["key"], json!({"from": "sealed"}));
    admin.post("/api/v1/providers", body).await.expect(409);
    let same = json!({"kind": "openai", "base_url": "https://api.acme.example/v1/"});
    let same = admin.put("/api/v1/providers/acme", same).await.expect(200).json();
    assert_eq!(same["key"], json!({"from": "sealed"}));
    let listed = admin.get("/api/v1/providers").await.expect(200);
    assert_eq!(listed.json()["items"], json!([same]));
    assert!(!listed.text().contains("very-secret"));
    let audit = admin.get("/api/v1/audit").await.expect(200).text();
    assert!(audit.contains("provider.put") && !audit.contains("very-secret"));
    let kept = app.store.providers(app.project).await.unwrap().remove(0);
    assert!(!format!("{kept:?}").contains("very-secret"));
    admin.delete("/api/v1/providers/acme").await.expect(204);
    admin.delete("/api/v1/providers/acme").await.expect(404);
}

#[tokio::test]
async fn a_sealed_key_is_not_sent_to_another_address() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let key = json!({"from": "sealed", "value": "sk-very-secret"});
    let at = |url: &str| json!({"kind": "openai", "base_url": url});
    let mut body = at("https://api.acme.example/v1");
    body["key"] = key.clone();
    admin.put("/api/v1/providers/acme", body).await.expect(200);
    let mut moved = at("https://evil.example/v1");
    let refused = admin.put("/api/v1/providers/acme", moved.clone()).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/key");
    let kept = app.store.providers(app.project).await.unwrap().remove(0);
    assert_eq!(kept.base_url.as_deref(), Some("https://api.acme.example/v1"));
    moved["key"] = key;
    admin.put("/api/v1/providers/acme", moved).await.expect(200);
}

#[tokio::test]
async fn only_keys_of_providers_are_read_from_the_environment() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let put = async |variable: &str| {
        let body = json!({"kind": "openai", "base_url": "https://api.acme.example/v1",
            "key": {"from": "environment", "variable": variable}});
        admin.put("/api/v1/providers/acme", body).await
    };
    for name in ["VOUCH_MASTER_KEY", "vouch_admin_key", "PGX_KEY", "PATH", "A KEY", "1_KEY", ""] {
        let refused = put(name).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/key/variable");
        let detail = refused["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("_API_KEY, _KEY or _TOKEN"), "{detail}");
    }
    for name in ["OPENAI_API_KEY", "ACME_KEY", "hf_token"] {
        put(name).await.expect(200);
    }
}

#[tokio::test]
async fn a_providers_address_is_checked() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for url in ["", "ftp://x/v1", "https://", "https://u:p@x/v1", "https://x/v1?k=1", "http:///v1"]
    {
        let body = json!({"kind": "openai", "base_url": url});
        let refused = admin.put("/api/v1/providers/acme", body).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/base_url", "{url}");
    }
}

#[tokio::test]
async fn prices_are_edited() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let price = json!({"provider": "p", "model": "m/1", "input_usd_micros_per_mtok": 1, "output_usd_micros_per_mtok": 2});
    admin.put("/api/v1/prices", price.clone()).await.expect(200);
    assert_eq!(admin.get("/api/v1/prices").await.json()["items"], json!([price]));
    admin.delete("/api/v1/prices?provider=p&model=m/1").await.expect(204);
    admin.delete("/api/v1/prices?provider=p&model=m/1").await.expect(404);
}

#[tokio::test]
async fn retention_is_set_and_says_what_would_leave() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let at = "/api/v1/retention";
    assert_eq!(admin.get(at).await.expect(200).json(), json!({"days": null}));
    assert_eq!(admin.put(at, json!({"days": 30})).await.expect(200).json(), json!({"days": 30}));
    assert_eq!(admin.get(at).await.expect(200).json(), json!({"days": 30}));
    for created_at in ["2025-11-01T00:00:00Z", "2026-01-14T00:00:00Z"] {
        let log = json!({"messages": [], "created_at": created_at});
        admin.post("/api/v1/logs", log).await.expect(201);
    }
    let preview = admin.get(&format!("{at}/preview?days=30")).await.expect(200).json();
    let expected = json!({
        "before": "2025-12-16T00:00:00.000000Z", "logs": 1, "more": false,
        "oldest": "2025-11-01T00:00:00.000000Z",
    });
    assert_eq!(preview, expected);
    let none = admin.get(&format!("{at}/preview?days=300")).await.expect(200).json();
    assert_eq!((&none["logs"], &none["oldest"]), (&json!(0), &Value::Null));
    let entries = admin.get("/api/v1/audit").await.expect(200).json();
    assert_eq!(entries["items"][0]["action"], "retention.put");
}
