//! What the commands say: their help, and what is wrong with an input.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;

use crate::support::{Server, command, run, run_ok};

fn help(args: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = run(folder.path(), args);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    out
}

/// What `args` say on stderr, with the folder's name taken out.
fn complaint(folder: &Path, args: &[&str]) -> String {
    said(folder, args, run(folder, args))
}

fn said(folder: &Path, args: &[&str], (code, out, err): (Option<i32>, String, String)) -> String {
    let code = code.unwrap();
    assert_ne!(code, 0, "{out}");
    assert!(!err.contains("secret") || args.iter().any(|arg| arg.contains("theirs")), "{err}");
    let err = err.replace(folder.to_str().unwrap(), "DIR");
    format!("{}\n=> {code}\n{err}", args.join(" ").replace(folder.to_str().unwrap(), "DIR"))
}

#[test]
fn help_teaches() {
    for args in [
        &["--help"][..],
        &["serve", "--help"],
        &["demo", "--help"],
        &["model", "pull", "--help"],
        &["key", "create", "--help"],
        &["user", "--help"],
        &["user", "create", "--help"],
        &["user", "role", "--help"],
        &["user", "password", "--help"],
        &["logs", "--help"],
        &["export", "logs", "--help"],
        &["import", "logs", "--help"],
        &["import", "tasks", "--help"],
        &["export", "reviews", "--help"],
        &["backup", "--help"],
        &["restore", "--help"],
        &["agreement", "--help"],
        &["consensus", "--help"],
        &["audit", "verify", "--help"],
        &["doctor", "--help"],
    ] {
        let name = ["help", &args[..args.len() - 1].join("_")].join("_");
        insta::assert_snapshot!(name.trim_end_matches('_'), help(args));
    }
}

#[test]
fn bad_input_is_answered_with_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("unknown.toml", "listen = \"127.0.0.1:0\"\nlisten_on = 1\n");
    write("type.toml", "model_threads = \"two\"\n");
    write("broken.toml", "listen = \n");
    write("text.gguf", "no model\n");
    write("text.db", &"no database\n".repeat(100));
    let cases: &[&[&str]] = &[
        &["serv"],
        &["serve", "--listen", "7700"],
        &["serve", "--unknown"],
        &["serve", "--config", "missing.toml"],
        &["serve", "--config", "unknown.toml"],
        &["serve", "--config", "type.toml"],
        &["serve", "--config", "broken.toml"],
        &["serve", "--database-url", "mysql://me:secret@db/vouch"],
        &["serve", "--database-url", "postgres://me:secret@127.0.0.1:1/vouch"],
        &["serve", "--database-url", "postgres://me:secret#1@127.0.0.1/vouch"],
        &["serve", "--database-url", "postgres://me:1/secret@127.0.0.1/vouch"],
        &["serve", "--database-url", "postgres://me:secret@127.0.0.1:port/vouch"],
        &["serve", "--database-url", "host=db user=me password=secret"],
        &["serve", "--database-url", "sqlite:"],
        &["serve", "--database-url", ""],
        &["serve", "--database-url", "sqlite:nowhere/vouch.db"],
        &["serve", "--database-url", "sqlite:text.db"],
        &["key", "list", "--database-url", "sqlite:nowhere/vouch.db"],
        &["serve", "--public-url", "vouch.example.com"],
        &["serve", "--public-url", "https://vouch.example.com/app"],
        &["serve", "--model-threads", "0"],
        &["serve", "--log", "loud=very"],
        &["serve", "--data", "text.gguf"],
        &["key", "create", "--name", "x"],
        &["key", "create", "--name", "x", "--scope", "everything"],
        &["key", "list"],
        &["key", "revoke", "key_1"],
        &["logs"],
        &["logs", "--filter", "model:a score:high thumbs:up"],
        &["logs", "--filter", "(ä"],
        &["logs", "--limit", "few"],
        &["user", "create", "ann", "--role", "boss"],
        &["model", "pull", "--from", "nowhere.gguf"],
        &["model", "pull", "--from", "text.gguf"],
        &["model", "path"],
        &["audit", "verify"],
    ];
    let text: Vec<_> = cases.iter().map(|args| complaint(folder, args)).collect();
    insta::assert_snapshot!("bad_input", text.join("\n"));
}

