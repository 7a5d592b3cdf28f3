//! The suites of `cargo xtask test`, one function each.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::count::Counts;
use crate::postgres::Cluster;
use crate::process::{self, cargo, check, npm, watch};
use crate::{model, needs, openapi as document, output, paths, tidy as checks, web as ui};

/// What several suites share, set up by the first that needs it.
#[derive(Debug, Default)]
pub(crate) struct Setup {
    /// Whether the server could be built; `None` before it was tried.
    server: Option<bool>,
    model: Option<PathBuf>,
}

impl Setup {
    /// Compiles everything that tests run, once, in the dev profile. A test that does not compile
    /// is the Rust tests' failure; the server alone serves the other suites.
    fn build(&mut self) -> Result<()> {
        let built = match self.server {
            Some(built) => built,
            None => *self.server.insert(build()),
        };
        ensure!(built, "the server does not compile");
        Ok(())
    }

    fn model(&mut self) -> Result<PathBuf> {
        if self.model.is_none() {
            self.model = Some(model::ensure()?);
        }
        self.model.clone().context("there is no model")
    }

    /// Adds what tests against the built server read from the environment.
    pub(super) fn for_server(&mut self, command: &mut Command) -> Result<()> {
        self.build()?;
        let server = paths::server_dev();
        ensure!(server.is_file(), "there is no {}", server.display());
        command.env("VOUCH_BIN", server).env("VOUCH_MODEL_PATH", self.model()?);
        Ok(())
    }
}

fn build() -> bool {
    let shown = |outcome: Result<()>| outcome.inspect_err(output::error).is_ok();
    // The server can be built without its UI, and the suite of the UI says why it has none.
    shown(ui::build());
    let step = output::step("building server and tests");
    let all = ["build", "--workspace", "--bins", "--tests", "--keep-going"];
    let built =
        shown(check(cargo().args(all))) || shown(check(cargo().args(["build", "--workspace"])));
    step.done();
    built
}

pub(crate) fn tidy() -> Result<Counts> {
    checks::count()
}

pub(crate) fn fmt() -> Counts {
    one("rustfmt", cargo().args(["fmt", "--all", "--", "--check", "-l"]))
}

pub(crate) fn clippy() -> Result<Counts> {
    ui::build()?;
    let mut clippy = cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--keep-going", "--", "-Dwarnings"]);
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
    // What does not compile is for the test runner to say.
    setup.build().ok();
    let weights = setup.model()?;
    let postgres = Cluster::start()?;
    let mut tests = rust_tests(false);
    tests.env("VOUCH_TEST_POSTGRES_URL", postgres.url()).env("VOUCH_MODEL_PATH", weights);
    let ran = watch(&mut tests)?;
    Ok(Counts::read(ran.succeeded, &ran.text))
}

/// The Rust tests: those of our own client, which want a server, or all others. With nextest the
/// workspace is built whole in both cases: of a part alone, every dependency would be built again
/// with the few features that it asks for.
pub(super) fn rust_tests(of_client: bool) -> Command {
    let mut tests = cargo();
    if process::find("cargo-nextest").is_some() {
        tests.args(["nextest", "run", "--workspace", "--no-fail-fast", "--config-file"]);
        tests.arg(paths::root().join("xtask/nextest.toml"));
        let only = if of_client { "package(vouch-client)" } else { "not package(vouch-client)" };
        tests.args(["--filterset", only]);
    } else {
        tests.args(["test", "--no-fail-fast", "--bins", "--tests"]);
        if of_client {
            tests.args(["--package", "vouch-client"]);
        } else {
            tests.args(["--workspace", "--exclude", "vouch-client"]);
        }
    }
    tests
}

pub(crate) fn doc(setup: &mut Setup) -> Result<Counts> {
    setup.build().ok();
    let examples = watch(cargo().args(["test", "--workspace", "--doc", "--no-fail-fast"]))?;
    let mut counts = Counts::read(examples.succeeded, &examples.text);
    if examples.succeeded {
        // A workspace without examples is no failure: its libraries were looked through.
        counts.failed = 0;
    }
    let links = ["doc", "--workspace", "--no-deps", "--quiet"];
    counts += one("links in the documentation", cargo().args(links));
    Ok(counts)
}

pub(crate) fn openapi(setup: &mut Setup) -> Result<Counts> {
    setup.build()?;
    Ok(passed("docs/openapi.json", &document::compare()))
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

/// What a part of a suite counted; one failure where it could not run.
pub(super) fn counted(outcome: Result<Counts>) -> Counts {
    outcome.unwrap_or_else(|error| {
        output::error(&error);
        Counts::one(false)
    })
}

/// Counts a command as one check.
pub(super) fn one(name: &str, command: &mut Command) -> Counts {
    passed(name, &check(command))
}

pub(super) fn passed(name: &str, outcome: &Result<()>) -> Counts {
    if let Err(error) = outcome {
        output::error(&anyhow::anyhow!("{name}: {error:#}"));
    }
    Counts::one(outcome.is_ok())
}
