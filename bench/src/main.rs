//! `bench`: measures a running Vouch, and other gateways beside it. `cargo xtask bench` builds
//! what it needs and runs it.

mod child;
mod fsync;
mod generate;
mod http;
mod latency;
mod load;
mod machine;
mod output;
mod peer;
mod proc;
mod sample;
mod schedule;
mod signals;
mod suite;
mod table;
mod upstream;
mod vouch;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// As in the `vouch` binary: what is not measured should cost little.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures a running Vouch, and other gateways beside it.
#[derive(Debug, Parser)]
#[command(name = "bench", after_help = "`cargo xtask bench` builds what this needs and runs it.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run measurements.
    Run(suite::Options),
    /// Be the provider that is called.
    #[command(hide = true)]
    Upstream(upstream::Options),
    /// Make the calls of the plan on standard input.
    #[command(hide = true)]
    Load,
    /// Fill a database with logs.
    #[command(hide = true)]
    Generate(generate::Options),
    /// Become a program that ends when its parent does.
    #[command(hide = true)]
    Guard {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    match begin(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn begin(command: Command) -> Result<()> {
    if let Command::Guard { words } = command {
        return child::become_program(&words);
    }
    if let Command::Generate(options) = command {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        return runtime.block_on(generate::run(options));
    }
    // One thread: processes that we start end with the thread that started them.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        match command {
            Command::Run(options) => Box::pin(signals::until_stopped(suite::run(options))).await,
            Command::Upstream(options) => upstream::run(options).await,
            Command::Load => load::run().await,
            Command::Guard { .. } | Command::Generate(_) => Ok(()),
        }
    });
    // A load generator that is waited for on another thread ends with us.
    runtime.shutdown_background();
    done
}
