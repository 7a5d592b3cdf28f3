//! `LiteLLM`'s proxy with one worker, as it is in its Python package.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{Target, free_port, pinned, wait_until_ready};
use crate::child::Child;
use crate::http::Api;
use crate::sample::MODEL;

const REQUIREMENTS: &str = include_str!("../../peers/litellm.txt");
const KEY: &str = "sk-bench";

/// Starts it.
pub(crate) async fn start(peers: &Path, folder: &Path, upstream: SocketAddr) -> Result<Target> {
    let (address, config) = (free_port()?, folder.join("litellm.yaml"));
    let model = format!(
        "model_list:\n  - model_name: {MODEL}\n    litellm_params:\n      model: openai/{MODEL}\n      \
         api_base: http://{upstream}/v1\n      api_key: none\n"
    );
    std::fs::write(&config, model)?;
    let mut command = Command::new(peers.join("litellm/bin/python"));
    command.arg(peers.join("litellm/bin/litellm")).arg("--config").arg(config);
    command.args(["--host", "127.0.0.1", "--num_workers", "1", "--port"]);
    command.arg(address.port().to_string());
    command.env("LITELLM_MASTER_KEY", KEY);
    command.env("LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY", "true");
    command.env("LITELLM_LOCAL_MODEL_COST_MAP", "True");
    let mut child = Child::start("litellm", folder, &command)?;
    let api = Api::new(address, KEY);
    wait_until_ready(&mut child, &api, "/health/liveliness").await?;
    Ok(Target {
        name: "LiteLLM, no log, 1 worker".into(),
        version: pinned(REQUIREMENTS, "litellm"),
        api,
        path: "/v1/chat/completions",
        model: MODEL.into(),
        watched: vec![child.pid()],
        vouch: None,
        children: vec![child],
    })
}
