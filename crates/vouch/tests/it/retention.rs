//! What is kept no longer is archived first, and then gone; a kill in between loses nothing.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Client, Database, Server, command, run, run_ok};

#[test]
fn what_leaves_is_in_the_archive_on_sqlite() {
    archives(&Database::sqlite());
}

#[test]
fn what_leaves_is_in_the_archive_on_postgres() {
    if let Some(database) = Database::postgres("retention") {
        archives(&database);
    }
}

fn ok(folder: &Path, database: &Database, args: &[&str]) -> String {
    run_ok(folder, &[args, &database.args()].concat())
}

fn send(client: &Client, day: &str, count: usize) -> Vec<String> {
    let log = json!({
        "created_at": format!("{day}T12:00:00Z"), "model": "m", "feedback": {"score": 70},
        "messages": [{"role": "user", "content": "old words"}],
    });
    let mut ids = Vec::new();
    for chunk in vec![log; count].chunks(1000) {
        let sent = client.post("/api/v1/logs", &json!({"logs": chunk})).unwrap().ok();
        let sent = sent["ids"].as_array().unwrap().iter();
        ids.extend(sent.map(|id| id.as_str().unwrap().to_owned()));
    }
    ids
}

fn calls(client: &Client) -> u64 {
    let usage = client.get("/api/v1/usage?from=2020-01-01").ok();
    usage["points"].as_array().unwrap().iter().map(|p| p["calls"].as_u64().unwrap()).sum()
}

/// The archives of the only project.
fn archive(folder: &Path) -> PathBuf {
    let mut projects = fs::read_dir(folder.join("vouch-data/archive")).unwrap();
    projects.next().unwrap().unwrap().path()
}

/// The ids of the logs that a folder of archives holds.
fn archived(folder: &Path) -> HashSet<String> {
    let other = tempfile::tempdir().unwrap();
    drop(Server::start(other.path(), &[]).stop());
    let archive = archive(folder);
    let none = Database::sqlite();
    ok(other.path(), &none, &["import", "logs", archive.to_str().unwrap()]);
    ids(&ok(other.path(), &none, &["export", "logs"]))
}

fn ids(lines: &str) -> HashSet<String> {
    let id = |line: &str| {
        let log: Value = serde_json::from_str(line).unwrap();
        assert_eq!(log["feedback"].as_array().unwrap().len(), 1);
        log["id"].as_str().unwrap().to_owned()
    };
    lines.lines().map(id).collect()
}

fn archives(database: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &database.args());
    let (client, folder) = (server.client(), folder.path());
    let old = send(&client, "2020-03-04", 3000);
    let today = client.post("/api/v1/logs", &json!({"messages": [], "feedback": {"score": 1}}));
    let today = today.unwrap().ok()["ids"][0].as_str().unwrap().to_owned();
    let before = calls(&client);

    assert_eq!(
        ok(folder, database, &["retention", "show"]),
        "logs are kept for ever\nnone leave\n"
    );
    assert_eq!(ok(folder, database, &["retention", "run"]), "archived and removed 0 logs\n");
    client.put("/api/v1/retention", &json!({"days": 30})).ok();
    let shown = ok(folder, database, &["retention", "show"]);
    assert!(shown.starts_with("logs are kept for 30 days\n3,000 logs made before "), "{shown}");
    let told = ok(folder, database, &["retention", "run", "--dry-run"]);
    assert!(told.ends_with(" leave, the oldest of 2020-03-04\n"), "{told}");
    assert!(!folder.join("vouch-data/archive").exists());

    // Killed while it removes: each log is in the archive or in the database.
    let mut run = command(folder);
    run.args(["retention", "run"]).args(database.args());
    let mut child = run.spawn().unwrap();
    let gone = |n: usize| client.get(&format!("/api/v1/logs/{}", old[n])).status == 404;
    while !gone(0) && child.try_wait().unwrap().is_none() {}
    child.kill().unwrap();
    child.wait().unwrap();
    let left = ids(&ok(folder, database, &["export", "logs"]));
    let kept = archived(folder);
    assert!(old.iter().all(|id| left.contains(id) || kept.contains(id)));
    assert_eq!(kept.len(), old.len());

    // Whoever archived holds the turn still; the lease ends with time, here by hand.
    ok(folder, database, &["retention", "set", "31"]);
    let (code, _, err) = run_again(folder, database);
    if left.len() > 1 {
        assert_eq!(code, Some(1));
        assert!(err.contains("archives right now"), "{err}");
    }
    assert!(left.contains(&today));
    assert_eq!(calls(&client), before);
    ok(folder, database, &["audit", "verify"]);
}

fn run_again(folder: &Path, database: &Database) -> (Option<i32>, String, String) {
    run(folder, &[&["retention", "run"][..], &database.args()].concat())
}

#[test]
fn a_server_archives_by_itself_and_what_left_can_be_brought_back() {
    let folder = tempfile::tempdir().unwrap();
    let none = Database::sqlite();
    let server = Server::start(folder.path(), &[]);
    let old: HashSet<_> = send(&server.client(), "2020-03-04", 250).into_iter().collect();
    server.client().put("/api/v1/retention", &json!({"days": 30})).ok();
    drop(server.stop());
    let server = Server::start(folder.path(), &[]);
    while !server.client().all("/api/v1/logs?").is_empty() {
        std::thread::yield_now();
    }
    let folder = folder.path();
    assert_eq!(archived(folder), old);
    let names: Vec<_> = fs::read_dir(archive(folder)).unwrap().collect();
    assert_eq!(names.len(), 1);
    assert!(archive(folder).join("logs-2020-03-04-0001.parquet").exists());
    let archive = archive(folder);
    ok(folder, &none, &["retention", "set", "forever"]);
    let said = ok(folder, &none, &["import", "logs", archive.to_str().unwrap()]);
    assert!(said.starts_with("imported 250 logs and 250 feedbacks"), "{said}");
    assert_eq!(ids(&ok(folder, &none, &["export", "logs"])), old);
}
