//! Logs out into files and in again: nothing is lost, and nothing is there twice.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Client, Database, Server, command, run, run_ok};

/// A started and stopped server leaves a database that commands work on.
fn fresh(database: &Database) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert!(Server::start(folder.path(), &database.args()).stop().0.success());
    folder
}

fn ok(folder: &Path, database: &Database, args: &[&str]) -> String {
    run_ok(folder, &[args, &database.args()].concat())
}

/// Logs of all kinds, with metrics that came later and feedback of all types.
fn fill(client: &Client) {
    for n in 0..450 {
        let mut log = json!({
            "messages": [{"role": "user", "content": format!("Question \"{n}\",\nin two lines")}],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Antwört"}}],
            "model": "m", "provider": "p", "user_id": format!("user\n{n}"), "chain_id": "c",
            "metadata": {"plan": "pro", "deep": {"list": [1, 2.5, null]}, "n": n},
            "parameters": {"temperature": 0.1},
            "usage": {"prompt_tokens": n, "completion_tokens": 2, "details": {"cached": 1}},
            "performance": {"latency": 12.5}, "cost_usd_micros": n,
            "logprobs": [{"token": "A", "logprob": -0.25}],
        });
        if n % 50 == 0 {
            log = json!({"messages": [], "error": {"message": "no, \"never\""}});
        }
        let log = client.post("/api/v1/logs", &log).unwrap().ok()["ids"][0].clone();
        if n % 3 != 0 {
            continue;
        }
        for (name, value) in [
            ("thumbs", json!(n % 2 == 0)),
            ("score", json!(33.25)),
            ("defects", json!(["hallucination", "spelling"])),
            ("mood", json!("fine")),
            ("story", json!(format!("a long\n{}", "text ".repeat(40)))),
        ] {
            let feedback = json!({
                "log_id": log, "name": name, "value": value, "user_id": "ann", "comment": "so",
            });
            client.post("/api/v1/feedback", &feedback).unwrap().ok();
        }
        let path = format!("/api/v1/logs/{}/metrics", log.as_str().unwrap());
        let metrics = json!({"metadata": {"later": true}, "conversation_id": "c-1"});
        client.post(&path, &metrics).unwrap().ok();
    }
}

#[test]
fn every_format_brings_back_the_same_logs_on_sqlite() {
    round_trips(&Database::sqlite());
}

#[test]
fn every_format_brings_back_the_same_logs_on_postgres() {
    if let Some(database) = Database::postgres("export") {
        round_trips(&database);
    }
}

fn round_trips(source: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &source.args());
    fill(&server.client());
    let folder = folder.path();
    // The server runs all the time.
    let whole = ok(folder, source, &["export", "logs"]);
    assert_eq!(whole.lines().count(), 450);
    for name in ["logs.jsonl", "logs.csv", "logs.parquet", "parts/"] {
        ok(folder, source, &["export", "logs", "-o", name]);
        let other = fresh(&Database::sqlite());
        let file = folder.join(name);
        let file = file.to_str().unwrap();
        for (logs, known) in [("450", "0"), ("0", "450")] {
            let said = ok(other.path(), &Database::sqlite(), &["import", "logs", file]);
            let feedback = if logs == "0" { "0" } else { "750" };
            let expected = format!(
                "imported {logs} logs and {feedback} feedbacks; {known} logs were there already\n"
            );
            assert_eq!(said, expected, "{name}");
        }
        let again = ok(other.path(), &Database::sqlite(), &["export", "logs"]);
        for (a, b) in whole.lines().zip(again.lines()) {
            assert_eq!(a, b, "{name}");
        }
        assert_eq!(whole.len(), again.len(), "{name}");
        assert!(!folder.join("logs.rejected.jsonl").exists());
    }
}

#[test]
fn a_filter_and_times_choose_what_is_exported() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let client = server.client();
    for (at, model) in [("2026-01-05", "a"), ("2026-01-06", "a"), ("2026-01-06", "b")] {
        let log = json!({"created_at": format!("{at}T12:00:00Z"), "messages": [], "model": model});
        client.post("/api/v1/logs", &log).unwrap().ok();
    }
    let count = |args: &[&str]| {
        let args = [&["export", "logs"], args].concat();
        ok(folder.path(), &Database::sqlite(), &args).lines().count()
    };
    assert_eq!(count(&[]), 3);
    assert_eq!(count(&["--filter", "model:a"]), 2);
    assert_eq!(count(&["--from", "2026-01-06"]), 2);
    assert_eq!(count(&["--filter", "model:a", "--to", "2026-01-06"]), 1);
    assert_eq!(count(&["--filter", "model:a", "--from", "2026-01-05T12:00:01Z"]), 1);
    assert_eq!(count(&["--from", "2026-01-05T12:00:00Z", "--to", "2026-01-06T12:00:00Z"]), 1);
}

