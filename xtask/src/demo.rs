//! `cargo xtask demo`: from a fresh clone to a page in the browser.

use std::convert::Infallible;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use crate::needs::{self, Need, Remedy};
use crate::{output, paths, process, web};

/// Where the demo listens and keeps its data; what follows is passed on to `vouch demo`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Address to listen on [default: the server's, 127.0.0.1:7700].
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Folder for the database and the model.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// More options of `vouch demo`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION")]
    more: Vec<String>,
}

/// Builds what is not built and becomes the server: it has our terminal and our signals.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    needs::ensure(&[Need::C, Need::Node, Need::Python], Remedy::Say)?;
    web::build()?;
    let step = output::step("building the server (release)");
    process::check(process::cargo().args(["build", "--release", "--package", "vouch"]))?;
    step.done();
    become_server(options).map(|never| match never {})
}

fn become_server(options: &Options) -> Result<Infallible> {
    let server = paths::server_release();
    let mut command = process::command(&server);
    if let Ok(here) = std::env::current_dir() {
        command.current_dir(here);
    }
    command.arg("demo");
    if let Some(listen) = &options.listen {
        command.arg("--listen").arg(listen);
    }
    if let Some(folder) = &options.data {
        command.arg("--data").arg(folder);
    }
    command.args(&options.more);
    output::stamped(&format!("starting {}", process::shown(&command)));
    Err(command.exec()).with_context(|| format!("cannot start {}", server.display()))
}
