//! TensorZero's gateway, as it is in its Python package.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::{Target, pinned};
use crate::child::{Child, address};
use crate::http::Api;
use crate::sample::MODEL;
use crate::suite::Database;

const SERVE: &str = include_str!("../../peers/serve_tensorzero.py");
const REQUIREMENTS: &str = include_str!("../../peers/tensorzero.txt");

/// Starts it; with a log where there is a database.
pub(crate) async fn start(
    peers: &Path,
    folder: &Path,
    upstream: SocketAddr,
    database: Option<&Database>,
) -> Result<Target> {
    let (config, serve) = (folder.join("tensorzero.toml"), folder.join("serve_tensorzero.py"));
    std::fs::write(&config, configuration(upstream, database.is_some()))?;
    std::fs::write(&serve, SERVE)?;
    let mut command = Command::new(peers.join("tensorzero/bin/python"));
    command.arg(serve).arg(config).args(database.map(|database| &database.url));
    let mut child = Child::start("tensorzero", folder, &command)?;
    let url = child.wait_for("listening on ", Duration::from_mins(1)).await?;
    let log = if database.is_some() { "PostgreSQL log" } else { "no log" };
    Ok(Target {
        name: format!("TensorZero, {log}"),
        version: pinned(REQUIREMENTS, "tensorzero"),
        api: Api { address: address(&url)?, headers: Vec::new() },
        path: "/openai/v1/chat/completions",
        model: "tensorzero::function_name::assistant".into(),
        watched: std::iter::once(child.pid()).chain(database.map(|d| d.pid)).collect(),
        vouch: None,
        children: vec![child],
    })
}

/// A function with one variant, as our deployment has; everything else as it comes.
fn configuration(upstream: SocketAddr, logged: bool) -> String {
    let observability =
        if logged { "enabled = true\nbackend = \"postgres\"" } else { "enabled = false" };
    format!(
        "[gateway.observability]\n{observability}\n\
         [models.\"{MODEL}\"]\nrouting = [\"mock\"]\n\
         [models.\"{MODEL}\".providers.mock]\ntype = \"openai\"\nmodel_name = \"{MODEL}\"\n\
         api_base = \"http://{upstream}/v1\"\napi_key_location = \"none\"\n\
         [functions.assistant]\ntype = \"chat\"\n\
         [functions.assistant.variants.main]\ntype = \"chat_completion\"\nmodel = \"{MODEL}\"\n"
    )
}
