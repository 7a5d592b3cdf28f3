//! What the server does while something under it fails, and afterwards.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{ADMIN_KEY, Server, Upstream, command, deaf_to};

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
    until(|| client.post("/api/v1/logs", &log("after")).unwrap().status == 201);
    until(|| client.get(&format!("/api/v1/logs/{}", called.log.as_ref().unwrap())).status == 200);
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

fn until(mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "it does not recover");
        std::thread::sleep(Duration::from_millis(50));
    }
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
        until(|| client.get(&format!("/api/v1/logs/{log}")).status == 200);
    }
    let most = json!(1_000_000_000_000_u64);
    let listed = client.get("/api/v1/logs").ok();
    assert_eq!(listed["items"][0]["usage"]["prompt_tokens"], most);
    let costly = json!({"messages": [{"role": "user"}], "cost_usd_micros": i64::MAX});
    assert_eq!(client.post("/api/v1/logs", &costly).unwrap().status, 422);
    assert!(server.stop().0.success());
}
