//! The command `vouch`: a server that records what models say and what people think of it.

mod alerts;
mod backup;
mod bar;
mod cli;
mod clock;
mod command;
mod database;
mod desk;
mod failure;
mod labels;
mod local;
mod output;
mod retention;
mod rules;
mod secret;
mod server;
mod settings;
mod setup;
mod signals;
mod telemetry;
mod transfer;
mod weigh;
mod weights;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use cli::{Cli, Command};
use server::Mode;
use settings::Settings;

/// Half the time of glibc's under many small allocations from many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let outcome = runtime.block_on(run(cli.command));
    // A download or a model that is being loaded on a thread of its own is not waited for.
    runtime.shutdown_timeout(Duration::from_millis(500));
    match outcome {
        Ok(code) => code,
        Err(error) => failed(&database::explained(error)),
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Import(command) => return command::import::run(command).await,
        Command::Backup { file, storage } => command::backup::run(&file, storage).await,
        Command::Restore { file, force, storage } => {
            command::restore::run(&file, force, storage).await
        }
        Command::Retention(command) => command::retention::run(command).await,
        Command::Export(command) => command::export::run(command).await,
        Command::Serve(args) => server::run(Settings::resolve(args.into())?, Mode::Serve).await,
        Command::Demo(args) => server::run(Settings::resolve(args.into())?, Mode::Demo).await,
        Command::Model(command) => command::model::run(command).await,
        Command::Key(command) => command::key::run(command).await,
        Command::User(command) => command::user::run(command).await,
        Command::Logs(args) => command::logs::run(args).await,
        Command::Agreement(args) => command::agreement::run(&args),
        Command::Consensus(args) => command::consensus::run(&args),
        Command::Audit(command) => command::audit::run(command).await,
        Command::Doctor(args) => command::doctor::run(args).await,
        Command::Openapi => Ok(output::line(vouch_http::openapi().to_pretty_json()?)?),
    }
    .map(|()| ExitCode::SUCCESS)
}

fn failed(error: &anyhow::Error) -> ExitCode {
    if !failure::is_broken_pipe(error) {
        output::note(failure::report(error));
    }
    ExitCode::FAILURE
}
