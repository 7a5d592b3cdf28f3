//! What model servers may answer that is wrong: the client gets a clear answer, or the same
//! garbage; the log says what happened; and the server goes on, in bounded memory.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Client, Connection, Script, Server, Upstream, eventually};

const MB: usize = 1 << 20;
/// What the server may need at most, more than at rest: less than one of the answers whole. The peak
/// is that of all three answers, with what the allocator keeps of one for the next.
const MOST_BYTES: usize = 272 * MB;

/// What a model server writes, and what comes of it.
struct Case {
    name: &'static str,
    stream: bool,
    play: fn(&mut TcpStream),
    /// The status that the client sees; none where its answer breaks off.
    status: Option<u16>,
    /// The kind of the log's error, and a part of its message.
    error: (&'static str, &'static str),
}

const CASES: &[Case] = &[
    Case {
        name: "no-http",
        stream: false,
        play: |stream| write(stream, b"SSH-2.0-OpenSSH_9.2\r\n\x00\x01\xff\xfe\r\n\r\n"),
        status: Some(502),
        error: ("unreachable", "no answer"),
    },
    Case {
        name: "nothing",
        stream: false,
        play: |_| (),
        status: Some(502),
        error: ("unreachable", "no answer"),
    },
    Case {
        name: "no-json",
        stream: false,
        play: |stream| answer(stream, "text/html", b"<html>It works!</html>"),
        status: Some(200),
        error: ("upstream", "the answer is not JSON: <html>It works!"),
    },
    Case {
        name: "cut-json",
        stream: false,
        play: |stream| answer(stream, "application/json", b"{\"choices\": [{\"message\": {"),
        status: Some(200),
        error: ("upstream", "the answer is not JSON: {\"choices\""),
    },
    Case {
        name: "no-events",
        stream: true,
        play: |stream| {
            answer(stream, "text/event-stream", b"data: {broken\n\n\x00\xff\xfe\n\n: x\n\ndata");
        },
        status: Some(200),
        error: ("interrupted", "before its finish_reason"),
    },
    Case {
        name: "json-for-events",
        stream: true,
        play: |stream| answer(stream, "text/plain", b"not today"),
        status: Some(200),
        error: ("upstream", "the answer is not JSON: not today"),
    },
    Case {
        name: "too-short",
        stream: false,
        play: |stream| {
            write(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"choices\": []}");
        },
        status: None,
        error: ("interrupted", "end of file before message length reached"),
    },
    Case {
        name: "too-long",
        stream: false,
        play: |stream| {
            let more = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".repeat(20);
            write(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{\"");
            write(stream, more.as_bytes());
        },
        status: Some(200),
        error: ("upstream", "the answer is not JSON"),
    },
    Case {
        name: "odd-length",
        stream: false,
        play: |stream| write(stream, b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n{}"),
        status: Some(502),
        error: ("unreachable", "invalid content-length"),
    },
    Case {
        name: "odd-chunks",
        stream: true,
        play: |stream| {
            let head = "content-type: text/event-stream\r\ntransfer-encoding: chunked";
            write(stream, format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").as_bytes());
            write(stream, b"5\r\ndata:\r\nzz\r\nnot a chunk\r\n");
        },
        status: None,
        error: ("interrupted", ""),
    },
    Case {
        name: "huge-header",
        stream: false,
        play: |stream| {
            write(stream, b"HTTP/1.1 200 OK\r\nx-huge: ");
            write(stream, &vec![b'a'; 4 * MB]);
            write(stream, b"\r\n\r\n{}");
        },
        status: Some(502),
        error: ("unreachable", "no answer"),
    },
    Case {
        name: "many-headers",
        stream: false,
        play: |stream| {
            write(stream, b"HTTP/1.1 200 OK\r\n");
            write(stream, "x-many: 1\r\n".repeat(100_000).as_bytes());
            write(stream, b"\r\n{}");
        },
        status: Some(502),
        error: ("unreachable", "no answer"),
    },
];

/// The server may have hung up already: that is what some of these tests are about.
fn write(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).ok();
}

fn answer(stream: &mut TcpStream, kind: &str, body: &[u8]) {
    let head = format!("content-type: {kind}\r\ncontent-length: {}", body.len());
    write(stream, format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").as_bytes());
    write(stream, body);
}

fn call(model: &str, stream: bool) -> Value {
    let messages = json!([{"role": "user", "content": "hi"}]);
    json!({"model": model, "stream": stream, "messages": messages})
}

/// The newest log of a model, once it is written.
fn log(client: &Client, model: &str) -> Value {
    let mut found = Value::Null;
    eventually(|| {
        found = client.get(&format!("/api/v1/logs?model={model}")).ok()["items"][0].clone();
        !found.is_null()
    });
    client.get(&format!("/api/v1/logs/{}", found["id"].as_str().unwrap())).ok()
}

#[test]
fn garbage_is_told_to_the_client_and_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let client = server.client();
    let at_rest = server.memory_bytes();
    for Case { name, stream, play, status, error: (kind, message) } in CASES {
        Script::start(play).register(&client, name);
        let came = client.post("/v1/chat/completions", &call(&format!("{name}/{name}"), *stream));
        assert_eq!(came.as_ref().ok().map(|answer| answer.status), *status, "{name}: {came:?}");
        if let (Ok(answer), Some(502)) = (&came, status) {
            assert_eq!(answer.json()["error"]["code"], "upstream_unreachable", "{name}");
        }
        let log = log(&client, name);
        assert_eq!(
            (&log["status"], &log["error"]["kind"]),
            (&json!("failed"), &json!(kind)),
            "{name}"
        );
        let said = log["error"]["message"].as_str().unwrap();
        assert!(said.contains(message), "{name}: {said}");
    }
    let grown = server.peak_memory_bytes().saturating_sub(at_rest);
    eprintln!("{} kB more at most", grown / 1024);
    assert!(grown < 32 * MB, "{} kB more", grown / 1024);
    let upstream = Upstream::start(Duration::ZERO);
    upstream.register(&client);
    client.post("/v1/chat/completions", &call("fake/m", false)).unwrap().ok();
    assert!(server.stop().0.success());
}

/// A JSON answer, a stream of events and a single event that go on for 300 MB: all of it passes,
/// and what is kept of it is bounded.
#[test]
fn an_answer_without_end_passes_and_is_cut_in_the_log() {
    const LONG: usize = 300 * MB;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let client = server.client();
    let at_rest = server.memory_bytes();
    let pour = |stream: &mut TcpStream, kind: &str, first: &str, piece: &str| {
        let head = format!("content-type: {kind}\r\ncontent-length: {LONG}");
        write(stream, format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{first}").as_bytes());
        let piece = piece.repeat(MB / piece.len() + 1);
        let mut left = LONG - first.len();
        while left > 0 && stream.write_all(&piece.as_bytes()[..left.min(piece.len())]).is_ok() {
            left = left.saturating_sub(piece.len());
        }
    };
    let event = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word\"}}]}\n\n";
    let json = Script::start(move |stream| pour(stream, "application/json", "{\"a\": \"", "x"));
    let events = Script::start(move |stream| pour(stream, "text/event-stream", "", event));
    let one = Script::start(move |stream| pour(stream, "text/event-stream", "data: ", "x"));
    for (name, script, stream) in
        [("json", json, false), ("events", events, true), ("one", one, true)]
    {
        script.register(&client, name);
        let mut connection = Connection::to(&server);
        let body = call(&format!("{name}/{name}"), stream).to_string();
        let head = format!("content-length: {}\r\nconnection: close\r\n", body.len());
        connection.head(b"POST /v1/chat/completions", head.as_bytes());
        connection.send(body.as_bytes());
        let came = connection.swallow(u64::MAX);
        assert!(came >= LONG as u64, "{name}: only {came} bytes came");
        let log = log(&client, name);
        let said = log["error"]["message"].as_str().unwrap_or_default();
        assert!(said.contains("only the first 33554432 bytes"), "{name}: {}", log["error"]);
        let grown = server.peak_memory_bytes().saturating_sub(at_rest);
        eprintln!("{name}: {} kB more at most", grown / 1024);
        assert!(grown < MOST_BYTES, "{name}: {} kB more", grown / 1024);
    }
    assert!(server.stop().0.success());
}

#[test]
fn a_model_server_that_hangs_holds_up_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let client = server.client();
    // Silent from the start: the deployment's time is up after a second.
    let hanging = || std::thread::sleep(Duration::from_mins(5));
    Script::start(move |_| hanging()).register(&client, "silent");
    let variant = json!({
        "name": "main", "provider": "silent", "model": "silent", "timeout_s": 1, "retries": 0,
    });
    let deployment = json!({"key": "silent", "version": {"variants": [variant]}});
    client.post("/api/v1/deployments", &deployment).unwrap().ok();
    let refused = client.post("/v1/chat/completions", &call("silent", false)).unwrap();
    assert_eq!(
        (refused.status, &refused.json()["error"]["code"]),
        (502, &json!("upstream_unreachable"))
    );
    let silent = log(&client, "silent");
    assert_eq!(silent["error"]["message"], "no answer within 1 s");

    // Silent after the first word: the client gets the word at once, and may go away.
    let script = Script::start(move |stream| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
        write(stream, head.as_bytes());
        write(stream, b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word\"}}]}\n\n");
        // Until the other side hangs up.
        std::io::Read::read(stream, &mut [0]).ok();
    });
    script.register(&client, "halting");
    let mut halting = client.stream("/v1/chat/completions", &call("halting/halting", true));
    let mut first = [0; 5];
    std::io::Read::read_exact(&mut halting, &mut first).unwrap();
    assert_eq!(&first, b"data:");
    let upstream = Upstream::start(Duration::ZERO);
    upstream.register(&client);
    client.post("/v1/chat/completions", &call("fake/m", false)).unwrap().ok();
    drop(halting);
    script.played();
    let halting = log(&client, "halting");
    assert_eq!(
        (&halting["status"], &halting["choices"][0]["message"]["content"]),
        (&json!("cancelled"), &json!("word"))
    );
    assert!(server.stop().0.success());
}
