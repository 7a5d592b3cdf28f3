//! What the machine must have, how it is recognised and which Debian package brings it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{output, process};

/// Something that only the machine can bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// A C compiler: SQLite and zstd are C.
    C,
    /// Node and npm: the web UI.
    Node,
    /// Python with virtual environments: the model's package and the clients.
    Python,
    /// A browser for the tests of the web UI.
    Chromium,
    /// A database server for the tests of the store.
    Postgres,
}

/// What may be done about a need that is not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Say what to install.
    Say,
    /// Install it, where we are root or may become it without a password.
    Install,
}

/// Meets the needs or says exactly what to install.
pub(crate) fn ensure(needs: &[Need], remedy: Remedy) -> Result<()> {
    let mut missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    if remedy == Remedy::Install && install(&missing)? {
        missing.retain(|(need, _)| need.lack().is_some());
    }
    if missing.is_empty() {
        return Ok(());
    }
    let lacks: Vec<_> = missing.iter().map(|(_, lack)| format!("  - {lack}")).collect();
    bail!(
        "this machine lacks:\n{}\nOn Debian, install it with:\n  apt-get install {}",
        lacks.join("\n"),
        packages(&missing).join(" ")
    );
}

fn missing(needs: &[Need]) -> Vec<(Need, String)> {
    needs.iter().filter_map(|need| Some((*need, need.lack()?))).collect()
}

fn packages(missing: &[(Need, String)]) -> Vec<&'static str> {
    missing.iter().flat_map(|(need, _)| need.packages()).copied().collect()
}

fn install(missing: &[(Need, String)]) -> Result<bool> {
    let Some(prefix) = becoming_root() else { return Ok(false) };
    if process::find("apt-get").is_none() {
        return Ok(false);
    }
    let packages = packages(missing);
    let step = output::step(format!("installing from Debian: {}", packages.join(" ")));
    let apt = |arguments: &[&str]| {
        let words: Vec<&str> = [prefix, &["apt-get"], arguments].concat();
        let mut command = process::command(words[0]);
        command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive");
        process::quiet(&mut command)
    };
    apt(&["update", "-q"])?;
    apt(&[&["install", "-y", "-q", "--no-install-recommends"], packages.as_slice()].concat())?;
    step.done();
    Ok(true)
}

/// The words before a command that must run as root; `None` where that takes a password.
fn becoming_root() -> Option<&'static [&'static str]> {
    if is_root() {
        return Some(&[]);
    }
    process::find("sudo")?;
    process::quiet(process::command("sudo").args(["-n", "true"])).ok()?;
    Some(&["sudo", "-n", "DEBIAN_FRONTEND=noninteractive"])
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    process::quiet(process::command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

impl Need {
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::C => &["build-essential"],
            Self::Node => &["nodejs", "npm"],
            Self::Python => &["python3", "python3-venv"],
            Self::Chromium => &["chromium"],
            Self::Postgres => &["postgresql"],
        }
    }

    /// What is missing, in words.
    fn lack(self) -> Option<String> {
        match self {
            Self::C => absent("cc").then(|| "a C compiler (`cc`)".into()),
            Self::Node => node_lack(),
            Self::Python => python_lack(),
            Self::Chromium => chromium().is_none().then(|| "Chromium (`chromium`)".into()),
            Self::Postgres => postgres().is_none().then(|| "PostgreSQL (`initdb`)".into()),
        }
    }
}

fn absent(program: &str) -> bool {
    process::find(program).is_none()
}

fn node_lack() -> Option<String> {
    if absent("node") || absent("npm") {
        return Some("Node 20.19 or newer with npm (`node`, `npm`)".into());
    }
    let found = process::quiet(process::command("node").arg("--version")).unwrap_or_default();
    (version(&found) < (20, 19)).then(|| {
        format!("Node 20.19 or newer: {} is too old (Debian 13 has a newer one)", found.trim())
    })
}

fn python_lack() -> Option<String> {
    if absent("python3") {
        return Some("Python 3.11 or newer (`python3`)".into());
    }
    let script = "import sys; print(sys.version.split()[0]); import venv, ensurepip";
    match process::quiet(process::command("python3").args(["-c", script])) {
        Ok(found) if version(&found) >= (3, 11) => None,
        Ok(found) => Some(format!("Python 3.11 or newer: {} is too old", found.trim())),
        Err(_) => Some("Python's virtual environments (`venv`)".into()),
    }
}

/// Major and minor of `v20.19.1` or `3.11.7`.
fn version(text: &str) -> (u32, u32) {
    let mut numbers = text.trim().trim_start_matches('v').split('.').map(str::parse::<u32>);
    let mut next = || numbers.next().and_then(Result::ok).unwrap_or(0);
    (next(), next())
}

/// The browser.
pub(crate) fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| process::find(name))
}

/// The folder with PostgreSQL's server programs: the newest of Debian's, or that on the path.
pub(crate) fn postgres() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = folders
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .filter(|(_, path)| path.join("bin/initdb").is_file())
        .max_by_key(|(version, _): &(u32, PathBuf)| *version);
    newest
        .map(|(_, path)| path.join("bin"))
        .or_else(|| process::find("initdb")?.parent().map(Path::to_path_buf))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("v20.20.2\n"), (20, 20));
        assert_eq!(version("3.11.7"), (3, 11));
        assert!(version("v9.9") < (20, 19));
        assert_eq!(version("nonsense"), (0, 0));
    }

    #[test]
    fn what_is_missing_is_named_with_its_package() {
        let missing = vec![(Need::Chromium, "Chromium".into()), (Need::Python, "venv".into())];
        assert_eq!(packages(&missing), ["chromium", "python3", "python3-venv"]);
    }
}
