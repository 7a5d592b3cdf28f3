//! What is called: the provider itself, Vouch, and other gateways.

pub(crate) mod litellm;
pub(crate) mod portkey;
pub(crate) mod tensorzero;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::child::{Child, address};
use crate::http::Api;
use crate::load::{Call, Pace, Plan};
use crate::vouch::{DEPLOYMENT, Vouch};
use crate::{output, proc, sample};

/// Something that answers chat completions.
pub(crate) struct Target {
    /// Its name in the tables.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Where it is, and the headers that it wants.
    pub(crate) api: Api,
    /// Where it takes chat completions.
    pub(crate) path: &'static str,
    /// What it calls the model.
    pub(crate) model: String,
    /// Its processes; the first is the gateway itself.
    pub(crate) watched: Vec<u32>,
    /// Where it is Vouch.
    pub(crate) vouch: Option<Vouch>,
    /// What ends with it.
    pub(crate) children: Vec<Child>,
}

/// Starts the provider that all of them call.
pub(crate) async fn upstream(folder: &Path, delay_ms: u64) -> Result<(Child, SocketAddr)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("upstream").arg("--delay-ms").arg(delay_ms.to_string());
    let mut child = Child::start("upstream", folder, &command)?;
    let url = child.wait_for("listening on ", Duration::from_secs(10)).await?;
    Ok((child, address(&url)?))
}

impl Target {
    /// The provider itself.
    pub(crate) fn direct(upstream: &Child, address: SocketAddr) -> Self {
        Self {
            name: "direct".into(),
            version: String::new(),
            api: Api { address, headers: Vec::new() },
            path: "/v1/chat/completions",
            model: sample::MODEL.into(),
            watched: vec![upstream.pid()],
            vouch: None,
            children: Vec::new(),
        }
    }

    /// Vouch, with a deployment that calls the provider.
    pub(crate) async fn vouch(vouch: Vouch, version: &str, upstream: SocketAddr) -> Result<Self> {
        vouch.use_upstream(upstream).await?;
        Ok(Self {
            name: "Vouch, SQLite log".into(),
            version: version.trim_start_matches("vouch ").into(),
            api: vouch.application().await?,
            path: "/v1/chat/completions",
            model: DEPLOYMENT.into(),
            watched: vec![vouch.server.pid()],
            vouch: Some(vouch),
            children: Vec::new(),
        })
    }

    /// What the load generator is to do with it.
    pub(crate) fn plan(&self, pace: Pace, stream: bool, seconds: f64) -> Plan {
        let call = Call {
            method: "POST".into(),
            path: self.path.into(),
            body: sample::call(&self.model, stream).to_string(),
        };
        Plan {
            address: self.api.address,
            pace,
            warm_up_s: (seconds / 4.0).clamp(0.5, 2.0),
            seconds,
            headers: self.api.headers.clone(),
            calls: vec![call],
            follow_up: None,
            watched: self.watched.clone(),
        }
    }

    /// Checks that the provider's answer comes through whole, at once and in pieces.
    pub(crate) async fn check(&self) -> Result<()> {
        let call = sample::call(&self.model, false);
        let answer = self.api.json("POST", self.path, Some(&call)).await?;
        let text = answer["choices"][0]["message"]["content"].as_str().unwrap_or_default();
        if text != sample::answer_text() {
            bail!("{} answers with something else: {answer}", self.name);
        }
        let call = sample::call(&self.model, true);
        let answer = self.api.send("POST", self.path, Some(&call)).await?;
        let answer = String::from_utf8_lossy(&answer.body).into_owned();
        if streamed_text(&answer) != sample::answer_text() {
            bail!("{} streams something else: {answer}", self.name);
        }
        Ok(())
    }

    /// CPU time of all its processes so far, in ms.
    pub(crate) fn cpu_ms(&self) -> f64 {
        self.watched.iter().map(|pid| proc::cpu_ms(*pid)).sum()
    }

    /// Waits until it has nothing left to do: less than 5 % of a core, twice in a row.
    pub(crate) async fn settle(&self) -> Result<()> {
        const LOOK: Duration = Duration::from_millis(400);
        const BUSY_MS: f64 = 20.0;
        const PATIENCE: Duration = Duration::from_mins(5);
        let (began, mut idle, mut before) = (Instant::now(), 0, self.cpu_ms());
        while idle < 2 {
            tokio::time::sleep(LOOK).await;
            let now = self.cpu_ms();
            idle = if now - before <= BUSY_MS { idle + 1 } else { 0 };
            before = now;
            if began.elapsed() > PATIENCE {
                output::step(&format!("  {} is still busy after {PATIENCE:?}", self.name));
                return Ok(());
            }
        }
        if let Some(vouch) = &self.vouch {
            vouch.wait_until_searched(&self.api).await?;
        }
        Ok(())
    }

    /// How many calls are in its log, where it is Vouch.
    pub(crate) async fn logged(&self) -> Result<u64> {
        match &self.vouch {
            Some(vouch) => vouch.logged().await,
            None => Ok(0),
        }
    }

    /// Checks that what was answered since is in the log, where it is Vouch, and with it the one
    /// log by which it was seen to settle.
    pub(crate) async fn check_logged(&self, before: u64, answered: u64) -> Result<()> {
        let written = self.logged().await? - before;
        if self.vouch.is_some() && written < answered + 1 {
            bail!("{answered} calls and one log were answered, but {written} logged");
        }
        Ok(())
    }

    /// Ends it.
    pub(crate) async fn stop(self) -> Result<()> {
        if let Some(vouch) = self.vouch {
            vouch.server.stop().await.context("stopping vouch")?;
        }
        drop(self.children);
        Ok(())
    }
}

/// An address that nobody listens on.
fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Waits until a path is answered well.
async fn wait_until_ready(child: &mut Child, api: &Api, path: &str) -> Result<()> {
    let began = Instant::now();
    while !api.send("GET", path, None).await.is_ok_and(|a| a.status.is_success()) {
        child.check_alive()?;
        if began.elapsed() > Duration::from_mins(2) {
            bail!("it is not ready after two minutes; it said:\n{}", child.said());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// The version of a package in a list of requirements.
fn pinned(requirements: &str, package: &str) -> String {
    let pin = format!("{package}==");
    let line = requirements.lines().find_map(|line| line.strip_prefix(&pin));
    line.unwrap_or_default().trim().to_owned()
}

/// The text of an answer in server-sent events.
fn streamed_text(events: &str) -> String {
    let lines = events.lines().filter_map(|line| line.strip_prefix("data:"));
    let chunks = lines.filter_map(|text| serde_json::from_str::<Value>(text.trim()).ok());
    let pieces = chunks
        .filter_map(|chunk| Some(chunk["choices"][0]["delta"]["content"].as_str()?.to_owned()));
    pieces.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_pins() {
        let pins = "litellm-extras==0.4\nlitellm==1.106.2\nother==3\n";
        assert_eq!(pinned(pins, "litellm"), "1.106.2");
        assert_eq!(pinned(pins, "absent"), "");
    }

    #[test]
    fn the_text_of_the_sample_comes_back() {
        let events: Vec<u8> = sample::events().concat();
        let events = String::from_utf8(events).unwrap();
        assert_eq!(streamed_text(&events), sample::answer_text());
        assert_ne!(streamed_text(events.trim_end_matches(|c| c != '}')), "");
        assert_eq!(streamed_text("data: [DONE]\n\n"), "");
    }
}
