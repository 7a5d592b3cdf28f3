//! `cargo xtask tidy`: rules of the house that no compiler checks.

mod arrows;
mod files;
mod licences;
mod manifests;
mod metadata;
mod unused;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::count::Counts;
use crate::tidy::files::Source;
use crate::tidy::metadata::Workspace;
use crate::{output, paths, process};

/// What one check found: each text names a place and what is wrong with it.
type Findings = Vec<String>;

/// Runs all checks.
pub(crate) fn run() -> Result<ExitCode> {
    let counts = count()?;
    output::line(&format!("tidy: {counts}"));
    Ok(if counts.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs all checks and counts them.
pub(crate) fn count() -> Result<Counts> {
    let root = paths::root();
    let workspace = Workspace::read()?;
    let sources = sources()?;
    let manifest = read("Cargo.toml")?;
    let allowed = licences::allowed(&read("deny.toml")?);
    for long in files::growing(&sources) {
        output::line(&format!("note: {long}"));
    }
    let checks = [
        ("arrows between the crates", arrows::check(&workspace)),
        ("crates that belong to one room", arrows::check_rooms(&workspace)),
        ("first lines", files::first_lines(&sources)),
        ("file lengths", files::lengths(&sources)),
        ("machine paths", files::machine_paths(&sources)),
        ("documents", files::documents(&root)),
        ("lints in every crate", manifests::lints(&workspace, &sources)),
        ("unused dependencies", unused::check(&workspace, &sources, &manifest)),
        ("licences", licences::check(&workspace, &allowed)),
    ];
    let mut counts = Counts::default();
    for (name, findings) in checks {
        counts += Counts::one(findings.is_empty());
        for finding in findings {
            output::line(&format!("tidy: {name}: {finding}"));
        }
    }
    Ok(counts)
}

/// The repository's text files: what git tracks or would track.
fn sources() -> Result<Vec<Source>> {
    let listed = process::quiet(process::command("git").args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]))?;
    let root = paths::root();
    let mut sources = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        // A file that is gone but not yet committed, or that is no text, is not ours to check.
        if let Ok(text) = fs::read_to_string(root.join(path)) {
            sources.push(Source { path: path.to_owned(), text });
        }
    }
    Ok(sources)
}

fn read(name: &str) -> Result<String> {
    fs::read_to_string(paths::root().join(name)).with_context(|| format!("cannot read {name}"))
}
