//! `cargo xtask audit`: what takes tools that are slow to install. Licences, unused
//! dependencies and bans that need no tool are checked by `cargo xtask tidy` in every run.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::{output, process};

/// Each tool and what it is asked.
const TOOLS: [(&str, &[&str]); 2] = [
    ("cargo-deny", &["deny", "check", "advisories", "bans", "licenses", "sources"]),
    ("cargo-machete", &["machete"]),
];

/// Runs the tools that are there and names those that are not.
pub(crate) fn run() -> Result<ExitCode> {
    let mut passed = true;
    let mut absent = Vec::new();
    for (tool, arguments) in TOOLS {
        if process::find(tool).is_none() {
            absent.push(tool);
            continue;
        }
        let step = output::step(tool);
        if let Err(error) = process::check(process::cargo().args(arguments)) {
            output::error(&error);
            passed = false;
        }
        step.done();
    }
    if !absent.is_empty() {
        bail!("not installed: run `cargo install --locked {}`", absent.join(" "));
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