#[test]
fn an_export_that_broke_off_goes_on_after_its_last_whole_row() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    fill(&server.client());
    let (folder, sqlite) = (folder.path(), Database::sqlite());
    for format in ["jsonl", "csv"] {
        let name = format!("logs.{format}");
        ok(folder, &sqlite, &["export", "logs", "-o", &name]);
        let whole = fs::read(folder.join(&name)).unwrap();
        for cut in [0, 5, whole.len() / 3, whole.len() - 1, whole.len()] {
            fs::remove_file(folder.join(&name)).unwrap();
            fs::write(folder.join(format!("{name}.part")), &whole[..cut]).unwrap();
            let (code, _, err) = run(folder, &["export", "logs", "-o", &name]);
            assert_eq!(code, Some(1));
            assert!(err.contains("hint: go on with --resume, or remove it"), "{err}");
            ok(folder, &sqlite, &["export", "logs", "-o", &name, "--resume"]);
            assert!(fs::read(folder.join(&name)).unwrap() == whole, "{name} cut at {cut}");
        }
        let (code, _, err) = run(folder, &["export", "logs", "-o", &name, "--resume"]);
        assert_eq!((code, err.contains("written whole before")), (Some(0), true), "{err}");
        let (code, _, err) = run(folder, &["export", "logs", "-o", &name]);
        assert_eq!((code, err.contains("is there already")), (Some(1), true), "{err}");
    }
}

