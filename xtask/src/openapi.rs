//! `cargo xtask openapi`: the server describes its API, and the web UI's types follow from that.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::process::{self, npm};
use crate::{output, paths, web};

/// Whether to write or to compare.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Options {
    /// Write nothing; fail when what is in the repository is not what the server says.
    #[arg(long)]
    check: bool,
}

/// Builds the server and writes, or compares, the document and the types.
pub(crate) fn run(options: Options) -> Result<ExitCode> {
    process::check(process::cargo().args(["build", "--package", "vouch"]))?;
    if options.check {
        compare()?;
    } else {
        write()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Fails when the document or the types in the repository are not up to date.
pub(crate) fn compare() -> Result<()> {
    differs(&document_file(), &described()?)?;
    let file = types_file();
    let kept = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    make_types()?;
    let made = fs::read(&file)?;
    if kept != made {
        fs::write(&file, kept)?;
        return stale(&file);
    }
    Ok(())
}

fn write() -> Result<()> {
    let file = document_file();
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&file, described()?)?;
    output::stamped(&format!("wrote {}", file.display()));
    make_types()?;
    output::stamped(&format!("wrote {}", types_file().display()));
    Ok(())
}

fn differs(file: &Path, now: &str) -> Result<()> {
    let kept =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    if kept == now { Ok(()) } else { stale(file) }
}

fn stale(file: &Path) -> Result<()> {
    let name = file.strip_prefix(paths::root()).unwrap_or(file);
    bail!("{} is not up to date: run `cargo xtask openapi`", name.display())
}

/// The document as the server prints it, laid out for people.
fn described() -> Result<String> {
    let text = process::quiet(process::command(paths::server_dev()).arg("openapi"))?;
    let document: Value = serde_json::from_str(&text).context("`vouch openapi` printed no JSON")?;
    Ok(format!("{document:#}\n"))
}

fn make_types() -> Result<()> {
    web::packages(&paths::web(), "web")?;
    process::quiet(npm(paths::web()).args(["run", "--silent", "types"])).map(drop)
}

fn document_file() -> PathBuf {
    paths::root().join("docs/openapi.json")
}

fn types_file() -> PathBuf {
    paths::web().join("src/api/schema.d.ts")
}