/// The folder is not ours to look into, or to write to.
#[test]
fn folders_of_somebody_else_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mode = |name: &str, mode: u32| {
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    let is_root = fs::metadata(folder).unwrap().uid() == 0;
    fs::create_dir(folder.join("theirs")).unwrap();
    fs::create_dir(folder.join("theirs_to_read")).unwrap();
    mode("", 0o755);
    mode("theirs", if is_root { 0o700 } else { 0 });
    mode("theirs_to_read", 0o555);
    let cases: &[&[&str]] = &[
        &["serve", "--listen", "127.0.0.1:0", "--data", "theirs"],
        &["serve", "--listen", "127.0.0.1:0", "--data", "theirs/data"],
        &["serve", "--listen", "127.0.0.1:0", "--data", "theirs_to_read"],
        &["key", "list", "--data", "theirs"],
    ];
    let mut text = vec![];
    for args in cases {
        let mut command = command(folder);
        command.env("VOUCH_LOG", "error").args(*args);
        if is_root {
            command.uid(65_534).gid(65_534);
        }
        let Ok(output) = command.output() else {
            return eprintln!("skipped: nobody may not run what root built");
        };
        let [out, err] = [output.stdout, output.stderr].map(|b| String::from_utf8(b).unwrap());
        text.push(said(folder, args, (output.status.code(), out, err)));
    }
    mode("theirs", 0o700);
    insta::assert_snapshot!("folders_of_somebody_else", text.join("\n"));
}

#[test]
fn bad_input_to_a_database_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    drop(Server::start(folder, &[]).stop());
    let create = ["user", "create", "ann@example.com", "--role", "viewer"];
    assert_eq!(run(folder, &create).0, Some(0));
    for args in [
        ["user", "create", "boss@example.com", "--role=admin"].as_slice(),
        &["user", "create", "gone@example.com"],
        &["user", "disable", "gone@example.com"],
    ] {
        assert_eq!(run(folder, args).0, Some(0));
    }
    fs::write(folder.join("logs.txt"), "no logs\n").unwrap();
    fs::write(folder.join("other.csv"), "name,age\nann,3\n").unwrap();
    let cases: &[&[&str]] = &[
        &["export", "logs", "--filter", "score:high"],
        &["export", "logs", "--from", "yesterday"],
        &["export", "logs", "--project", "other"],
        &["export", "logs", "--resume"],
        &["export", "logs", "-o", "one.parquet", "--resume"],
        &["export", "logs", "-o", "vouch-data/", "--format", "csv"],
        &["export", "logs", "-o", "nowhere/logs.csv"],
        &["import", "logs", "missing.jsonl"],
        &["import", "logs", "logs.txt"],
        &["import", "logs", "other.csv"],
        &["import", "logs", "logs.txt", "--format", "parquet"],
        &["import", "logs", "vouch-data"],
        &["backup", "nowhere/all.backup"],
        &["restore", "missing.backup"],
        &["restore", "logs.txt"],
        &["key", "create", "--name", " ", "--scope", "read"],
        &["key", "revoke", "key_01h455vb4pex5vsknk084sn02q"],
        &["user", "create", "ann"],
        &create,
        &["user", "create", "bob@example.com", "--password-stdin"],
        &["user", "disable", "nobody@example.com"],
        &["user", "disable", "boss@example.com"],
        &["user", "role", "boss@example.com", "viewer"],
        &["user", "password", "ann@example.com"],
        &["user", "signin-link", "nobody@example.com"],
        &["user", "signin-link", "gone@example.com"],
    ];
    let text: Vec<_> = cases.iter().map(|args| complaint(folder, args)).collect();
    insta::assert_snapshot!("bad_input_to_a_database", text.join("\n"));
}

