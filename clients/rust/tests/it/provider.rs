//! A provider that speaks OpenAI's chat completions and does what the last message says.
//!
//! `fail with 429` answers with that status; `break off` ends the connection within the stream;
//! anything else is greeted.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use serde_json::{Value, json};

pub(crate) const PIECES: [&str; 4] = ["Hello", " from", " fake", "."];

/// Starts it on a free port; its address.
pub(crate) fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // A caller that goes away is no concern of ours.
            thread::spawn(move || answer(stream).ok());
        }
    });
    address
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let body = read(&mut stream)?;
    let said = body["messages"].as_array().and_then(|all| all.last());
    let said = said.and_then(|last| last["content"].as_str()).unwrap_or_default();
    if let Some(status) = said.strip_prefix("fail with ") {
        let error = json!({"error": {"message": "slow down", "type": "error"}});
        return whole(&mut stream, status, &error);
    }
    if body["stream"] == json!(true) {
        return pieces(&mut stream, &body, said == "break off");
    }
    let message = json!({"role": "assistant", "content": PIECES.concat()});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
    let usage = json!({"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13});
    let answer = json!({
        "id": "chatcmpl-fake", "object": "chat.completion", "created": 1_700_000_000,
        "model": body["model"], "choices": [choice], "usage": usage,
    });
    whole(&mut stream, "200", &answer)
}

fn read(stream: &mut TcpStream) -> std::io::Result<Value> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}

fn whole(stream: &mut TcpStream, status: &str, body: &Value) -> std::io::Result<()> {
    let body = body.to_string();
    write!(
        stream,
        "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}

fn pieces(stream: &mut TcpStream, body: &Value, breaks: bool) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\
         connection: close\r\n\r\n"
    )?;
    let mut send = |delta: Value, finish_reason: Option<&str>| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish_reason});
        let chunk = json!({
            "id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1_700_000_000,
            "model": body["model"], "choices": [choice],
        });
        let event = format!("data: {chunk}\n\n");
        write!(stream, "{:x}\r\n{event}\r\n", event.len())
    };
    for piece in PIECES {
        send(json!({"role": "assistant", "content": piece}), None)?;
        if breaks {
            return Ok(());
        }
    }
    send(json!({}), Some("stop"))?;
    let done = "data: [DONE]\n\n";
    write!(stream, "{:x}\r\n{done}\r\n0\r\n\r\n", done.len())
}
