//! Ten thousand streams at once, and more connections than the server may have.

use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::support::{ADMIN_KEY, Server, command, eventually, request};

/// How many streams are open at once, where the system's limits allow it.
const STREAMS: usize = 10_000;
/// What the server may hold in memory for each, above what it holds at rest.
const BYTES_EACH: usize = 64 * 1024;
/// Files of the process that are no stream.
const OTHER_FILES: usize = 500;

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
const CHUNK: &str = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\
    \"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word\"}}]}\n\n";

#[test]
fn ten_thousand_streams_are_open_at_once() {
    // Here each stream takes two, ours and the model server's; and so it does in the server.
    let streams = STREAMS.min((file_limit() - OTHER_FILES) / 2);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let provider = Provider::start();
    let settings = json!({"kind": "openai", "base_url": provider.base_url});
    server.client().put("/api/v1/providers/fake", &settings).ok();
    let at_rest = server.memory_bytes();

    let mut open: Vec<_> = (0..streams).map(|_| ask(&server)).collect();
    for stream in &mut open {
        let said = read_until(stream, "word");
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    }
    let grown = server.memory_bytes().saturating_sub(at_rest);
    eprintln!("{streams} streams, {} kB of memory for each", grown / streams / 1024);
    assert!(grown < streams * BYTES_EACH, "{} kB for each of {streams}", grown / streams / 1024);
    // Others are served meanwhile.
    assert_eq!(server.client().get("/api/v1/logs").status, 200);

    assert_eq!(provider.end_all(), streams);
    for stream in &mut open {
        read_until(stream, "[DONE]");
    }
    drop(open);
    eventually(|| {
        let usage = server.client().get("/api/v1/usage").ok();
        usage["points"][0]["calls"].as_u64() == u64::try_from(streams).ok()
    });
    assert!(server.stop().0.success());
}

#[test]
fn what_is_beyond_the_limit_of_open_files_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut limited = Command::new("prlimit");
    limited.arg("--nofile=256:256").arg(command(folder.path()).get_program());
    limited.current_dir(folder.path());
    limited.env("VOUCH_ADMIN_KEY", ADMIN_KEY).arg("serve");
    let server = Server::spawn(limited);
    let provider = Provider::start();
    let settings = json!({"kind": "openai", "base_url": provider.base_url});
    server.client().put("/api/v1/providers/fake", &settings).ok();

    let mut open: Vec<_> = (0..200).map(|_| ask(&server)).collect();
    let mut answers: Vec<_> =
        open.iter_mut().map(|stream| read_until(stream, "\r\n\r\n")).collect();
    // When many are refused at once, some are just closed.
    let refused = |said: &mut String| {
        said.is_empty() || said.starts_with("HTTP/1.1 503") && said.contains("retry-after: 1")
    };
    let refusals = answers.extract_if(.., refused).count();
    assert!(refusals > 50 && answers.len() > 30, "{refusals} refused, {} not", answers.len());
    assert!(answers.iter().all(|said| said.starts_with("HTTP/1.1 200")), "{answers:?}");
    let told = server.client().get("/api/v1/logs");
    assert_eq!((told.status, &told.json()["title"]), (503, &json!("Unavailable")));

    provider.end_all();
    drop(open);
    eventually(|| server.client().get("/api/v1/logs").status == 200);

    let mut stream = ask(&server);
    eventually(|| provider.end_all() == 1);
    assert!(read_until(&mut stream, "[DONE]").starts_with("HTTP/1.1 200"));
    assert!(server.stop().0.success());
}

fn ask(server: &Server) -> TcpStream {
    let address = server.address.strip_prefix("http://").unwrap();
    let body = json!({
        "model": "fake/m", "stream": true, "messages": [{"role": "user", "content": "hi"}],
    });
    let body = body.to_string();
    let length = body.len();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: vouch\r\nauthorization: Bearer {ADMIN_KEY}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream
}

/// What comes until a text comes, or the end.
fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let (mut said, mut piece) = (String::new(), [0; 4096]);
    while !said.contains(text) {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => said.push_str(&String::from_utf8_lossy(&piece[..length])),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => panic!("{error} after {said}"),
        }
    }
    said
}

/// A model server whose streams begin, and end when they are told to.
struct Provider {
    base_url: String,
    begun: Arc<Mutex<Vec<TcpStream>>>,
}

impl Provider {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let begun = Arc::<Mutex<Vec<TcpStream>>>::default();
        let streams = Arc::clone(&begun);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                if request(&mut BufReader::new(&stream)).is_some()
                    && stream.write_all(format!("{HEAD}{CHUNK}").as_bytes()).is_ok()
                {
                    streams.lock().unwrap().push(stream);
                }
            }
        });
        Self { base_url, begun }
    }

    /// Ends all streams that have begun; how many there were.
    fn end_all(&self) -> usize {
        let streams = std::mem::take(&mut *self.begun.lock().unwrap());
        // Those whose call was given up are closed already.
        for mut stream in &streams {
            drop(stream.write_all(b"data: [DONE]\n\n"));
        }
        streams.len()
    }
}

/// How many files this process may have open.
fn file_limit() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    line.split_whitespace().nth(3).unwrap().parse().unwrap()
}