#[test]
fn a_folder_of_parquet_files_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    fill(&server.client());
    let (folder, sqlite) = (folder.path(), Database::sqlite());
    let whole = ok(folder, &sqlite, &["export", "logs"]);
    let newest: Value = serde_json::from_str(whole.lines().nth(99).unwrap()).unwrap();
    let from = newest["created_at"].as_str().unwrap();
    ok(folder, &sqlite, &["export", "logs", "-o", "parts/", "--from", from]);
    fs::write(folder.join("parts/part-00002.parquet.part"), "cut off").unwrap();
    let (code, _, err) = run(folder, &["export", "logs", "-o", "parts"]);
    assert_eq!((code, err.contains("go on after them with --resume")), (Some(1), true), "{err}");
    ok(folder, &sqlite, &["export", "logs", "-o", "parts", "--resume"]);
    assert_eq!(fs::read_dir(folder.join("parts")).unwrap().count(), 2);
    let other = fresh(&sqlite);
    let parts = folder.join("parts");
    let said = ok(other.path(), &sqlite, &["import", "logs", parts.to_str().unwrap()]);
    assert!(said.starts_with("imported 450 logs and 750 feedbacks; 0 logs"), "{said}");
    assert!(ok(other.path(), &sqlite, &["export", "logs"]) == whole);
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    use std::process::Stdio;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    fill(&server.client());
    for format in ["jsonl", "csv"] {
        let mut child = command(folder.path())
            .args(["export", "logs", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}

/// Rows of an application, the third of which are broken in one way or the other.
const BROKEN: &str = r#"{"messages": [{"role": "user", "content": "one"}], "feedback": {"score": 70}}
no JSON at all
{"messages": [{"role": "user", "content": "two"}], "user_id": "ann", "feedback": {"score": 80}}
{"messages": "hello"}
{"messages": [], "unknown": 1}

{"messages": [], "created_at": "2019-01-01T00:00:00Z", "id": "log_1"}
{"messages": [], "feedback": {"score": 500}}
[1, 2]
{"origin": "ingest", "messages": []}
{"id": "log_01h455vb4pex5vsknk084sn02q", "created_at": "2023-07-01T00:00:00Z", "status": "completed", "origin": "ingest", "sent_by": "system", "feedback": [{"id": "fb_01h455vb4pex5vsknk084sn02q", "created_at": "2023-07-01T00:00:00Z", "author": "end_user:ann", "source": "end_user", "name": "thumbs", "type": "number", "value": 5}]}
{"id": "log_01h455vb4pex5vsknk084sn02r", "created_at": "2023-07-01T00:00:00Z", "status": "completed", "origin": "ingest", "sent_by": "system"}
"#;

#[test]
fn rows_that_cannot_be_read_are_kept_beside_and_the_rest_is_imported() {
    let sqlite = Database::sqlite();
    let folder = fresh(&sqlite);
    let folder = folder.path();
    fs::write(folder.join("app.jsonl"), BROKEN).unwrap();
    let side = folder.join("app.jsonl.rejected.jsonl");

    let (code, out, err) = run(folder, &["import", "logs", "app.jsonl", "--dry-run"]);
    let said =
        "3 logs with 2 feedbacks can be imported; nothing was written; 8 would be rejected\n";
    assert_eq!((code, out.as_str()), (Some(3), said), "{err}");
    assert!(err.starts_with("row 2 is rejected: expected a JSON object"), "{err}");
    assert_eq!((side.exists(), ok(folder, &sqlite, &["export", "logs"]).as_str()), (false, ""));

    for expected in ["imported 3 logs and 2 feedbacks; 0", "imported 0 logs and 0 feedbacks; 3"] {
        let (code, out, _) = run(folder, &["import", "logs", "app.jsonl"]);
        assert_eq!(code, Some(3));
        let rest = "logs were there already; 8 rejected, see app.jsonl.rejected.jsonl\n";
        assert_eq!(out, format!("{expected} {rest}"));
    }
    let rejected = fs::read_to_string(side).unwrap();
    insta::assert_snapshot!("rejected_rows", rejected);
    let whole = ok(folder, &sqlite, &["export", "logs"]);
    let logs: Vec<Value> = whole.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let said: Vec<_> = logs.iter().flat_map(|log| log["feedback"].as_array().unwrap()).collect();
    let mut authors: Vec<_> = said.iter().map(|said| said["author"].as_str().unwrap()).collect();
    authors.sort_unstable();
    assert_eq!(authors, ["end_user:ann", "system"]);
}

/// Enough to be killed in between.
const ROWS: usize = 20_000;

#[test]
fn an_import_that_was_killed_goes_on_without_a_log_twice() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let client = server.client();
    let mut text = String::new();
    for n in 0..ROWS {
        let log = json!({
            "messages": [{"role": "user", "content": format!("question {n}")}],
            "model": "m", "feedback": {"score": n % 101},
        });
        text.extend([&log.to_string(), "\n"]);
    }
    fs::write(folder.path().join("many.jsonl"), text).unwrap();
    let calls = || {
        let usage = client.get("/api/v1/usage?from=2020-01-01").ok();
        let items = usage["points"].as_array().unwrap().iter();
        usize::try_from(items.map(|i| i["calls"].as_u64().unwrap()).sum::<u64>()).unwrap()
    };
    let mut kills = 0;
    loop {
        let before = calls();
        let mut child =
            command(folder.path()).args(["import", "logs", "many.jsonl"]).spawn().unwrap();
        let began = Instant::now();
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if kills < 3 && calls() > before {
                break None;
            }
            assert!(began.elapsed() < Duration::from_mins(3));
        };
        if let Some(status) = ended {
            assert!(status.success());
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills > 0, "nothing was killed");
    assert_eq!(calls(), ROWS);
    let whole = ok(folder.path(), &Database::sqlite(), &["export", "logs"]);
    let feedback = |line: &str| {
        let log: Value = serde_json::from_str(line).unwrap();
        log["feedback"].as_array().unwrap().len()
    };
    assert_eq!(whole.lines().count(), ROWS);
    assert!(whole.lines().all(|line| feedback(line) == 1));
    eprintln!("killed {kills} times");
}

#[test]
fn a_rejected_row_of_csv_is_told_by_the_line_where_it_begins() {
    let folder = fresh(&Database::sqlite());
    for (name, end) in [("unix.csv", "\n"), ("dos.csv", "\r\n")] {
        let lines = ["id,messages,status", "", "oops,[],", "", "\"a", "b\",[],", "no,[],"];
        fs::write(folder.path().join(name), lines.join(end) + end).unwrap();
        let (code, _, err) = run(folder.path(), &["import", "logs", name]);
        assert_eq!(code, Some(3), "{err}");
        let side =
            fs::read_to_string(folder.path().join(format!("{name}.rejected.jsonl"))).unwrap();
        let told: Vec<u64> = side
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["line"].as_u64().unwrap())
            .collect();
        assert_eq!(told, [3, 5, 7], "{name}");
    }
}
