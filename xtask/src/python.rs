//! Python environments under `target/xtask/venv`, one per set of requirements.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::stamp::Inputs;
use crate::{output, paths, process};

/// The interpreter of an environment with nothing but pip.
pub(crate) fn tools() -> Result<PathBuf> {
    environment("tools", None)
}

/// The interpreter of an environment with exactly what a requirements file lists.
///
/// The file lists everything, what packages depend on included, so that pip resolves nothing.
pub(crate) fn with(requirements: &Path) -> Result<PathBuf> {
    let name = requirements.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    environment(&name, Some(requirements))
}

/// The same in a folder of one's own choice.
pub(crate) fn with_in(folder: &Path, requirements: &Path) -> Result<PathBuf> {
    let name = requirements.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    environment_in(folder, &name, Some(requirements))
}

fn environment(name: &str, requirements: Option<&Path>) -> Result<PathBuf> {
    environment_in(&paths::kept().join("venv").join(name), name, requirements)
}

fn environment_in(folder: &Path, name: &str, requirements: Option<&Path>) -> Result<PathBuf> {
    let python = folder.join("bin/python");
    let version = process::quiet(process::command("python3").arg("--version"))?;
    let mut inputs = Inputs::default().text(&version).text(&folder.to_string_lossy());
    if let Some(file) = requirements {
        inputs = inputs.file(file);
    }
    let stamp = inputs.stamp(&format!("venv-{name}"));
    if stamp.is_fresh() && python.is_file() {
        return Ok(python);
    }
    let step = output::step(format!("Python environment `{name}`"));
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    process::quiet(process::command("python3").args(["-m", "venv"]).arg(folder))?;
    if let Some(file) = requirements {
        process::quiet(
            process::command(&python)
                .args(["-m", "pip", "install", "--quiet", "--no-deps", "--requirement"])
                .arg(file)
                .env("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
        )?;
    }
    stamp.keep()?;
    step.done();
    Ok(python)
}
