//! A server that answers like OpenAI's, and counts.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::Client;

/// A model server on a free port. Lives as long as the test process.
pub(crate) struct Upstream {
    /// Its address, up to and with `/v1`.
    pub(crate) base_url: String,
    calls: Arc<AtomicUsize>,
}

impl Upstream {
    /// Answers after `delay`; a stream waits so long between its chunks.
    pub(crate) fn start(delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let counted = Arc::clone(&counted);
                std::thread::spawn(move || serve(connection, delay, &counted));
            }
        });
        Self { base_url, calls }
    }

    /// Makes it the provider `fake` of a server.
    pub(crate) fn register(&self, client: &Client) {
        let provider = json!({"kind": "openai", "base_url": self.base_url});
        client.put("/api/v1/providers/fake", &provider).ok();
    }

    /// Chat calls that came so far.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

fn serve(connection: TcpStream, delay: Duration, calls: &AtomicUsize) {
    // Small writes must not wait for the other side's acknowledgement.
    connection.set_nodelay(true).unwrap();
    let mut writer = connection.try_clone().unwrap();
    let mut reader = BufReader::new(connection);
    // A client that hangs up in between is no failure of the test.
    while let Some(body) = request(&mut reader) {
        if body.is_null() {
            let list = r#"{"object":"list","data":[{"id":"m","object":"model"}]}"#;
            if respond(&mut writer, list).is_err() {
                return;
            }
            continue;
        }
        calls.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(delay);
        let written = match body["stream"].as_bool() {
            Some(true) => stream(&mut writer, delay),
            _ => respond(&mut writer, &completion(&body).to_string()),
        };
        if written.is_err() {
            return;
        }
    }
}

/// The JSON body of the next request, null for one without a body; `None` at the end.
pub(crate) fn request(reader: &mut impl BufRead) -> Option<Value> {
    let (mut length, mut line) = (0, String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap_or_default())
}

/// The request may say what usage the answer shall claim.
fn completion(body: &Value) -> Value {
    let usage = json!({"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7});
    let said = body.pointer("/messages/0/content").cloned().unwrap_or_default();
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{
            "index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": format!("You said {said}")},
        }],
        "usage": body.get("usage").unwrap_or(&usage),
    })
}

fn respond(writer: &mut TcpStream, body: &str) -> std::io::Result<()> {
    let length = body.len();
    let head = format!("content-type: application/json\r\ncontent-length: {length}");
    writer.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").as_bytes())
}

fn stream(writer: &mut TcpStream, delay: Duration) -> std::io::Result<()> {
    let head = "content-type: text/event-stream\r\ntransfer-encoding: chunked";
    writer.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").as_bytes())?;
    for word in ["one", " two", " three", " four", " five"] {
        let chunk = json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": null}],
        });
        event(writer, &chunk.to_string())?;
        std::thread::sleep(delay);
    }
    event(writer, "[DONE]")?;
    writer.write_all(b"0\r\n\r\n")
}

fn event(writer: &mut TcpStream, data: &str) -> std::io::Result<()> {
    let event = format!("data: {data}\n\n");
    writer.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes())
}
