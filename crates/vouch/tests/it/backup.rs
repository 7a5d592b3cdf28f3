//! Backups under load, and what comes of restoring them.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;

use serde_json::{Value, json};

use crate::support::{Client, Database, Server, run, run_ok};

#[test]
fn a_backup_of_sqlite_holds_what_was_acknowledged() {
    under_load(&Database::sqlite(), &Database::sqlite());
}

#[test]
fn a_backup_moves_from_one_engine_to_the_other() {
    let [Some(one), Some(two)] =
        ["from", "into"].map(|name| Database::postgres(&format!("bk_{name}")))
    else {
        return;
    };
    under_load(&Database::sqlite(), &two);
    under_load(&one, &Database::sqlite());
}

fn write_until(stop: &AtomicBool, client: &Client, kept: &Mutex<Vec<String>>) {
    let body = json!({
        "messages": [{"role": "user", "content": "x".repeat(2000)}], "model": "m",
        "metadata": {"plan": "pro"}, "feedback": {"score": 70},
    });
    while !stop.load(Ordering::SeqCst) {
        let ids = client.post("/api/v1/logs", &json!({"logs": [body, body, body]})).unwrap().ok();
        let ids = ids["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned());
        kept.lock().unwrap().extend(ids);
    }
}

fn under_load(from: &Database, into: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder, &from.args());
    server
        .client()
        .put(
            "/api/v1/providers/fake",
            &json!({
                    "kind": "openai", "base_url": "http://127.0.0.1:1/v1",
            "key": {"from": "sealed", "value": "sk-sealed"},
                }),
        )
        .ok();
    let (stop, kept) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let before = scope(|threads| {
        for _ in 0..3 {
            let client = server.client();
            threads.spawn(|| write_until(&stop, &{ client }, &kept));
        }
        while kept.lock().unwrap().len() < 600 {
            std::thread::yield_now();
        }
        let before = kept.lock().unwrap().clone();
        let said = run_ok(folder, &[&["backup", "all.backup"][..], &from.args()].concat());
        assert!(said.starts_with("all.backup holds "), "{said}");
        stop.store(true, Ordering::SeqCst);
        before
    });
    let after = kept.into_inner().unwrap();
    assert!(after.len() > before.len(), "nothing was written during the backup");
    let feedback = server.client().all("/api/v1/feedback?");
    drop(server.stop());

    let restore = [&["restore", "all.backup", "--data", "other"][..], &into.args()].concat();
    let said = run_ok(folder, &restore);
    assert!(said.starts_with("restored ") && said.contains(", as of "), "{said}");
    let (code, _, err) = run(folder, &restore);
    assert_eq!(code, Some(1));
    assert!(err.contains("there is a project in ") && err.contains("--force"), "{err}");
    // The same again, over what is there.
    run_ok(folder, &[&restore[..], &["--force"]].concat());

    let key = fs::read(folder.join("vouch-data/secret.key")).unwrap();
    fs::create_dir_all(folder.join("other")).unwrap();
    fs::write(folder.join("other/secret.key"), key).unwrap();
    set_private(&folder.join("other/secret.key"));
    let server = Server::start(folder, &[&["--data", "other"][..], &into.args()].concat());
    let client = server.client();
    let logs = client.all("/api/v1/logs?");
    let there: HashSet<&str> = logs.iter().map(|log| log["id"].as_str().unwrap()).collect();
    assert!(before.iter().all(|id| there.contains(id.as_str())), "a log is missing");
    assert!(logs.iter().all(|log| log["feedback"]["score"] == json!(70.0)), "half a log is there");
    assert!(there.len() <= after.len() && feedback.len() >= there.len());
    check_numbers(&client, logs.len());
    // Words are read again; new logs come in.
    client.post("/api/v1/logs", &json!({"messages": []})).unwrap().ok();
    let args = [&["audit", "verify", "--data", "other"][..], &into.args()].concat();
    run_ok(folder, &args);
    if into.args().is_empty() {
        let (code, _, err) = run(folder, &[&restore[..], &["--force"]].concat());
        assert_eq!(code, Some(1), "a server runs on it");
        assert!(err.contains("database is locked") || err.contains("a server"), "{err}");
    } else {
        let (_, _, err) = run(folder, &[&restore[..], &["--force"]].concat());
        assert!(err.contains("a server uses the database"), "{err}");
    }
    assert_eq!(client.all("/api/v1/logs?").len(), logs.len() + 1);
}

/// The roll-ups are those of the logs.
fn check_numbers(client: &Client, logs: usize) {
    let usage = client.get("/api/v1/usage?from=2020-01-01").ok();
    let calls = usage["points"].as_array().unwrap().iter().map(|i| i["calls"].as_u64().unwrap());
    assert_eq!(calls.sum::<u64>(), logs as u64);
    let providers = client.get("/api/v1/providers").ok();
    let named = |p: &&Value| p["name"] == "fake";
    assert!(providers["items"].as_array().unwrap().iter().any(|p| named(&p)));
}

fn set_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_damaged_backup_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    drop(Server::start(folder, &[]).stop());
    run_ok(folder, &["backup", "a.backup"]);
    let (code, _, err) = run(folder, &["backup", "a.backup"]);
    assert_eq!((code, err.contains("is there already")), (Some(1), true), "{err}");
    let mut bytes = fs::read(folder.join("a.backup")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(folder.join("b.backup"), &bytes).unwrap();
    fs::write(folder.join("c.backup"), "no backup\n").unwrap();
    let before = fs::read(folder.join("vouch-data/vouch.db")).unwrap();
    for (name, why) in [("b.backup", "its checksum does not fit"), ("c.backup", "it is no backup")]
    {
        let (code, _, err) = run(folder, &["restore", name, "--force"]);
        assert_eq!(code, Some(1));
        assert!(err.contains(why) && err.contains("nothing was changed"), "{err}");
    }
    assert!(fs::read(folder.join("vouch-data/vouch.db")).unwrap() == before);
    let files = fs::read_dir(folder.join("vouch-data")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let known = ["vouch.db", "vouch.db-words"];
    let known = known.map(|name| ["", "-wal", "-shm"].map(|ending| format!("{name}{ending}")));
    let mut names = names.filter(|name| name != "secret.key");
    assert!(names.all(|name| known.as_flattened().contains(&name)));
    run_ok(folder, &["restore", "a.backup", "--force"]);
    assert!(folder.join("vouch-data/vouch.db.before-restore").exists());
}
