//! The web UI: its packages and its build, each skipped while nothing changed.

use std::path::Path;

use anyhow::Result;

use crate::process::{self, npm};
use crate::stamp::Inputs;
use crate::{output, paths};

/// Folders that are no input of the build.
const NO_INPUT: [&str; 5] = ["node_modules", "dist", "e2e", "e2e-failures", "screenshots"];

/// Installs the packages that the lock file in `folder` names.
pub(crate) fn packages(folder: &Path, name: &str) -> Result<()> {
    let node = process::quiet(process::command("node").arg("--version"))?;
    let stamp = Inputs::default()
        .text(&node)
        .file(&folder.join("package.json"))
        .file(&folder.join("package-lock.json"))
        .stamp(&format!("npm-{name}"));
    if stamp.is_fresh() && folder.join("node_modules").is_dir() {
        return Ok(());
    }
    let step = output::step(format!("npm packages for {name}"));
    process::quiet(npm(folder.to_path_buf()).args(["ci", "--no-progress"]))?;
    stamp.keep()?;
    step.done();
    Ok(())
}

/// Builds `web/dist`, which the server embeds.
pub(crate) fn build() -> Result<()> {
    let web = paths::web();
    packages(&web, "web")?;
    let stamp = Inputs::default().folder(&web, &NO_INPUT)?.stamp("web-build");
    if stamp.is_fresh() && web.join("dist/index.html").is_file() {
        return Ok(());
    }
    let step = output::step("building the web UI");
    process::check(npm(web).args(["run", "--silent", "build"]))?;
    stamp.keep()?;
    step.done();
    Ok(())
}
