//! Portkey's gateway, as it is in its npm package.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Target, free_port, wait_until_ready};
use crate::child::Child;
use crate::http::Api;
use crate::sample::MODEL;

const LOOPBACK: &str = include_str!("../../peers/loopback.mjs");
const PACKAGE: &str = include_str!("../../peers/portkey/package.json");

/// Starts it.
pub(crate) async fn start(peers: &Path, folder: &Path, upstream: SocketAddr) -> Result<Target> {
    let (address, shim) = (free_port()?, folder.join("loopback.mjs"));
    std::fs::write(&shim, LOOPBACK)?;
    let mut command = Command::new("node");
    command.arg("--import").arg(shim);
    command.arg(peers.join("portkey/node_modules/@portkey-ai/gateway/build/start-server.js"));
    command.arg(format!("--port={}", address.port())).arg("--headless");
    command.env("NODE_ENV", "production");
    let mut child = Child::start("portkey", folder, &command)?;
    let headers = [
        ("x-portkey-provider", "openai".to_owned()),
        ("x-portkey-custom-host", format!("http://{upstream}/v1")),
        ("authorization", "Bearer none".to_owned()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let api = Api { address, headers };
    wait_until_ready(&mut child, &api, "/").await?;
    let package: Value = serde_json::from_str(PACKAGE)?;
    let version = package["dependencies"]["@portkey-ai/gateway"].as_str();
    Ok(Target {
        name: "Portkey, no log".into(),
        version: version.context("package.json names no version")?.to_owned(),
        api,
        path: "/v1/chat/completions",
        model: MODEL.into(),
        watched: vec![child.pid()],
        vouch: None,
        children: vec![child],
    })
}
