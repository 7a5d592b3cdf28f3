//! The project's own commands, run as `cargo xtask COMMAND`.

mod audit;
mod bench;
mod count;
mod demo;
mod fuzz;
mod model;
mod needs;
mod openapi;
mod output;
mod paths;
mod postgres;
mod process;
mod python;
mod stamp;
mod test;
mod tidy;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a contributor needs, in one word each.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the web UI and the server (release), start it and print the address to open.
    Demo(demo::Options),
    /// Measure the server, and other gateways beside it.
    Bench(bench::Options),
    /// Set up everything that tests need, run every test and count them.
    Test(test::Options),
    /// Check what compilers do not: arrows between crates, file lengths, licences.
    Tidy,
    /// Write docs/openapi.json and the web UI's types from the server's own description.
    Openapi(openapi::Options),
    /// Look for inputs on which a parser fails, for a minute each; what is found is kept.
    Fuzz(fuzz::Options),
    /// Run cargo-deny and cargo-machete, where they are installed.
    Audit,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Demo(options) => demo::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Tidy => tidy::run(),
        Command::Openapi(options) => openapi::run(options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Audit => audit::run(),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::FAILURE
        }
    }
}
