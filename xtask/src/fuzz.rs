//! `cargo xtask fuzz`: libFuzzer, guided by coverage, on the stable toolchain.
//!
//! The counters that guide it are a pass of LLVM that stable `rustc` runs as well; only the
//! sanitizers need a nightly one, and they look for what our code, which has no `unsafe`, cannot
//! do. What a target checks is in `src/fuzz.rs` of its crate. New inputs are kept under
//! `target/fuzz/TARGET/corpus`, so that each run goes on where the last one ended.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::{output, paths, process};

/// What to fuzz, and for how long.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What to fuzz; everything where left out.
    target: Option<Target>,
    /// Seconds for each target.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Run the target on this one input.
    #[arg(long, value_name = "FILE", requires = "target")]
    reproduce: Option<PathBuf>,
}

/// A fuzz target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    /// The parser of server-sent events.
    Sse,
    /// Calls of models, their answers and streams, and Anthropic's translation of each.
    Chat,
    /// OpenTelemetry exports, protobuf and JSON.
    Otlp,
    /// The filter language.
    Filter,
}

/// Counters for libFuzzer, and what numbers and texts are compared with.
const FLAGS: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];
/// The longest input; at this length what takes quadratic time takes longer than it may.
const MAX_BYTES: u32 = 64 << 10;
/// How long one input may take, and how much memory it may ask for at once and in all.
const LIMITS: [&str; 3] = ["-timeout=5", "-malloc_limit_mb=512", "-rss_limit_mb=2048"];
/// How often it is told how far it is.
const PROGRESS: Duration = Duration::from_secs(5);
/// How long a failing input is made smaller.
const MINIMISE_S: u32 = 30;

impl Target {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Where it keeps what it makes.
    fn folder(self) -> PathBuf {
        folder().join(self.name())
    }
}

/// Builds the targets and runs each; the first failure is made small, and told.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let targets = options.target.map_or_else(|| Target::value_variants().to_vec(), |one| vec![one]);
    let binaries = build()?;
    if let (Some(input), [target]) = (&options.reproduce, targets.as_slice()) {
        let passes = runs(process::command(binaries.join(target.name())).args(LIMITS).arg(input))?;
        output::line(if passes { "it passes" } else { "it fails" });
        return Ok(if passes { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    for target in targets {
        let step = output::step(format!("fuzzing {} for {} s", target.name(), options.seconds));
        if let Some(input) = fuzz(target, &binaries, options.seconds)? {
            let (input, name) = (input.display(), target.name());
            bail!(
                "the target {name} fails on {input}\n\
                 reproduce: cargo xtask fuzz {name} --reproduce {input}\n\
                 once mended, put the input into fuzz/corpus/{name}: tests run everything in there"
            );
        }
        step.done();
    }
    Ok(ExitCode::SUCCESS)
}

fn folder() -> PathBuf {
    paths::target().join("fuzz")
}

/// Builds all targets; says where they are.
fn build() -> Result<PathBuf> {
    let step = output::step("building the fuzz targets");
    let host = process::quiet(process::command("rustc").arg("-vV"))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say what it builds for")?.to_owned();
    let built = folder().join("build");
    // With a target named, the flags are not those of build scripts and macros.
    let mut cargo = process::cargo();
    cargo.args(["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &host]);
    cargo.arg("--target-dir").arg(&built).env("RUSTFLAGS", FLAGS.join(" "));
    process::check(&mut cargo)?;
    step.done();
    Ok(built.join(host).join("release"))
}

/// Runs a target; gives the smallest input found on which it fails.
fn fuzz(target: Target, binaries: &Path, seconds: u32) -> Result<Option<PathBuf>> {
    let (folder, binary) = (target.folder(), binaries.join(target.name()));
    let corpus = folder.join("corpus");
    fs::create_dir_all(&corpus)?;
    let seeds = paths::root().join("fuzz/corpus").join(target.name());
    let found = folder.join("found");
    remove(&found)?;
    let mut command = process::command(&binary);
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={MAX_BYTES}"));
    command.args(LIMITS).arg(format!("-exact_artifact_path={}", found.display()));
    command.args(["-print_final_stats=1", "-reload=0"]);
    if runs(command.arg(&corpus).arg(&seeds))? {
        return Ok(None);
    }
    if !found.exists() {
        bail!("the target {} was stopped", target.name());
    }
    let small = folder.join("minimised");
    remove(&small)?;
    let mut command = process::command(&binary);
    command.args(["-minimize_crash=1", &format!("-max_total_time={MINIMISE_S}")]).args(LIMITS);
    command.arg(format!("-exact_artifact_path={}", small.display())).arg(&found);
    runs(&mut command)?;
    Ok(Some(if small.exists() { small } else { found }))
}

/// Runs it and shows what it says; whether it succeeded. libFuzzer has a line, which begins with
/// `#`, for every new input; of thousands one now and then is enough.
fn runs(command: &mut Command) -> Result<bool> {
    let shown = process::shown(command);
    let mut child = command
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let (mut told, mut line) = (Instant::now(), Vec::new());
    let mut said = BufReader::new(child.stderr.take().context("no standard error")?);
    while said.read_until(b'\n', &mut line)? > 0 {
        if !line.starts_with(b"#") || told.elapsed() >= PROGRESS {
            told = Instant::now();
            output::line(String::from_utf8_lossy(&line).trim_end());
        }
        line.clear();
    }
    Ok(child.wait()?.success())
}

fn remove(file: &Path) -> Result<()> {
    if file.exists() {
        fs::remove_file(file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    Ok(())
}
