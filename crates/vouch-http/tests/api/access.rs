//! Every route for every kind of caller, as a table to be looked at.

use http::StatusCode;
use vouch_domain::access::{Role, Scope};
use vouch_http::table::{Access, ROUTES, Route};
use vouch_testkit::{Client, TestApp};

/// A path of the route's form; its ids name nothing.
fn path(route: &Route) -> String {
    let id = if route.path.contains("/keys/") {
        "key_01h455vb4pex5vsknk084sn02q"
    } else if route.path.contains("/invitations/") {
        "inv_01h455vb4pex5vsknk084sn02q"
    } else if route.path.contains("/users/") {
        "user_01h455vb4pex5vsknk084sn02q"
    } else if route.path.contains("/views/") {
        "view_01h455vb4pex5vsknk084sn02q"
    } else if route.path.contains("/queues/") {
        "queue_01h455vb4pex5vsknk084sn02q"
    } else if route.path.contains("/tasks/") {
        "task_01h455vb4pex5vsknk084sn02q"
    } else if route.path.contains("/webhooks/") {
        "hook_01h455vb4pex5vsknk084sn02q"
    } else if route.path.contains("/reviews/") {
        "review_01h455vb4pex5vsknk084sn02q"
    } else if route.path.starts_with("/api/v1/feedback/") {
        "fb_01h455vb4pex5vsknk084sn02q"
    } else {
        "log_01h455vb4pex5vsknk084sn02q"
    };
    let path = route.path.replace("{id}", id).replace("{trace}", id).replace("{span}", id);
    let path = path.replace("{user}", "user_01h455vb4pex5vsknk084sn02q");
    let path = path.replace("{delivery}", "msg_01h455vb4pex5vsknk084sn02q");
    path.replace("{name}", "nothing").replace("{key}", "nothing").replace("{number}", "7")
}

/// What the caller is told: `401`, `403`, or `ok` when the request reached its handler.
async fn told(client: &Client, route: &Route) -> &'static str {
    let body = ("application/json", "{}".into());
    let body = (route.method != http::Method::GET).then_some(body);
    let stream = client.open(route.method.clone(), &path(route), body).await;
    match stream.status {
        StatusCode::UNAUTHORIZED => "401",
        StatusCode::FORBIDDEN => "403",
        other => {
            assert_ne!(other, StatusCode::METHOD_NOT_ALLOWED, "{route:?}");
            assert!(!other.is_server_error() || route.path == "/widget.js", "{route:?} {other}");
            "ok"
        }
    }
}

#[tokio::test]
async fn every_route_for_every_scope_and_role() {
    let app = TestApp::start().await;
    let mut table = format!("{:62}", "");
    let names = ["nobody", "wrong", "none", "ingest", "feedback", "read", "admin"];
    let roles = Role::ALL.map(Role::as_str);
    for name in names.iter().chain(&roles) {
        table.extend([format!("{name:9}")]);
    }
    for route in ROUTES {
        let mut callers = vec![app.nobody(), app.nobody().with_key("vk_wrong"), app.key(&[]).await];
        for scope in Scope::ALL {
            callers.push(app.key(&[scope]).await);
        }
        for role in Role::ALL {
            callers.push(app.person(role).await.1);
        }
        let mut line = format!("\n{:62}", format!("{} {}", route.method, route.path));
        for (i, caller) in callers.iter().enumerate() {
            let told = told(caller, route).await;
            // A public route may refuse what the request carries, but never the caller.
            let told = if route.access == Access::Public { "ok" } else { told };
            assert!(i != 1 || told != "ok" || route.access == Access::Public, "{route:?}");
            line.extend([format!("{told:9}")]);
        }
        table.push_str(line.trim_end());
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn a_known_path_with_another_method_says_which_there_are() {
    let app = TestApp::start().await;
    let answer = app.admin().await.put("/api/v1/logs", serde_json::json!({})).await.expect(405);
    assert_eq!(answer.header("allow"), "POST, GET");
    assert_eq!(answer.json()["type"], "https://vouch.dev/problems/method-not-allowed");
}

#[tokio::test]
async fn a_session_does_not_stand_in_for_a_wrong_key() {
    let app = TestApp::start().await;
    let (_, client) = app.person(Role::Admin).await;
    client.get("/api/v1/me").await.expect(200);
    client.with_key("vk_wrong").get("/api/v1/me").await.expect(401);
}
