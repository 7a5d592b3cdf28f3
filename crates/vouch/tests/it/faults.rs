//! What the server does while something under it fails, and afterwards.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::support::{ADMIN_KEY, Database, Server, Upstream, command, deaf_to, eventually};

/// A limit to the size of files stands for the end of the disk: it takes no privileges, and can
/// be lifted again.
#[test]
fn a_full_disk_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = command(folder.path());
    serve.env("VOUCH_ADMIN_KEY", ADMIN_KEY).arg("serve");
    let server = Server::spawn(deaf_to("XFSZ", &serve));
    let (client, upstream) = (server.client(), Upstream::start(Duration::ZERO));
    upstream.register(&client);
    let log = |text: &str| json!({"messages": [{"role": "user", "content": text}]});
    client.post("/api/v1/logs", &log("before")).unwrap().ok();

    server.limit_files("200000");
    let noise = noise();
    let refused = (0..200).map(|n| client.post("/api/v1/logs", &log(&format!("{n} {noise}"))));
    let refused = refused.map(Result::unwrap).find(|answer| answer.status != 201);
    let refused = refused.expect("the disk fills up");
    assert_eq!((refused.status, &refused.json()["title"]), (503, &json!("Unavailable")));
    // Calls are still answered; their logs wait.
    let call = json!({"model": "fake/m", "messages": [{"role": "user", "content": "hi"}]});
    let called = client.post("/v1/chat/completions", &call).unwrap();
    called.ok();

    server.limit_files("unlimited");
    eventually(|| client.post("/api/v1/logs", &log("after")).unwrap().status == 201);
    eventually(|| {
        client.get(&format!("/api/v1/logs/{}", called.log.as_ref().unwrap())).status == 200
    });
    assert!(server.stop().0.success());
}

/// Text that does not compress.
fn noise() -> String {
    let mut state = 1_u64;
    let letter = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from_digit(u32::try_from(state >> 59).unwrap(), 36).unwrap()
    };
    (0..40_000).map(letter).collect()
}

/// A number that no sum could hold is brought into bounds, and the logs after it are written.
#[test]
fn absurd_counts_do_not_stop_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let (client, upstream) = (server.client(), Upstream::start(Duration::ZERO));
    upstream.register(&client);
    let usage = json!({
        "prompt_tokens": u64::MAX, "completion_tokens": i64::MAX, "total_tokens": 1e300,
    });
    let messages = json!([{"role": "user", "content": "hi"}]);
    let call = json!({"model": "fake/m", "messages": messages, "usage": usage});
    let logs: Vec<_> =
        (0..20).map(|_| client.post("/v1/chat/completions", &call).unwrap().log.unwrap()).collect();
    for log in logs {
        eventually(|| client.get(&format!("/api/v1/logs/{log}")).status == 200);
    }
    let most = json!(1_000_000_000_000_u64);
    let listed = client.get("/api/v1/logs").ok();
    assert_eq!(listed["items"][0]["usage"]["prompt_tokens"], most);
    let costly = json!({"messages": [{"role": "user"}], "cost_usd_micros": i64::MAX});
    assert_eq!(client.post("/api/v1/logs", &costly).unwrap().status, 422);
    assert!(server.stop().0.success());
}

/// Root may write anywhere; without this capability it is refused like others.
#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("vouch-data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, Permissions::from_mode(0o500)).unwrap();
    let serve = command(folder.path());
    let mut bound = Command::new("setpriv");
    bound.arg("--bounding-set=-dac_override,-dac_read_search").arg(serve.get_program());
    let output =
        bound.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(folder.path()).output();
    let output = output.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let expected = "error: cannot write the master key to vouch-data/secret.key: Permission denied \
        (os error 13)\nhint: run as the owner of the data folder, or name another with --data DIR\n";
    assert_eq!(said, expected);
}

/// Nobody can connect to the database for a while; what was answered with success is kept.
#[test]
fn a_database_that_goes_away_and_comes_back_is_survived() {
    let Some(database) = Database::postgres("away") else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &database.args());
    let (client, upstream) = (server.client(), Upstream::start(Duration::ZERO));
    upstream.register(&client);
    let messages = json!([{"role": "user", "content": "hi"}]);
    let log = json!({"messages": messages});
    let call = json!({"model": "fake/m", "messages": messages});
    let mut kept = vec![client.post("/api/v1/logs", &log).unwrap().ok()["ids"][0].clone()];
    client.post("/v1/chat/completions", &call).unwrap().ok();

    database.close();
    // Settings and keys are remembered for a moment: a call may still be answered.
    let called = client.post("/v1/chat/completions", &call).unwrap();
    assert!([200, 503].contains(&called.status), "{} {}", called.status, called.text);
    kept.extend(called.log.filter(|_| called.status == 200).map(Into::into));
    let refused = client.post("/api/v1/logs", &log).unwrap();
    assert_eq!((refused.status, &refused.json()["title"]), (503, &json!("Unavailable")));
    assert_eq!(client.get("/api/v1/logs").status, 503);

    database.open();
    eventually(|| {
        let answer = client.post("/api/v1/logs", &log).unwrap();
        kept.extend(answer.json()["ids"].get(0).cloned());
        answer.status == 201
    });
    for id in kept {
        eventually(|| client.get(&format!("/api/v1/logs/{}", id.as_str().unwrap())).status == 200);
    }
    assert!(server.stop().0.success());
}
