//! The suites of `cargo xtask test`, one function each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::count::Counts;
use crate::postgres::Cluster;
use crate::process::{self, cargo, check, npm, watch};
use crate::{
    model, needs, openapi as document, output, paths, python, stamp, tidy as checks, web as ui,
};

/// What several suites share, set up by the first that needs it.
#[derive(Debug, Default)]
pub(crate) struct Setup {
    built: bool,
    model: Option<PathBuf>,
}

impl Setup {
    /// Compiles everything that tests run, once, in the dev profile.
    fn build(&mut self) -> Result<()> {
        if self.built {
            return Ok(());
        }
        ui::build()?;
        let step = output::step("building server and tests");
        check(cargo().args(["build", "--workspace", "--bins", "--tests"]))?;
        self.built = true;
        step.done();
        Ok(())
    }

    fn model(&mut self) -> Result<PathBuf> {
        if self.model.is_none() {
            self.model = Some(model::ensure()?);
        }
        self.model.clone().context("there is no model")
    }

    /// Adds what tests against the built server read from the environment.
    fn for_server(&mut self, command: &mut Command) -> Result<()> {
        self.build()?;
        let server = paths::server_dev();
        ensure!(server.is_file(), "there is no {}", server.display());
        command.env("VOUCH_BIN", server).env("VOUCH_MODEL_PATH", self.model()?);
        Ok(())
    }
}

pub(crate) fn tidy() -> Result<Counts> {
    checks::count()
}

pub(crate) fn fmt() -> Counts {
    one("rustfmt", cargo().args(["fmt", "--all", "--check"]))
}

pub(crate) fn clippy() -> Result<Counts> {
    ui::build()?;
    let mut clippy = cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]);
    Ok(one("clippy", &mut clippy))
}

pub(crate) fn web() -> Result<Counts> {
    ui::packages(&paths::web(), "web")?;
    let mut counts = one("types", npm(paths::web()).args(["run", "--silent", "typecheck"]));
    let units = watch(npm(paths::web()).args(["run", "--silent", "test"]))?;
    counts += Counts::read(units.succeeded, &units.text);
    counts += passed("build", &ui::build());
    Ok(counts)
}

/// The Rust tests: under cargo-nextest, or under `cargo test` where that is not installed.
pub(crate) fn rust(setup: &mut Setup) -> Result<Counts> {
    setup.build()?;
    let weights = setup.model()?;
    let postgres = Cluster::start()?;
    let mut tests = cargo();
    if process::find("cargo-nextest").is_some() {
        tests.args(["nextest", "run", "--workspace", "--no-fail-fast", "--config-file"]);
        tests.arg(paths::root().join("xtask/nextest.toml"));
    } else {
        tests.args(["test", "--workspace", "--no-fail-fast", "--bins", "--tests"]);
    }
    tests.env("VOUCH_TEST_POSTGRES_URL", postgres.url()).env("VOUCH_MODEL_PATH", weights);
    let ran = watch(&mut tests)?;
    Ok(Counts::read(ran.succeeded, &ran.text))
}

pub(crate) fn doc(setup: &mut Setup) -> Result<Counts> {
    setup.build()?;
    let examples = watch(cargo().args(["test", "--workspace", "--doc", "--no-fail-fast"]))?;
    // A workspace without examples is no failure: its libraries were looked through.
    let mut counts = if examples.succeeded && examples.text.contains("test result: ok. 0 passed") {
        let read = Counts::read(true, &examples.text);
        Counts { failed: 0, ..read }
    } else {
        Counts::read(examples.succeeded, &examples.text)
    };
    let links = ["doc", "--workspace", "--no-deps", "--quiet"];
    counts += one("links in the documentation", cargo().args(links));
    Ok(counts)
}

pub(crate) fn openapi(setup: &mut Setup) -> Result<Counts> {
    setup.build()?;
    Ok(passed("docs/openapi.json", &document::compare()))
}

/// The published clients: Python in one environment for each set of versions, then Node.
pub(crate) fn clients(setup: &mut Setup) -> Result<Counts> {
    let folder = paths::clients();
    let mut counts = Counts::default();
    for requirements in requirements(&folder.join("python"))? {
        let interpreter = python::with(&requirements)?;
        output::stamped(&format!("Python clients: {}", name_of(&requirements)));
        let mut pytest = process::command(interpreter);
        pytest
            .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
            .current_dir(folder.join("python"))
            .env("VOUCH_CLIENTS", requirements.file_stem().unwrap_or_default())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        setup.for_server(&mut pytest)?;
        let ran = watch(&mut pytest)?;
        counts += Counts::read(ran.succeeded, &ran.text);
    }
    let folder = folder.join("node");
    ui::packages(&folder, "clients")?;
    output::stamped("Node clients");
    let mut node = npm(folder);
    node.args(["run", "--silent", "test"]);
    setup.for_server(&mut node)?;
    let ran = watch(&mut node)?;
    counts += Counts::read(ran.succeeded, &ran.text);
    Ok(counts)
}

pub(crate) fn browser(setup: &mut Setup) -> Result<Counts> {
    let mut e2e = npm(paths::web());
    e2e.args(["run", "--silent", "e2e"]);
    if let Some(chromium) = needs::chromium() {
        e2e.env("CHROMIUM", chromium);
    }
    setup.for_server(&mut e2e)?;
    let ran = watch(&mut e2e)?;
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

fn name_of(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Counts a command as one check.
fn one(name: &str, command: &mut Command) -> Counts {
    passed(name, &check(command))
}

fn passed(name: &str, outcome: &Result<()>) -> Counts {
    if let Err(error) = outcome {
        output::error(&anyhow::anyhow!("{name}: {error:#}"));
    }
    Counts::one(outcome.is_ok())
}
