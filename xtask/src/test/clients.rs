//! The suite of clients: ours in three languages, and the published ones of others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::count::Counts;
use crate::process::{self, npm, watch};
use crate::{output, paths, python, stamp, web as ui};

use super::suites::{Setup, counted, one, rust_tests};

/// Ours first: Python, TypeScript, Rust. Then those of others: Python in one environment for each
/// set of versions, and Node.
pub(crate) fn run(setup: &mut Setup) -> Result<Counts> {
    let mut counts = counted(our_python(setup));
    counts += counted(our_typescript(setup));
    counts += counted(our_rust(setup));
    let folder = paths::published_clients();
    for requirements in requirements(&folder.join("python"))? {
        counts += counted(published_python(setup, &requirements));
    }
    counts += counted(node(setup, folder.join("node"), "clients", "Published Node clients"));
    Ok(counts)
}

/// Types, style and tests; and the logging of calls again with the `openai` package's major
/// version before, which the published clients bring.
fn our_python(setup: &mut Setup) -> Result<Counts> {
    let folder = paths::clients().join("python");
    let interpreter = python::with(&folder.join("develop.txt"))?;
    output::stamped("Our Python client");
    let tool = |arguments: &[&str]| {
        let mut tool = process::command(&interpreter);
        tool.arg("-m").args(arguments).current_dir(&folder);
        tool
    };
    let mut types = tool(&["mypy", "--cache-dir"]);
    let mut counts = one("types", types.arg(paths::kept().join("mypy")));
    counts += one("style", &mut tool(&["ruff", "check", "--quiet", "--no-cache"]));
    counts += one("format", &mut tool(&["ruff", "format", "--quiet", "--no-cache", "--check"]));
    counts += pytest(setup, &interpreter, &folder, |pytest| pytest.env("PYTHONPATH", "src"))?;
    let before = python::with(&paths::published_clients().join("python/previous.txt"))?;
    counts += pytest(setup, &before, &folder, |pytest| {
        pytest.arg("tests/test_openai_logging.py").env("PYTHONPATH", "src")
    })?;
    Ok(counts)
}

fn our_typescript(setup: &mut Setup) -> Result<Counts> {
    node(setup, paths::clients().join("typescript"), "typescript", "Our TypeScript client")
}

fn our_rust(setup: &mut Setup) -> Result<Counts> {
    let mut tests = rust_tests(true);
    setup.for_server(&mut tests)?;
    output::stamped("Our Rust client");
    let ran = watch(&mut tests)?;
    Ok(Counts::read(ran.succeeded, &ran.text))
}

fn published_python(setup: &mut Setup, requirements: &Path) -> Result<Counts> {
    let name = requirements.file_stem().unwrap_or_default();
    let interpreter = python::with(requirements)?;
    output::stamped(&format!("Published Python clients: {}", name.display()));
    let folder = paths::published_clients().join("python");
    pytest(setup, &interpreter, &folder, |pytest| pytest.env("VOUCH_CLIENTS", name))
}

fn pytest(
    setup: &mut Setup,
    interpreter: &Path,
    folder: &Path,
    more: impl FnOnce(&mut Command) -> &mut Command,
) -> Result<Counts> {
    let mut pytest = process::command(interpreter);
    pytest
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .current_dir(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    setup.for_server(more(&mut pytest))?;
    let ran = watch(&mut pytest)?;
    Ok(Counts::read(ran.succeeded, &ran.text))
}

fn node(setup: &mut Setup, folder: PathBuf, packages: &str, title: &str) -> Result<Counts> {
    ui::packages(&folder, packages)?;
    let mut node = npm(folder);
    node.args(["run", "--silent", "test"]);
    setup.for_server(&mut node)?;
    output::stamped(title);
    let ran = watch(&mut node)?;
    Ok(Counts::read(ran.succeeded, &ran.text))
}

/// The sets of requirements: every `.txt` beside the tests.
fn requirements(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = stamp::files_below(folder, &["__pycache__"])?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    ensure!(!files.is_empty(), "there is no requirements file in {}", folder.display());
    for file in &mut files {
        *file = fs::canonicalize(&*file)?;
    }
    Ok(files)
}
