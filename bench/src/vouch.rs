//! A Vouch of our own: the release binary as people run it, on a data folder that we choose.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::child::{Child, address};
use crate::http::Api;
use crate::sample;

/// The key that we preset; the server is there for a few minutes and on loopback only.
const ADMIN_KEY: &str = "vk_bench_admin_0123456789";
/// The deployment that is measured.
pub(crate) const DEPLOYMENT: &str = "assistant";

/// A running server.
#[derive(Debug)]
pub(crate) struct Vouch {
    /// Its process.
    pub(crate) server: Child,
    /// Its API, with the admin's key.
    pub(crate) admin: Api,
    /// From its start until it answered that it is ready.
    pub(crate) started_in: Duration,
}

/// How servers are started.
#[derive(Debug, Clone)]
pub(crate) struct Binary(pub(crate) PathBuf);

impl Binary {
    /// What it says of its version.
    pub(crate) fn version(&self) -> Result<String> {
        let printed = Command::new(&self.0).arg("--version").output();
        let printed = printed.with_context(|| format!("cannot start {}", self.0.display()))?;
        Ok(String::from_utf8_lossy(&printed.stdout).trim().to_owned())
    }

    /// Starts a server on a data folder, which may hold a database already.
    pub(crate) async fn serve(&self, folder: &Path) -> Result<Vouch> {
        let mut command = Command::new(&self.0);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.join("data"));
        command.current_dir(folder).env("VOUCH_ADMIN_KEY", ADMIN_KEY);
        let begun = Instant::now();
        let mut server = Child::start("vouch", folder, &command)?;
        let url = server.wait_for("listening on ", Duration::from_mins(2)).await?;
        let admin = Api::new(address(&url)?, ADMIN_KEY);
        while !admin.send("GET", "/readyz", None).await.is_ok_and(|a| a.status.is_success()) {
            server.check_alive()?;
            if begun.elapsed() > Duration::from_mins(2) {
                bail!("vouch is not ready after two minutes; it said:\n{}", server.said());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(Vouch { server, admin, started_in: begun.elapsed() })
    }
}

impl Vouch {
    /// Makes an API key as an application has it, and gives an API with it.
    pub(crate) async fn application(&self) -> Result<Api> {
        let key = json!({"name": "application", "scopes": ["ingest", "feedback", "read"]});
        let made = self.admin.json("POST", "/api/v1/keys", Some(&key)).await?;
        let secret = made["secret"].as_str().context("the new key has no secret")?;
        Ok(Api::new(self.admin.address, secret))
    }

    /// Makes the provider, and the deployment that calls it.
    pub(crate) async fn use_upstream(&self, upstream: std::net::SocketAddr) -> Result<()> {
        let provider = json!({"kind": "openai", "base_url": format!("http://{upstream}/v1")});
        self.admin.json("PUT", "/api/v1/providers/mock", Some(&provider)).await?;
        let variant = json!({"name": "main", "provider": "mock", "model": sample::MODEL});
        let deployment = json!({"key": DEPLOYMENT, "version": {"note": "", "variants": [variant]}});
        self.admin.json("POST", "/api/v1/deployments", Some(&deployment)).await?;
        Ok(())
    }

    /// How many calls are in the log, by the roll-ups.
    pub(crate) async fn logged(&self) -> Result<u64> {
        let usage = self.admin.get("/api/v1/usage").await?;
        let points = usage["points"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(points.iter().filter_map(|point| point["calls"].as_u64()).sum())
    }

    /// Waits until the words of all logs that were written before are searched: words are read
    /// in the order of the logs, so a last log that is found says that none waits.
    pub(crate) async fn wait_until_searched(&self, application: &Api) -> Result<()> {
        let word = format!("marker{}", self.logged().await?);
        let log = json!({"messages": [{"role": "user", "content": word}]});
        application.json("POST", "/api/v1/logs", Some(&log)).await?;
        let path = format!("/api/v1/logs?q=text:{word}&limit=1");
        let began = Instant::now();
        loop {
            let page = self.admin.get(&path).await?;
            if page["items"].as_array().is_some_and(|items| !items.is_empty()) {
                return Ok(());
            }
            if began.elapsed() > Duration::from_hours(2) {
                bail!("the words of the logs are not searched after two hours");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A feedback on a log.
pub(crate) fn thumbs(log: &str, up: bool) -> Value {
    json!({"log_id": log, "name": "thumbs", "value": up})
}