#[test]
fn keys_and_people_are_made_listed_and_shut_out() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder, &[]);
    let ok = |args: &[&str]| run_ok(folder, args);
    let secret = ok(&["key", "create", "--name", "shop", "--scope", "read"]);
    let client = crate::support::Client::new(&server.address, secret.trim());
    assert_eq!(client.get("/api/v1/logs").status, 200);
    assert_eq!(client.get("/api/v1/keys").status, 403);
    let list = ok(&["key", "list"]);
    let row = list.lines().find(|line| line.contains("shop")).unwrap();
    assert!(row.contains("read") && !list.contains(secret.trim()), "{list}");
    ok(&["key", "revoke", row.split_whitespace().next().unwrap()]);
    assert!(ok(&["key", "list"]).contains("revoked"));

    let link = ok(&["user", "create", "Ann@Example.com", "--role", "admin"]);
    assert!(link.starts_with("http://127.0.0.1:7700/signin#"), "{link}");
    let other = ["user", "signin-link", "ann@example.com", "--public-url", "https://v.example/"];
    assert!(ok(&other).starts_with("https://v.example/signin#"));
    ok(&["user", "create", "bob@example.com", "--role", "admin"]);
    ok(&["user", "disable", "ann@example.com"]);
    let people = ok(&["user", "list"]);
    assert!(people.lines().any(|l| l.contains("ann@example.com") && l.contains("shut out")));
    ok(&["user", "enable", "ann@example.com"]);
    ok(&["user", "role", "Ann@example.com", "viewer"]);
    let mut child = command(folder)
        .args(["user", "password", "ann@example.com"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"battery staple\n").unwrap();
    assert!(child.wait().unwrap().success());
    let people = ok(&["user", "list"]);
    let ann = people.lines().find(|line| line.contains("ann@example.com")).unwrap();
    assert!(ann.contains("viewer") && ann.contains("active"), "{ann}");
    let body = serde_json::json!({"email": "ann@example.com", "password": "battery staple"});
    assert_eq!(client.post("/api/v1/session", &body).unwrap().ok()["user"]["role"], "viewer");
    assert!(ok(&["audit", "verify"]).starts_with("the audit trail is intact: "));
}

#[test]
fn logs_are_listed_by_a_filter() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder, &[]);
    let ok = |args: &[&str]| run_ok(folder, args);
    let secret = ok(&["key", "create", "--name", "shop", "--scope", "admin"]);
    let client = crate::support::Client::new(&server.address, secret.trim());
    let log = |n: usize| {
        serde_json::json!({
            "messages": [{"role": "user", "content": format!("Question\u{1b}[2J {n}?")}],
            "model": if n.is_multiple_of(2) { "even" } else { "odd" }, "provider": "p",
            "performance": {"latency": 12.4}, "feedback": {"score": n % 100},
        })
    };
    let logs: Vec<_> = (0..250).map(log).collect();
    client.post("/api/v1/logs", &serde_json::json!({"logs": logs})).unwrap().ok();
    // Beside the server that runs.
    let table = ok(&["logs", "--filter", "model:odd score:7"]);
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 1 + 3, "{table}");
    assert!(lines[0].starts_with("TIME (UTC)"), "{table}");
    for part in ["p/odd", "completed", "12 ms", "score 7", "Question [2J 207?"] {
        assert!(lines.iter().any(|line| line.contains(part)), "{part} in {table}");
    }
    assert!(!table.contains('\u{1b}'), "{table}");
    assert_eq!(ok(&["logs"]).lines().count(), 1 + 20);
    assert_eq!(ok(&["logs", "--limit", "0"]).lines().count(), 1 + 250);
    let json = ok(&["logs", "--json", "--limit", "230"]);
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!((json.lines().count(), &first["provider"]), (230, &"p".into()));
    let (code, out, err) = run(folder, &["logs", "--filter", "model:neither"]);
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "", "no log fits\n"));
}

#[test]
fn the_openapi_document_is_json() {
    let document: serde_json::Value = serde_json::from_str(&help(&["openapi"])).unwrap();
    assert!(document["paths"]["/api/v1/logs/{id}/metrics"].is_object());
}

#[test]
fn doctor_finds_what_is_wrong_and_says_how_to_mend_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    fs::create_dir(folder.join("vouch-data")).unwrap();
    let mode = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(folder.join("vouch-data"), mode(0o755)).unwrap();
    let key = folder.join("vouch-data/secret.key");
    fs::write(&key, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    fs::set_permissions(&key, mode(0o644)).unwrap();
    let (code, out, err) = run(folder, &["doctor", "--listen", &listen]);
    assert_eq!(code, Some(1));
    let text = format!("{out}{err}").replace(&listen, "ADDR:PORT");
    insta::assert_snapshot!("doctor", text);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path())
        .arg("openapi")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
