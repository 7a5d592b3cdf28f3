//! Two servers on one PostgreSQL database work as one.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use serde_json::json;
use ureq::Agent;

use crate::support::{Database, Server, Upstream};

#[test]
fn what_is_written_through_one_node_is_seen_through_the_other() {
    let Some(database) = Database::postgres("nodes") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (
        Server::start(folder.path(), &database.args()),
        Server::start(folder.path(), &database.args()),
    );
    let (first, second) = (one.client(), two.client());
    let upstream = Upstream::start(Duration::ZERO);
    upstream.register(&first);

    // Live events: a page that is open at the second node hears of the first one's log.
    let mut events = BufReader::new(second.events());
    let messages = json!([{"role": "user", "content": "hi"}]);
    let log = first.post("/api/v1/logs", &json!({"messages": messages})).unwrap().ok();
    let id = log["ids"][0].as_str().unwrap().to_owned();
    let mut heard = String::new();
    while !heard.contains(&id) {
        assert_ne!(events.read_line(&mut heard).unwrap(), 0, "the stream ended: {heard}");
    }

    // Logs, feedback and settings.
    let thumb = json!({"log_id": id, "name": "thumbs", "value": true, "user_id": "ann"});
    assert_eq!(second.post("/api/v1/feedback", &thumb).unwrap().ok()["attached"], json!([true]));
    let tally = &first.get(&format!("/api/v1/logs/{id}")).ok()["tally"];
    assert_eq!(tally["thumbs_up"], 1);
    let call = json!({"model": "fake/m", "messages": messages});
    second.post("/v1/chat/completions", &call).unwrap().ok();

    // People: who signs in at one node is signed in at the other, and out again.
    let person = json!({
        "email": "ann@example.com", "name": "Ann", "role": "viewer", "password": "a long password",
    });
    first.post("/api/v1/users", &person).unwrap().ok();
    let agent: Agent =
        Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    let credentials = json!({"email": "ann@example.com", "password": "a long password"});
    let signed_in = agent
        .post(format!("{}/api/v1/session", one.address))
        .header("content-type", "application/json")
        .header("x-vouch-csrf", "1")
        .send(credentials.to_string())
        .unwrap();
    assert_eq!(signed_in.status(), 200);
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let me = |server: &Server| {
        let request = agent.get(format!("{}/api/v1/me", server.address)).header("cookie", &cookie);
        request.call().unwrap().status()
    };
    assert_eq!((me(&one), me(&two)), (http::StatusCode::OK, http::StatusCode::OK));
    let sign_out = agent
        .delete(format!("{}/api/v1/session", two.address))
        .header("cookie", &cookie)
        .header("x-vouch-csrf", "1");
    assert_eq!(sign_out.call().unwrap().status(), 204);
    assert_eq!(me(&one), http::StatusCode::UNAUTHORIZED);

    assert!(two.stop().0.success());
    assert_eq!(first.get(&format!("/api/v1/logs/{id}")).status, 200);
    assert!(one.stop().0.success());
}
