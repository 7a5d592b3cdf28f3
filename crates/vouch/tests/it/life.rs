//! From the first start to the last: keys, secrets, sign-in, migrations, and stopping.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::json;

use crate::support::{Client, Server, Upstream, command, run};

#[test]
fn the_first_start_prints_a_key_once() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = command(folder.path());
        command.arg("serve");
        Server::spawn(command)
    };
    let mut first = start();
    let line = first.line().unwrap();
    let key = line.strip_prefix("admin key (shown once): ").unwrap().to_owned();
    assert_eq!(
        Client::new(&first.address, &key).get("/api/v1/me").ok()["project"]["name"],
        "default"
    );
    let (status, _) = first.stop();
    assert!(status.success());

    let second = start();
    assert_eq!(Client::new(&second.address, &key).get("/api/v1/keys").status, 200);
    let (status, lines) = second.stop();
    assert!(status.success());
    assert_eq!(lines, Vec::<String>::new());
}

#[test]
fn a_preset_key_that_was_revoked_stays_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let keys = server.client().get("/api/v1/keys").ok();
    let id = keys["items"][0]["id"].as_str().unwrap().to_owned();
    assert!(server.stop().0.success());
    assert_eq!(run(folder.path(), &["key", "revoke", &id]).0, Some(0));
    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.client().get("/api/v1/keys").status, 401);
    assert!(server.stop().0.success());
}

#[test]
fn what_is_kept_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let mode = |name: &str| {
        let path = folder.path().join("vouch-data").join(name);
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(""), 0o700);
    for name in ["secret.key", "vouch.db", "vouch.db-wal", "vouch.db-shm"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    drop(server.stop());
    let key = folder.path().join("vouch-data/secret.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let (code, _, err) = run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, Some(1));
    assert!(
        err.contains("other users may read the master key") && err.contains("chmod 600"),
        "{err}"
    );
}

#[test]
fn sealed_provider_keys_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = Upstream::start(Duration::ZERO);
    let call = json!({"model": "fake/m", "messages": [{"role": "user", "content": "hi"}]});
    let server = Server::start(folder.path(), &[]);
    let key = json!({"from": "sealed", "value": "sk-upstream-secret"});
    let provider = json!({"kind": "openai", "base_url": upstream.base_url, "key": key});
    server.client().put("/api/v1/providers/fake", &provider).ok();
    server.client().post("/v1/chat/completions", &call).unwrap().ok();
    drop(server.stop());
    let server = Server::start(folder.path(), &[]);
    server.client().post("/v1/chat/completions", &call).unwrap().ok();
    assert_eq!(upstream.calls(), 2);
}

#[test]
fn a_demonstration_signs_in_once_and_can_be_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = command(folder.path());
        // A model that is not there: this test needs none, and must fetch none.
        command.args(["demo", "--model-path", "none.gguf"]);
        let mut server = Server::spawn(command);
        let lines = std::iter::from_fn(|| server.line());
        let link = lines.into_iter().find_map(|line| line.strip_prefix("open ").map(str::to_owned));
        (server, link.unwrap())
    };
    let (server, link) = start();
    let (address, token) = link.split_once("/signin#").unwrap();
    assert_eq!(address, server.address);
    let client = Client::new(address, "none");
    let sign_in = |client: &Client, token: &str| {
        let headers = [("origin", address), ("x-vouch-csrf", "1")];
        client.post_with("/api/v1/session/link", &json!({"token": token}), &headers).unwrap()
    };
    let first = sign_in(&client, token);
    assert_eq!(first.ok()["user"]["email"], "demo@vouch.local");
    assert_eq!(sign_in(&client, token).status, 401);
    drop(server.stop());

    let (server, second) = start();
    assert!(server.started_in < Duration::from_secs(5), "{:?}", server.started_in);
    assert_ne!(second, link);
    let (code, keys, _) = run(folder.path(), &["key", "create", "--name", "x", "--scope", "admin"]);
    assert_eq!(code, Some(0));
    let client = Client::new(&server.address, keys.trim());
    let deployments = client.get("/api/v1/deployments").ok();
    assert_eq!(deployments["items"].as_array().unwrap().len(), 1);
    let assistant = client.get("/api/v1/deployments/assistant").ok();
    assert_eq!(assistant["versions"].as_array().unwrap().len(), 1);
    assert_eq!(assistant["versions"][0]["capture_logprobs"], true);
    assert_eq!(client.get("/api/v1/prices").ok()["items"].as_array().unwrap().len(), 1);
    let busy = json!({"model": "assistant", "messages": [{"role": "user", "content": "hi"}]});
    let busy = client.post("/v1/chat/completions", &busy).unwrap();
    assert!(busy.status >= 500 && busy.text.contains("none.gguf is not there"), "{busy:?}");
}

#[test]
fn a_database_that_is_behind_can_be_refused() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["serve", "--listen", "127.0.0.1:0", "--no-migrate"];
    let (code, _, err) = run(folder.path(), &args);
    assert_eq!(code, Some(1));
    assert!(err.contains("is pending") && err.contains("without --no-migrate"), "{err}");
    drop(Server::start(folder.path(), &[]).stop());
    assert!(Server::start(folder.path(), &["--no-migrate"]).stop().0.success());
}

#[test]
fn stopping_loses_nothing_that_is_in_flight() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = Upstream::start(Duration::from_millis(150));
    let server = Server::start(folder.path(), &[]);
    let provider = json!({"kind": "openai", "base_url": upstream.base_url});
    server.client().put("/api/v1/providers/fake", &provider).ok();
    let calls: Vec<_> = (0..8)
        .map(|n| {
            let client = server.client();
            let body = json!({
                "model": "fake/m", "stream": n % 2 == 0, "user": format!("u{n}"),
                "messages": [{"role": "user", "content": "hi"}],
            });
            std::thread::spawn(move || client.post("/v1/chat/completions", &body).unwrap())
        })
        .collect();
    while upstream.calls() < 8 {
        std::thread::sleep(Duration::from_millis(5));
    }
    server.terminate();
    for call in calls {
        let answer = call.join().unwrap();
        assert_eq!(answer.status, 200);
        assert!(answer.text.contains("You said") || answer.text.ends_with("data: [DONE]\n\n"));
    }
    assert!(server.wait().0.success());
    let server = Server::start(folder.path(), &[]);
    let logs = server.client().all("/api/v1/logs?");
    assert_eq!(logs.len(), 8);
    assert!(logs.iter().all(|log| log["status"] == "completed"), "{logs:?}");
}

/// Docker kills after 10 s.
#[test]
fn a_call_that_does_not_end_holds_up_the_stop_for_less_than_ten_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = Upstream::start(Duration::from_mins(1));
    let server = Server::start(folder.path(), &[]);
    let provider = json!({"kind": "openai", "base_url": upstream.base_url});
    server.client().put("/api/v1/providers/fake", &provider).ok();
    let client = server.client();
    let body = json!({"model": "fake/m", "messages": [{"role": "user", "content": "hi"}]});
    let call = std::thread::spawn(move || client.post("/v1/chat/completions", &body));
    while upstream.calls() < 1 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let began = std::time::Instant::now();
    let (status, _) = server.stop();
    assert!(status.success());
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    assert!(call.join().unwrap().is_err());
    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.client().all("/api/v1/logs?").len(), 1);
}
