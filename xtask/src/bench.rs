//! `cargo xtask bench`: measures Vouch, and other gateways beside it.

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
    /// Rewrite the tables in bench/README.md.
    #[arg(long)]
    write: bool,
}

/// Builds what is measured and what measures, and runs the suites.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    needs::ensure(&[Need::C], Remedy::Say)?;
    build()?;
    let folder = paths::target().join("bench");
    let mut bench = process::command(paths::target().join("release/bench"));
    bench.arg("run").args(&options.suites);
    bench.arg("--vouch").arg(paths::server_release()).arg("--work").arg(folder.join("work"));
    bench.arg("--seconds").arg(options.seconds.to_string());
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
