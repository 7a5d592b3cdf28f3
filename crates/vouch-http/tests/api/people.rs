//! People and keys: signing in, sessions, and what guards them.

use serde_json::{Value, json};
use vouch_domain::access::{Role, Scope};
use vouch_testkit::{Client, TestApp, TestOptions};

const PASSWORD: &str = "correct horse";

async fn with_password(app: &TestApp, email: &str, role: &str) -> Value {
    let body = json!({"email": email, "name": "Ann", "role": role, "password": PASSWORD});
    app.admin().await.post("/api/v1/users", body).await.expect(201).json()
}

async fn sign_in(client: &Client, email: &str, password: &str) -> vouch_testkit::Answer {
    client.post("/api/v1/session", json!({"email": email, "password": password})).await
}

#[tokio::test]
async fn a_person_signs_in_and_out() {
    let app = TestApp::start().await;
    let made = with_password(&app, "Ann@Example.com", "reviewer").await;
    assert_eq!(made["user"]["email"], "ann@example.com");
    assert!(made.get("signin_link").is_none());
    let answer = sign_in(&app.nobody(), " ANN@example.com ", PASSWORD).await.expect(200);
    let cookie = answer.header("set-cookie");
    assert!(cookie.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"), "{cookie}");
    let ann = app.nobody().with_session(&answer.session());
    let me = ann.get("/api/v1/me").await.expect(200).json();
    assert_eq!(me["user"]["name"], "Ann");
    assert_eq!(me["scopes"], json!(["ingest", "feedback", "read"]));
    assert_eq!((&me["key"], &me["address"]), (&Value::Null, &json!(app.url)));
    let out = ann.delete("/api/v1/session").await.expect(204);
    assert!(out.header("set-cookie").starts_with("vouch_session=; Path=/; Max-Age=0"));
    ann.get("/api/v1/me").await.expect(401);
}

#[tokio::test]
async fn behind_https_the_cookie_is_secure() {
    let public_url = Some("https://vouch.example".to_owned());
    let app = TestApp::with(TestOptions { public_url, ..TestOptions::default() }).await;
    with_password(&app, "ann@example.com", "viewer").await;
    let answer = sign_in(&app.nobody(), "ann@example.com", PASSWORD).await.expect(200);
    assert!(answer.header("set-cookie").ends_with("; Secure"));
}

#[tokio::test]
async fn a_session_ends_after_30_days() {
    let app = TestApp::start().await;
    let (_, client) = app.person(Role::Viewer).await;
    app.clock.advance_s(30 * 24 * 3600 - 1);
    client.get("/api/v1/me").await.expect(200);
    app.clock.advance_s(1);
    client.get("/api/v1/me").await.expect(401);
}

#[tokio::test]
async fn wrong_passwords_and_unknown_people_look_the_same_and_are_slowed_down() {
    let app = TestApp::start().await;
    with_password(&app, "ann@example.com", "viewer").await;
    let client = app.nobody();
    let wrong = sign_in(&client, "ann@example.com", "wrong horse").await.expect(401);
    let unknown = sign_in(&client, "bob@example.com", "wrong horse").await.expect(401);
    assert_eq!(wrong.text(), unknown.text());
    for _ in 0..9 {
        sign_in(&client, "ann@example.com", "wrong horse").await.expect(401);
    }
    let closed = sign_in(&client, "ann@example.com", PASSWORD).await.expect(429);
    assert_eq!(closed.header("retry-after"), "901");
    sign_in(&client, "bob@example.com", "wrong horse").await.expect(401);
    app.clock.advance_s(15 * 60);
    sign_in(&client, "ann@example.com", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn requests_from_other_sites_are_refused() {
    let app = TestApp::start().await;
    let (_, person) = app.person(Role::Reviewer).await;
    let body = json!({"chain_id": "c", "name": "thumbs", "value": true});
    let ours = person.clone().with("origin", &app.url);
    ours.post("/api/v1/feedback", body.clone()).await.expect(201);
    let theirs = person.clone().with("origin", "https://evil.example");
    let refused = theirs.post("/api/v1/feedback", body.clone()).await.expect(403).json();
    assert_eq!(refused["errors"][0]["pointer"], "origin");
    theirs.get("/api/v1/me").await.expect(200);
    // Reading needs no proof, changing does.
    let secret = person_secret(&app).await;
    let bare = app.nobody().with("cookie", &format!("vouch_session={secret}"));
    bare.get("/api/v1/logs").await.expect(200);
    let refused = bare.post("/api/v1/feedback", body.clone()).await.expect(403).json();
    assert_eq!(refused["errors"][0]["pointer"], "x-vouch-csrf");
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
    bare.post("/v1/chat/completions", chat).await.expect(403);
    // A key is no cookie: programs need none of this.
    let key = app.key(&[Scope::Feedback]).await.with("origin", "https://evil.example");
    key.post("/api/v1/feedback", body).await.expect(201);
    let evil = app.nobody().with("origin", "https://evil.example");
    sign_in(&evil, "ann@example.com", PASSWORD).await.expect(403);
}

async fn person_secret(app: &TestApp) -> String {
    with_password(app, "carl@example.com", "reviewer").await;
    sign_in(&app.nobody(), "carl@example.com", PASSWORD).await.expect(200).session()
}

#[tokio::test]
async fn a_link_signs_in_once_and_in_time() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let body = json!({"email": "ann@example.com", "name": "Ann", "role": "viewer"});
    let made = admin.post("/api/v1/users", body).await.expect(201).json();
    let token = |made: &Value| {
        let url = made["url"].as_str().unwrap().to_owned();
        let (page, token) = url.split_once('#').unwrap();
        assert_eq!(page, format!("{}/signin", app.url));
        json!({"token": token})
    };
    let first = token(&made["signin_link"]);
    let answer = app.nobody().post("/api/v1/session/link", first.clone()).await.expect(200);
    assert_eq!(answer.json()["user"]["email"], "ann@example.com");
    app.nobody().with_session(&answer.session()).get("/api/v1/me").await.expect(200);
    app.nobody().post("/api/v1/session/link", first).await.expect(401);

    let at = format!("/api/v1/users/{}/signin-link", made["user"]["id"].as_str().unwrap());
    let late = token(&admin.send(http::Method::POST, &at, None).await.expect(201).json());
    app.clock.advance_s(3 * 24 * 3600);
    app.nobody().post("/api/v1/session/link", late).await.expect(401);
}

#[tokio::test]
async fn the_last_admin_stays() {
    let app = TestApp::start().await;
    let (ann, client) = app.person(Role::Admin).await;
    let (bob, _) = app.person(Role::Admin).await;
    let at = |id| format!("/api/v1/users/{id}");
    client.patch(&at(bob.id), json!({"disabled": true})).await.expect(200);
    client.patch(&at(ann.id), json!({"role": "viewer"})).await.expect(409);
    client.patch(&at(ann.id), json!({"disabled": true})).await.expect(409);
    client.patch(&at(bob.id), json!({"disabled": false, "name": "Bob"})).await.expect(200);
    client.patch(&at(ann.id), json!({"role": "viewer"})).await.expect(200);
    // What a session stands for is not changed behind its back: it ends.
    client.get("/api/v1/me").await.expect(401);
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let app = TestApp::start().await;
    app.person(Role::Admin).await;
    with_password(&app, "ann@example.com", "viewer").await;
    let here = sign_in(&app.nobody(), "ann@example.com", PASSWORD).await.session();
    let here = app.nobody().with_session(&here);
    let there = sign_in(&app.nobody(), "ann@example.com", PASSWORD).await.session();
    let there = app.nobody().with_session(&there);
    let wrong = json!({"current": "wrong horse", "new": "battery staple"});
    let refused = here.post("/api/v1/me/password", wrong).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/current");
    let right = json!({"current": PASSWORD, "new": "battery staple"});
    let changed = here.post("/api/v1/me/password", right).await.expect(204);
    app.nobody().with_session(&changed.session()).get("/api/v1/me").await.expect(200);
    there.get("/api/v1/me").await.expect(401);
    sign_in(&app.nobody(), "ann@example.com", PASSWORD).await.expect(401);
    sign_in(&app.nobody(), "ann@example.com", "battery staple").await.expect(200);
    app.admin()
        .await
        .post("/api/v1/me/password", json!({"new": "battery staple"}))
        .await
        .expect(403);
}

#[tokio::test]
async fn a_key_is_shown_once_and_revoked_at_once() {
    let app = TestApp::start().await;
    let (_, admin) = app.person(Role::Admin).await;
    let body = json!({"name": "app", "scopes": ["read", "ingest", "read"]});
    let made = admin.post("/api/v1/keys", body).await.expect(201).json();
    let secret = made["secret"].as_str().unwrap();
    assert_eq!(made["scopes"], json!(["ingest", "read"]));
    assert_eq!(made["prefix"], secret[..8]);
    let program = app.nobody().with_key(secret);
    program.get("/api/v1/logs").await.expect(200);
    program.get("/api/v1/keys").await.expect(403);
    // The use is noted without waiting for the disk.
    loop {
        let listed = admin.get("/api/v1/keys").await.expect(200);
        assert!(!listed.text().contains(secret));
        match &listed.json()["items"][0]["last_used_at"] {
            Value::Null => tokio::task::yield_now().await,
            at => break assert_eq!(at, "2026-01-15T12:00:00.000000Z"),
        }
    }
    let at = format!("/api/v1/keys/{}", made["id"].as_str().unwrap());
    admin.delete(&at).await.expect(204);
    program.get("/api/v1/logs").await.expect(401);
    let unknown = "/api/v1/keys/key_01h455vb4pex5vsknk084sn02q";
    admin.delete(unknown).await.expect(404);
}

#[tokio::test]
async fn what_was_done_is_in_the_audit_trail() {
    let app = TestApp::start().await;
    let (user, admin) = app.person(Role::Admin).await;
    let body = json!({"name": "app", "scopes": ["read"]});
    admin.post("/api/v1/keys", body).await.expect(201);
    let page = admin.get("/api/v1/audit?limit=1").await.expect(200).json();
    let entry = &page["items"][0];
    assert_eq!(
        (&entry["action"], &entry["actor"]),
        (&json!("key.create"), &json!(format!("user:{}", user.id)))
    );
    let next = format!("/api/v1/audit?limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(admin.get(&next).await.expect(200).json()["items"][0]["action"], "session.create");
    let verified = admin.get("/api/v1/audit/verify").await.expect(200).json();
    assert_eq!(verified, json!({"entries": 4, "intact": true, "broken_at": null}));
}

#[tokio::test]
async fn signing_in_leaves_an_audit_entry_that_says_how() {
    let app = TestApp::start().await;
    let made = with_password(&app, "ann@example.com", "viewer").await;
    let admin = app.admin().await;
    let id = made["user"]["id"].as_str().unwrap();
    sign_in(&app.nobody(), "ann@example.com", "wrong horse").await.expect(401);
    let here = sign_in(&app.nobody(), "ann@example.com", PASSWORD).await.expect(200).session();
    let at = format!("/api/v1/users/{id}/signin-link");
    let link = admin.send(http::Method::POST, &at, None).await.expect(201).json();
    let token = link["url"].as_str().unwrap().split_once('#').unwrap().1;
    app.nobody().post("/api/v1/session/link", json!({"token": token})).await.expect(200);
    let change = json!({"current": PASSWORD, "new": "battery staple"});
    let here = app.nobody().with_session(&here);
    here.post("/api/v1/me/password", change).await.expect(204);
    let page = admin.get("/api/v1/audit").await.expect(200).json();
    let opened = page["items"].as_array().unwrap().iter().rev();
    let opened = opened.filter(|entry| entry["action"] == "session.create");
    let opened: Vec<_> =
        opened.map(|e| (&e["actor"], &e["subject"], &e["details"]["how"])).collect();
    let how = |how: &'static str| (json!(format!("user:{id}")), json!(id), json!(how));
    let expected = [how("password"), how("link"), how("new_password")];
    assert_eq!(opened, expected.iter().map(|(a, b, c)| (a, b, c)).collect::<Vec<_>>());
}

/// Checking a password takes long enough for it to be changed meanwhile.
#[tokio::test]
async fn a_sign_in_with_the_old_password_does_not_survive_a_new_one() {
    let app = TestApp::start().await;
    let made = with_password(&app, "ann@example.com", "viewer").await;
    let admin = app.admin().await;
    let at = format!("/api/v1/users/{}", made["user"]["id"].as_str().unwrap());
    let known = app.store.user_by_email("ann@example.com").await.unwrap();
    let hash = known.and_then(|(_, hash)| hash);
    let nobody = app.nobody();
    let (signed_in, changed) = tokio::join!(
        sign_in(&nobody, "ann@example.com", PASSWORD),
        admin.patch(&at, json!({"password": "battery staple"})),
    );
    changed.expect(200);
    let now = app.store.user_by_email("ann@example.com").await.unwrap();
    assert_ne!(now.and_then(|(_, hash)| hash), hash);
    // Whichever came first, the old password lets nobody in any more.
    if signed_in.status == 200 {
        let ann = app.nobody().with_session(&signed_in.session());
        ann.get("/api/v1/me").await.expect(401);
    }
}
