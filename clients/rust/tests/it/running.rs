//! A `vouch serve` of its own, with the deployment `assistant` on the provider.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use vouch_client::{Error, Log, Vouch};

use crate::provider;

pub(crate) const KEY: &str = "vk_test_admin_key_0123456789";

/// Stops when it is dropped.
pub(crate) struct Running {
    child: Child,
    address: String,
    _folder: TempDir,
}

impl Running {
    /// Starts it; `None`, and a word about it, where no binary is named.
    pub(crate) fn start() -> Option<Self> {
        let Some(binary) = std::env::var_os("VOUCH_BIN").filter(|name| !name.is_empty()) else {
            eprintln!("skipped: set VOUCH_BIN to a vouch binary to test against a real server");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .env("VOUCH_ADMIN_KEY", KEY)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .find_map(|line| Some(line.ok()?.split_once("listening on ")?.1.trim().to_owned()))
            .expect("the server did not start");
        let running = Self { child, address, _folder: folder };
        running.set_up();
        Some(running)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn vouch(&self) -> Vouch {
        Vouch::builder().base_url(&self.address).api_key(KEY).build().unwrap()
    }

    pub(crate) fn vouch_without_retries(&self) -> Vouch {
        let builder = Vouch::builder().base_url(&self.address).api_key(KEY);
        builder.max_retries(0).build().unwrap()
    }

    /// The log, once it is there: the gateway's own are queued for a moment.
    pub(crate) async fn log(&self, log_id: &str) -> Log {
        for _ in 0..500 {
            match self.vouch().logs().get(log_id).await {
                Err(Error::Status(problem)) if problem.status == 404 => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                other => return other.unwrap(),
            }
        }
        panic!("there is no log {log_id}");
    }

    fn set_up(&self) {
        let provider =
            json!({"kind": "openai", "base_url": provider::start(), "key": {"from": "none"}});
        self.call("PUT", "/api/v1/providers/fake", &provider);
        let prompt = json!([{"role": "system", "content": "You help {{ name | default('us') }}."}]);
        let variant =
            json!({"name": "default", "provider": "fake", "model": "fake-1", "prompt": prompt});
        let deployment = json!({"key": "assistant", "version": {"variants": [variant]}});
        self.call("POST", "/api/v1/deployments", &deployment);
    }

    fn call(&self, method: &str, path: &str, body: &Value) {
        let host = self.address.trim_start_matches("http://");
        let body = body.to_string();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {KEY}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
