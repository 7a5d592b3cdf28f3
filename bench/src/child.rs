//! Processes that we start, and that end when we do, however that comes about.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group, set_parent_process_death_signal};

use crate::load::{Plan, Report};
use crate::output;

/// How long a process may take to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(15);

/// A process in a group of its own; dropping it ends the group.
#[derive(Debug)]
pub(crate) struct Child {
    name: String,
    process: std::process::Child,
    said: PathBuf,
}

impl Child {
    /// Starts a program. What it prints is kept in `folder`.
    pub(crate) fn start(name: &str, folder: &Path, command: &Command) -> Result<Self> {
        let said = folder.join(format!("{name}.out"));
        let out =
            File::create(&said).with_context(|| format!("cannot write {}", said.display()))?;
        let errors = out.try_clone()?;
        let mut guarded = guarded(command)?;
        guarded.stdin(Stdio::null()).stdout(out).stderr(errors);
        let process = guarded.spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name: name.to_owned(), process, said })
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// What it printed so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap_or_default()
    }

    /// Waits for a line that begins so, and gives the rest of it.
    pub(crate) async fn wait_for(&mut self, start: &str, patience: Duration) -> Result<String> {
        let began = Instant::now();
        loop {
            let said = self.said();
            // A line that is still being written is not looked at.
            let whole = said.rfind('\n').map_or("", |end| &said[..end]);
            if let Some(rest) = whole.lines().find_map(|line| line.strip_prefix(start)) {
                return Ok(rest.trim().to_owned());
            }
            self.check_alive()?;
            if began.elapsed() > patience {
                bail!("{} did not say `{start}` in {patience:?}; it said:\n{said}", self.name);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until it has ended well; where `shown`, what it prints is passed on.
    pub(crate) async fn wait_until_done(&mut self, shown: bool) -> Result<()> {
        let mut passed_on = 0;
        loop {
            let ended = self.process.try_wait()?;
            let said = self.said();
            if shown && let Some(end) = said.rfind('\n').filter(|end| *end > passed_on) {
                output::pass_on(&said[passed_on..=end]);
                passed_on = end + 1;
            }
            match ended {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("{} ended with {status}; it said:\n{said}", self.name),
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Fails when it has ended.
    pub(crate) fn check_alive(&mut self) -> Result<()> {
        if let Some(status) = self.process.try_wait()? {
            bail!("{} ended with {status}; it said:\n{}", self.name, self.said());
        }
        Ok(())
    }

    /// Asks it to end and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.signal(Signal::TERM);
        let began = Instant::now();
        while self.process.try_wait()?.is_none() {
            if began.elapsed() > PATIENCE {
                bail!("{} did not end in {PATIENCE:?}", self.name);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw) {
            // It may have ended by itself.
            kill_process_group(pid, signal).ok();
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            self.signal(Signal::KILL);
            self.process.wait().ok();
        }
    }
}

/// Where a process says that it listens: `http://127.0.0.1:PORT`, with anything after it.
pub(crate) fn address(url: &str) -> Result<SocketAddr> {
    let host = url.trim().trim_start_matches("http://");
    let host = host.split(['/', ' ']).next().unwrap_or_default();
    host.parse().with_context(|| format!("`{url}` is no address"))
}

/// Runs the load generator to its end.
pub(crate) async fn load(plan: &Plan) -> Result<Report> {
    let text = serde_json::to_string(plan)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("load");
    let mut command = guarded(&command)?;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    // Not in the other thread: a process ends with the thread that started it.
    let mut child = command.spawn().context("cannot start the load generator")?;
    let ended = tokio::task::spawn_blocking(move || {
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(text.as_bytes())?;
        }
        child.wait_with_output()
    });
    let ended = ended.await??;
    if !ended.status.success() {
        bail!("the load generator ended with {}", ended.status);
    }
    let report: Report = serde_json::from_slice(&ended.stdout)?;
    if let Some(failure) = &report.failure {
        output::step(&format!("  {} calls failed, the first: {failure}", report.failed));
    }
    Ok(report)
}

/// The same command, which ends with us (see [`become_program`]), in a group of its own.
fn guarded(command: &Command) -> Result<Command> {
    let mut guarded = Command::new(std::env::current_exe()?);
    guarded.arg("guard").arg(command.get_program()).args(command.get_args()).process_group(0);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => guarded.env(name, value),
            None => guarded.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        guarded.current_dir(folder);
    }
    Ok(guarded)
}

/// Becomes the program, killed by the system as soon as who started us is gone.
pub(crate) fn become_program(words: &[impl AsRef<OsStr>]) -> Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let (program, arguments) = words.split_first().context("no program is named")?;
    let error = Command::new(program).args(arguments).exec();
    Err(error).with_context(|| format!("cannot start {}", program.as_ref().display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_with_what_follows_it() {
        let expected: SocketAddr = "127.0.0.1:8".parse().unwrap();
        for url in ["http://127.0.0.1:8", "http://127.0.0.1:8/v1\n", "127.0.0.1:8 (Press Ctrl-C)"] {
            assert_eq!(address(url).unwrap(), expected);
        }
        assert!(address("http://nowhere").is_err());
    }
}
