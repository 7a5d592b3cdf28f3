//! Both ends of a connection, byte by byte: a client that sends what no library would, and a model
//! server that answers what none should.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::{ADMIN_KEY, Client, Server, request};

/// A client's connection to the server under test.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Said {
    /// Its status; 0 where the connection was closed without one.
    pub(crate) status: u16,
    /// Its body, as text.
    pub(crate) text: String,
}

impl Said {
    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

impl Connection {
    /// A new connection.
    pub(crate) fn to(server: &Server) -> Self {
        let address = server.address.strip_prefix("http://").unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// Sends bytes; false where the server takes no more.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.get_mut().write_all(bytes).is_ok()
    }

    /// Sends the head of a request with the admin key; `more` are header lines that end with CRLF.
    pub(crate) fn head(&mut self, line: &[u8], more: &[u8]) -> bool {
        let known = format!(
            " HTTP/1.1\r\nhost: vouch\r\nauthorization: Bearer {ADMIN_KEY}\r\n\
             content-type: application/json\r\n"
        );
        self.send(&[line, known.as_bytes(), more, b"\r\n"].concat())
    }

    /// Sends a whole request with a body.
    pub(crate) fn post(&mut self, path: &str, body: &[u8]) -> Said {
        let length = format!("content-length: {}\r\n", body.len());
        assert!(self.head(format!("POST {path}").as_bytes(), length.as_bytes()));
        assert!(self.send(body));
        self.answer()
    }

    /// Reads one answer, which must say how long it is.
    pub(crate) fn answer(&mut self) -> Said {
        let (mut status, mut length, mut line) = (0, 0, String::new());
        loop {
            line.clear();
            if self.stream.read_line(&mut line).unwrap_or(0) == 0 {
                return Said { status: 0, text: String::new() };
            }
            let lower = line.trim().to_ascii_lowercase();
            if let Some(rest) = lower.strip_prefix("http/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            } else if lower.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        Said { status, text: String::from_utf8(body).unwrap() }
    }

    /// Reads so many bytes of whatever comes, or to its end; says how many there were.
    pub(crate) fn swallow(&mut self, bytes: u64) -> u64 {
        let mut taken = (&mut self.stream).take(bytes);
        // A connection that breaks off ends what comes as well.
        let mut piece = vec![0; 1 << 16];
        let mut all = 0;
        while let Ok(length @ 1..) = taken.read(&mut piece) {
            all += length as u64;
        }
        all
    }
}

/// A model server that answers each call with whatever its script writes. Lives as long as the
/// test process.
pub(crate) struct Script {
    base_url: String,
    ended: Receiver<()>,
}

impl Script {
    /// `play` writes to a connection on which a call came. It is closed afterwards.
    pub(crate) fn start(play: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let (sender, ended) = channel();
        let play = Arc::new(play);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (play, sender) = (Arc::clone(&play), sender.clone());
                std::thread::spawn(move || {
                    if request(&mut BufReader::new(&stream)).is_some() {
                        play(&mut stream);
                        // The test may be over.
                        sender.send(()).ok();
                    }
                });
            }
        });
        Self { base_url, ended }
    }

    /// Makes it a provider of a server.
    pub(crate) fn register(&self, client: &Client, name: &str) {
        let provider = json!({"kind": "openai", "base_url": self.base_url});
        client.put(&format!("/api/v1/providers/{name}"), &provider).ok();
    }

    /// Waits until a script has been played to its end.
    pub(crate) fn played(&self) {
        self.ended.recv_timeout(Duration::from_mins(1)).expect("the script comes to its end");
    }
}
