//! Child processes: how they are started, watched and read.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, bail};

use crate::paths;

/// A command in the repository's root. It inherits the environment less what `cargo run` added
/// for xtask itself: build scripts that watch those variables would run again every time.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(paths::root());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if ours.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    if !std::io::stdout().is_terminal() {
        command.env("NO_COLOR", "1");
    }
    command
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// npm in a folder of the repository, without its advertisements.
pub(crate) fn npm(folder: PathBuf) -> Command {
    let mut npm = command("npm");
    npm.current_dir(folder)
        .env("NPM_CONFIG_FUND", "false")
        .env("NPM_CONFIG_AUDIT", "false")
        .env("NPM_CONFIG_UPDATE_NOTIFIER", "false");
    npm
}

/// Runs it with our own output; an exit status other than zero is an error.
pub(crate) fn check(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs it silently; an exit status other than zero is an error that carries what it printed.
pub(crate) fn quiet(command: &mut Command) -> Result<String> {
    let ended = command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))?;
    if !ended.status.success() {
        bail!(
            "`{}` ended with {}\n{}{}",
            shown(command),
            ended.status,
            String::from_utf8_lossy(&ended.stdout),
            String::from_utf8_lossy(&ended.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}

/// What a command printed, and whether it succeeded.
#[derive(Debug)]
pub(crate) struct Watched {
    /// Its exit status was zero.
    pub(crate) succeeded: bool,
    /// Standard output and standard error, line by line as they came.
    pub(crate) text: String,
}

/// Runs it, shows what it prints and keeps it.
pub(crate) fn watch(command: &mut Command) -> Result<Watched> {
    let mut child = command
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| cannot_start(command))?;
    let kept = Mutex::new(Vec::new());
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(|| copy(stdout, &kept, &mut std::io::stdout()));
        scope.spawn(|| copy(stderr, &kept, &mut std::io::stderr()));
    });
    let status = child.wait()?;
    let text = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Watched { succeeded: status.success(), text: String::from_utf8_lossy(&text).into_owned() })
}

fn copy(from: Option<impl Read>, kept: &Mutex<Vec<u8>>, to: &mut impl Write) {
    let Some(from) = from else { return };
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while matches!(from.read_until(b'\n', &mut line), Ok(read) if read > 0) {
        to.write_all(&line).ok();
        kept.lock().unwrap_or_else(PoisonError::into_inner).append(&mut line);
    }
}

/// Where a program lies, if it is on the path.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", command.get_program().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watched_command_keeps_both_streams() {
        let watched = watch(command("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap();
        assert!(!watched.succeeded);
        assert!(watched.text.contains("out\n") && watched.text.contains("err\n"));
    }

    #[test]
    fn a_quiet_command_that_fails_says_what_it_printed() {
        let error = quiet(command("sh").args(["-c", "echo why >&2; exit 1"])).unwrap_err();
        assert!(error.to_string().contains("why"), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = check(&mut command("no-such-program")).unwrap_err();
        assert_eq!(error.to_string(), "cannot start `no-such-program`");
    }
}
