//! What must not be said: keys, passwords, e-mails, prompts and answers are in no diagnostics.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use vouch_testkit::log;

use crate::chat::with_provider;

/// Everything that is logged, down to the finest level.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_diagnostics_hold_no_secrets_and_no_content() {
    let heard = Heard::default();
    let writer = heard.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_max_level(tracing::Level::TRACE)
        .finish();
    // One runtime thread, so that the whole server speaks to this subscriber.
    let guard = tracing::subscriber::set_default(subscriber);
    let (app, provider, admin) = with_provider().await;
    let user = json!({"email": "ann@secret.example", "name": "Ann", "role": "admin", "password": "pass-very-secret"});
    admin.post("/api/v1/users", user).await.expect(201);
    let wrong = json!({"email": "ann@secret.example", "password": "wrong-very-secret"});
    app.nobody().post("/api/v1/session", wrong).await.expect(401);
    let right = json!({"email": "ann@secret.example", "password": "pass-very-secret"});
    let session = app.nobody().post("/api/v1/session", right).await.expect(200).session();
    let made =
        admin.post("/api/v1/keys", json!({"name": "k", "scopes": ["read"]})).await.expect(201);
    let key = made.json()["secret"].as_str().unwrap().to_owned();
    app.nobody().with_key(&key).get("/api/v1/logs?user_id=user-very-secret").await.expect(200);
    admin.post("/api/v1/logs", log("prompt-very-secret", "answer-very-secret")).await.expect(201);
    let call = json!({"model": "fake/fake-1", "messages": [{"role": "user", "content": "chat-very-secret"}]});
    admin.post("/v1/chat/completions", call).await.expect(200);
    let id = "log_01kf0mkjg0e3h0000000000001";
    let token =
        admin.post(&format!("/api/v1/logs/{id}/feedback-token"), json!({})).await.expect(201);
    let token = token.json()["token"].as_str().unwrap().to_owned();
    let body = json!({"token": token, "name": "comment", "value": "comment-very-secret"});
    app.nobody().post("/api/v1/public/feedback", body).await.expect(202);
    app.nobody()
        .post("/api/v1/public/feedback", json!({"token": "token-very-secret", "name": "x"}))
        .await
        .expect(401);
    assert_eq!(provider.asked().len(), 1);
    drop(guard);

    let heard = heard.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let heard = String::from_utf8_lossy(&heard).into_owned();
    assert!(heard.contains("/api/v1/session"), "the diagnostics are on");
    let failed = heard.lines().find(|line| line.contains("a sign-in failed")).unwrap();
    assert!(failed.contains("WARN") && failed.contains("127.0.0.1"), "{failed}");
    // hyper and the database driver are not ours and are off below info in the binary.
    let ours: Vec<_> = heard.lines().filter(|line| line.contains("vouch_")).collect();
    let ours = ours.join("\n");
    for secret in ["very-secret", "secret.example", key.as_str(), &session, &token, "sk-provider"] {
        assert!(!ours.contains(secret), "{secret} in\n{ours}");
    }
}
