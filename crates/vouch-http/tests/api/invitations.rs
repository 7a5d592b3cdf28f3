//! Invitations by link: who makes them, who may take them, and when they are closed.

use serde_json::{Value, json};
use vouch_domain::access::{Role, Scope};
use vouch_testkit::{Answer, Client, TestApp};

/// A new invitation's answer and its token.
async fn invite(app: &TestApp, admin: &Client, body: Value) -> (Value, String) {
    let made = admin.post("/api/v1/invitations", body).await.expect(201).json();
    let url = made["url"].as_str().unwrap().to_owned();
    let (page, token) = url.split_once('#').unwrap();
    assert_eq!(page, format!("{}/invite", app.url), "the token is in no URL that servers see");
    (made.clone(), token.to_owned())
}

async fn accept(app: &TestApp, token: &str, email: &str) -> Answer {
    let body = json!({"token": token, "name": "Ann", "email": email, "password": "correct horse"});
    app.nobody().post("/api/v1/invitations/accept", body).await
}

async fn look(app: &TestApp, token: &str) -> Answer {
    app.nobody().post("/api/v1/invitations/look", json!({"token": token})).await
}

#[tokio::test]
async fn an_invited_person_says_who_they_are_and_is_in() {
    let app = TestApp::start().await;
    let (_, admin) = app.person(Role::Admin).await;
    let (made, token) = invite(&app, &admin, json!({"role": "reviewer"})).await;
    assert_eq!(made["expires_at"], "2026-01-22T12:00:00.000000Z");
    let listed = admin.get("/api/v1/invitations").await.expect(200);
    assert_eq!(listed.json()["items"][0]["id"], made["id"]);
    assert!(!listed.text().contains(&token));
    let seen = look(&app, &token).await.expect(200).json();
    let expected = json!({"project": "Test", "role": "reviewer", "email": null, "expires_at": made["expires_at"]});
    assert_eq!(seen, expected);

    let answer = accept(&app, &token, "Ann@Example.com").await.expect(200);
    assert_eq!(
        (&answer.json()["user"]["email"], &answer.json()["user"]["role"]),
        (&json!("ann@example.com"), &json!("reviewer"))
    );
    let ann = app.nobody().with_session(&answer.session());
    assert_eq!(ann.get("/api/v1/me").await.expect(200).json()["user"]["name"], "Ann");
    let signin = json!({"email": "ann@example.com", "password": "correct horse"});
    app.nobody().post("/api/v1/session", signin).await.expect(200);
    assert_eq!(admin.get("/api/v1/invitations").await.expect(200).json()["items"], json!([]));

    let trail = admin.get("/api/v1/audit").await.expect(200);
    assert!(!trail.text().contains(&token) && !trail.text().contains("example.com"));
    let accepted = trail.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["action"] == "invitation.accept")
        .cloned()
        .unwrap();
    assert_eq!(
        (&accepted["subject"], &accepted["details"]["role"]),
        (&made["id"], &json!("reviewer"))
    );
}

#[tokio::test]
async fn what_is_used_revoked_or_expired_lets_nobody_in() {
    let app = TestApp::start().await;
    let (_, admin) = app.person(Role::Admin).await;
    let (_, used) = invite(&app, &admin, json!({"role": "viewer"})).await;
    accept(&app, &used, "one@example.com").await.expect(200);
    let (made, revoked) = invite(&app, &admin, json!({"role": "viewer"})).await;
    let at = format!("/api/v1/invitations/{}", made["id"].as_str().unwrap());
    admin.delete(&at).await.expect(204);
    admin.delete(&at).await.expect(404);
    let (_, expired) = invite(&app, &admin, json!({"role": "viewer"})).await;
    app.clock.advance_s(7 * 24 * 3600 - 1);
    look(&app, &expired).await.expect(200);
    app.clock.advance_s(1);
    let told = look(&app, "never made").await.expect(401).json();
    for token in [&used, &revoked, &expired] {
        assert_eq!(look(&app, token).await.expect(401).json(), told);
        accept(&app, token, "two@example.com").await.expect(401);
    }
}

#[tokio::test]
async fn only_admins_invite_and_only_whom_they_meant() {
    let app = TestApp::start().await;
    for role in [Role::Viewer, Role::Reviewer] {
        let (_, person) = app.person(role).await;
        person.post("/api/v1/invitations", json!({"role": "admin"})).await.expect(403);
        person.get("/api/v1/invitations").await.expect(403);
        person.delete("/api/v1/invitations/inv_01h455vb4pex5vsknk084sn02q").await.expect(403);
    }
    let key = app.key(&[Scope::Ingest, Scope::Feedback, Scope::Read]).await;
    key.post("/api/v1/invitations", json!({"role": "viewer"})).await.expect(403);
    let (_, admin) = app.person(Role::Admin).await;
    let body = json!({"role": "viewer", "email": " Ann@example.com "});
    let (_, token) = invite(&app, &admin, body.clone()).await;
    let other = accept(&app, &token, "eve@example.com").await.expect(422).json();
    assert_eq!(other["errors"][0]["pointer"], "/email");
    // What is wrong does not use it up.
    let short =
        json!({"token": token, "name": "Ann", "email": "ann@example.com", "password": "short"});
    let short = app.nobody().post("/api/v1/invitations/accept", short).await.expect(422).json();
    assert_eq!(short["errors"][0]["pointer"], "/password");
    let evil = app.nobody().with("origin", "https://evil.example");
    let body_of = |email: &str| json!({"token": token, "name": "Ann", "email": email, "password": "correct horse"});
    evil.post("/api/v1/invitations/accept", body_of("ann@example.com")).await.expect(403);
    accept(&app, &token, "ANN@example.com").await.expect(200);
    admin.post("/api/v1/invitations", body).await.expect(409);
    let (_, open) = invite(&app, &admin, json!({"role": "viewer"})).await;
    accept(&app, &open, "ann@example.com").await.expect(409);
    accept(&app, &open, "bea@example.com").await.expect(200);
}

#[tokio::test]
async fn who_is_shut_out_has_invited_nobody() {
    let app = TestApp::start().await;
    let (_, ann) = app.person(Role::Admin).await;
    let (bob, bobs) = app.person(Role::Admin).await;
    let (_, token) = invite(&app, &bobs, json!({"role": "admin"})).await;
    ann.patch(&format!("/api/v1/users/{}", bob.id), json!({"disabled": true})).await.expect(200);
    accept(&app, &token, "eve@example.com").await.expect(401);
}
