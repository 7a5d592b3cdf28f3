//! `cargo xtask bench`: measures Vouch, and other gateways beside it.

mod peers;

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::needs::{self, Need, Remedy};
use crate::{output, paths, process};

/// What to measure; bench/README.md tells more.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Suites; all where none is named.
    #[arg(value_name = "SUITE")]
    suites: Vec<String>,
    /// How long each single measurement counts, in seconds.
    #[arg(long, value_name = "N", default_value_t = 10)]
    seconds: u32,
    /// Leave peers out: tensorzero, tensorzero-postgres, portkey, litellm.
    #[arg(long, value_name = "PEER", num_args = 1..)]
    without: Vec<String>,
    /// How many logs the databases of the suite `pages` hold [default: 100000 1000000].
    #[arg(long, value_name = "N", num_args = 1..)]
    logs: Vec<u64>,
    /// How long the suite `soak` takes.
    #[arg(long, value_name = "N", default_value_t = 10)]
    minutes: u32,
    /// Rewrite the tables in bench/README.md.
    #[arg(long)]
    write: bool,
}

/// Builds what is measured and what measures, and runs the suites.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    needs::ensure(&[Need::C], Remedy::Say)?;
    build()?;
    let folder = paths::target().join("bench");
    let with_peers = options.suites.is_empty() || options.suites.iter().any(|s| s == "gateway");
    let peers = with_peers.then(|| peers::install(&folder.join("peers"), &options.without));
    let database = peers.transpose()?.flatten();
    let mut bench = process::command(paths::target().join("release/bench"));
    bench.arg("run").args(&options.suites);
    bench.arg("--vouch").arg(paths::server_release()).arg("--work").arg(folder.join("work"));
    bench.arg("--seconds").arg(options.seconds.to_string());
    bench.arg("--minutes").arg(options.minutes.to_string());
    for peer in &options.without {
        bench.args(["--without", peer]);
    }
    for logs in &options.logs {
        bench.arg("--logs").arg(logs.to_string());
    }
    if with_peers {
        bench.arg("--peers").arg(folder.join("peers"));
    }
    if let Some(database) = &database {
        bench.arg("--postgres-url").arg(database.url());
        bench.arg("--postgres-pid").arg(database.pid()?.to_string());
    }
    if options.write {
        bench.arg("--write").arg(paths::root().join("bench/README.md"));
    }
    process::check(&mut bench)?;
    Ok(ExitCode::SUCCESS)
}

/// Together, so that both use the same libraries as they were built once.
fn build() -> Result<()> {
    let step = output::step("building the server and what measures it (release)");
    let packages = ["--package", "vouch", "--package", "vouch-bench"];
    process::check(process::cargo().args(["build", "--release"]).args(packages))?;
    step.done();
    Ok(())
}
