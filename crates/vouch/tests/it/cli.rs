//! What the commands say: their help, and what is wrong with an input.

use std::fs;
use std::path::Path;

use crate::support::{Server, command, run};

fn help(args: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = run(folder.path(), args);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    out
}

/// What `args` say on stderr, with the folder's name taken out.
fn complaint(folder: &Path, args: &[&str]) -> String {
    let (code, out, err) = run(folder, args);
    let code = code.unwrap();
    assert_ne!(code, 0, "{out}");
    assert!(!err.contains("secret"), "{err}");
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
        &["user", "create", "--help"],
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
        &["serve", "--public-url", "vouch.example.com"],
        &["serve", "--model-threads", "0"],
        &["serve", "--log", "loud=very"],
        &["serve", "--data", "text.gguf"],
        &["key", "create", "--name", "x"],
        &["key", "create", "--name", "x", "--scope", "everything"],
        &["key", "list"],
        &["key", "revoke", "key_1"],
        &["user", "create", "ann", "--role", "boss"],
        &["model", "pull", "--from", "nowhere.gguf"],
        &["model", "pull", "--from", "text.gguf"],
        &["model", "path"],
        &["audit", "verify"],
    ];
    let text: Vec<_> = cases.iter().map(|args| complaint(folder, args)).collect();
    insta::assert_snapshot!("bad_input", text.join("\n"));
}

#[test]
fn bad_input_to_a_database_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    drop(Server::start(folder, &[]).stop());
    let create = ["user", "create", "ann@example.com", "--role", "viewer"];
    assert_eq!(run(folder, &create).0, Some(0));
    let cases: &[&[&str]] = &[
        &["key", "create", "--name", " ", "--scope", "read"],
        &["key", "revoke", "key_01h455vb4pex5vsknk084sn02q"],
        &["user", "create", "ann"],
        &create,
        &["user", "create", "bob@example.com", "--password-stdin"],
        &["user", "disable", "nobody@example.com"],
        &["user", "signin-link", "nobody@example.com"],
    ];
    let text: Vec<_> = cases.iter().map(|args| complaint(folder, args)).collect();
    insta::assert_snapshot!("bad_input_to_a_database", text.join("\n"));
}

#[test]
fn keys_and_people_are_made_listed_and_shut_out() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder, &[]);
    let ok = |args: &[&str]| {
        let (code, out, err) = run(folder, args);
        assert_eq!(code, Some(0), "{err}");
        out
    };
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
    assert!(ok(&["audit", "verify"]).starts_with("the audit trail is intact: "));
}

#[test]
fn the_openapi_document_is_json() {
    let document: serde_json::Value = serde_json::from_str(&help(&["openapi"])).unwrap();
    assert!(document["paths"]["/api/v1/logs/{id}/metrics"].is_object());
}

#[test]
fn doctor_finds_what_is_wrong_and_says_how_to_mend_it() {
    use std::os::unix::fs::PermissionsExt;
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
    use std::process::Stdio;
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
