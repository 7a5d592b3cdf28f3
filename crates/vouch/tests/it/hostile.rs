//! What clients may send, or not take, that is wrong: each is told so, and costs little.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::support::{Connection, Script, Server, eventually};

const MB: usize = 1 << 20;

/// Fifty megabytes, in pieces of a megabyte.
fn send_fifty(connection: &mut Connection, chunked: bool) {
    let piece = vec![b' '; MB];
    for _ in 0..50 {
        let size = if chunked { format!("{MB:x}\r\n") } else { String::new() };
        let end = if chunked { "\r\n" } else { "" };
        assert!(connection.send(size.as_bytes()) && connection.send(&piece), "it is taken");
        assert!(connection.send(end.as_bytes()));
    }
    assert!(!chunked || connection.send(b"0\r\n\r\n"));
}

#[test]
fn fifty_megabytes_are_refused_and_the_connection_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let paths =
        ["/v1/chat/completions", "/api/v1/logs", "/api/v1/keys", "/v1/traces", "/v2/feedback"];
    server.client().get("/api/v1/logs").ok();
    let mut before = server.peak_memory_bytes();
    // One that says how long it is, is not kept at all; another up to what would be allowed. The
    // rest is what the first requests need: threads, and connections to the database.
    for (chunked, most) in [(false, 32 * MB), (true, 80 * MB)] {
        for path in paths {
            let mut connection = Connection::to(&server);
            let length = format!("content-length: {}\r\n", 50 * MB);
            let length = if chunked { "transfer-encoding: chunked\r\n" } else { &length };
            connection.head(format!("POST {path}").as_bytes(), length.as_bytes());
            send_fifty(&mut connection, chunked);
            let refused = connection.answer();
            assert_eq!(refused.status, 413, "{path}: {}", refused.text);
            assert!(refused.text.contains(" bytes is taken here"), "{}", refused.text);
            connection.head(b"GET /healthz", b"");
            assert_eq!(connection.answer().status, 200, "{path}");
        }
        let grown = server.peak_memory_bytes() - before;
        eprintln!("chunked: {chunked}, {} kB more", grown / 1024);
        assert!(grown < most, "{} kB more, chunked: {chunked}", grown / 1024);
        before = server.peak_memory_bytes();
    }
    assert!(server.stop().0.success());
}

#[test]
fn who_asks_before_sending_too_much_is_told_no() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let mut connection = Connection::to(&server);
    let length = format!("content-length: {}\r\nexpect: 100-continue\r\n", 50 * MB);
    connection.head(b"POST /v1/chat/completions", length.as_bytes());
    let refused = connection.answer();
    assert_eq!(refused.status, 413, "{}", refused.text);
    let said = refused.json()["error"]["message"].clone();
    assert_eq!(said, "A body of at most 33554432 bytes is taken here.");
    assert!(server.stop().0.success());
}

#[test]
fn what_is_no_text_is_refused_where_text_must_be() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let body =
        b"{\"model\": \"a/b\", \"messages\": [{\"role\": \"user\", \"content\": \"\xff\xfe\"}]}";
    for path in ["/v1/chat/completions", "/v1/embeddings", "/api/v1/logs", "/v2/deployments/invoke"]
    {
        let refused = Connection::to(&server).post(path, body);
        assert_eq!(refused.status, 400, "{path}: {}", refused.text);
        assert!(refused.text.contains("invalid unicode code point"), "{path}: {}", refused.text);
    }
    let cases: [(&[u8], &[u8], u16, &str); 7] = [
        (b"POST /v1/chat/completions", b"x-vouch-user-id: \xff\xfe\r\n", 400, "x-vouch-user-id"),
        (b"POST /v1/chat/completions", b"x-vouch-metadata: {\"a\": \"\xff\"}\r\n", 400, "x-vouch-"),
        (b"POST /api/v1/logs", b"idempotency-key: \xff\r\n", 422, "idempotency-key"),
        (b"GET /api/v1/deployments/%ff%fe", b"", 404, "not UTF-8"),
        (b"GET /api/v1/logs/%ff", b"", 404, "not UTF-8"),
        (b"GET /api/v1/logs?q=%ff%fe", b"", 200, "items"),
        (b"GET /api/v1/conversations/%c3%28", b"", 404, "not UTF-8"),
    ];
    for (line, header, status, text) in cases {
        let mut connection = Connection::to(&server);
        let body = if header.is_empty() { "" } else { "{\"model\": \"a/b\", \"messages\": []}" };
        let length = format!("content-length: {}\r\n", body.len());
        connection.head(line, &[header, length.as_bytes()].concat());
        connection.send(body.as_bytes());
        let said = connection.answer();
        let line = String::from_utf8_lossy(line);
        assert_eq!(said.status, status, "{line}: {}", said.text);
        assert!(said.text.contains(text), "{line}: {}", said.text);
    }
    // Two headers of authorisation that are no text, and lines that are no HTTP.
    let mut connection = Connection::to(&server);
    connection.send(b"GET /api/v1/logs HTTP/1.1\r\nhost: v\r\nauthorization: Bearer \xff\r\n\r\n");
    assert_eq!(connection.answer().status, 401);
    for line in
        [&b"GET /\xff HTTP/1.1\r\nhost: v\r\n\r\n"[..], b"\xff\xfe\x00\r\n\r\n", b"\0\0\0\0"]
    {
        let mut connection = Connection::to(&server);
        connection.send(line);
        connection.send(b"\r\n\r\n");
        assert!([0, 400, 404].contains(&connection.answer().status));
    }
    assert_eq!(server.client().get("/api/v1/logs").status, 200);
    assert!(server.stop().0.success());
}

/// Nothing is kept for who does not read: the model server has to wait.
#[test]
fn a_slow_reader_holds_back_its_model_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let script = Script::start(move |stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n").unwrap();
        let content = "word ".repeat(2000);
        let choice = json!({"index": 0, "delta": {"content": content}});
        let event = format!("data: {}\n\n", json!({"choices": [choice]}));
        while stream.write_all(event.as_bytes()).is_ok() {
            counted.fetch_add(event.len(), Ordering::Relaxed);
        }
    });
    let client = server.client();
    script.register(&client, "endless");
    let at_rest = server.memory_bytes();
    let call = json!({"model": "endless/m", "messages": [{"role": "user"}], "stream": true});
    let mut reader = Connection::to(&server);
    let body = call.to_string();
    let length = format!("content-length: {}\r\n", body.len());
    reader.head(b"POST /v1/chat/completions", length.as_bytes());
    reader.send(body.as_bytes());
    let mut before = 0;
    eventually(|| {
        std::mem::replace(&mut before, sent.load(Ordering::Relaxed)) == before && before > 0
    });
    // What the system's buffers take on three connections, and a copy of it for the log.
    let held = sent.load(Ordering::Relaxed);
    assert!(held < 48 * MB, "{held} bytes were taken from the model server");
    let grown = server.memory_bytes().saturating_sub(at_rest);
    eprintln!("{} kB more, {held} bytes taken", grown / 1024);
    assert!(grown < 96 * MB, "{} kB for one who does not read", grown / 1024);
    // Once it reads, it goes on; once it goes away, the model server is let go as well.
    assert_eq!(reader.swallow(64 * MB as u64), 64 * MB as u64);
    assert!(sent.load(Ordering::Relaxed) > held);
    drop(reader);
    script.played();
    eventually(|| client.get("/api/v1/logs").ok()["items"][0]["status"] == "cancelled");
    assert!(server.stop().0.success());
}
