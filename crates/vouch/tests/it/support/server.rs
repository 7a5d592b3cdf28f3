//! The binary as a process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::client::Client;

/// The admin key of servers that are given one.
pub(crate) const ADMIN_KEY: &str = "vk_test_admin_key_0123456789";

/// How long a start or a stop may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// `vouch`, in `folder`, with nothing of our own environment that could change what it does.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vouch"));
    command.current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VOUCH_")) {
        command.env_remove(name);
    }
    command.env("COLUMNS", "100").env("VOUCH_LOG", "warn");
    command
}

/// Runs a command to its end; gives its status, stdout and stderr.
pub(crate) fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command(folder).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// Runs a command that succeeds; gives its stdout.
pub(crate) fn run_ok(folder: &Path, args: &[&str]) -> String {
    let (code, out, err) = run(folder, args);
    assert_eq!(code, Some(0), "{args:?}: {err}");
    out
}

/// Waits until something holds, a minute at most.
pub(crate) fn eventually(mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "it does not come to pass");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The same command, but ignoring a signal that would end it.
pub(crate) fn deaf_to(signal: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("trap '' {signal}; exec \"$0\" \"$@\"")]);
    shell.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// A running server. Killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    lines: Receiver<String>,
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub(crate) address: String,
    /// How long it took until it listened.
    pub(crate) started_in: Duration,
}

impl Server {
    /// `vouch serve` on a free port with the admin key [`ADMIN_KEY`], and `args`.
    pub(crate) fn start(folder: &Path, args: &[&str]) -> Self {
        let mut command = command(folder);
        command.env("VOUCH_ADMIN_KEY", ADMIN_KEY).arg("serve").args(args);
        Self::spawn(command)
    }

    /// Whatever `command` starts, on a free port.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let began = Instant::now();
        command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut server = Self { child, lines, address: String::new(), started_in: Duration::ZERO };
        let first = server.line().expect("the server says where it listens");
        first.strip_prefix("listening on ").expect(&first).clone_into(&mut server.address);
        server.started_in = began.elapsed();
        server
    }

    /// The next line that it prints; `None` when it ended.
    pub(crate) fn line(&mut self) -> Option<String> {
        self.lines.recv_timeout(PATIENCE).ok()
    }

    /// A client with the admin key.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.address, ADMIN_KEY)
    }

    /// SIGKILL: nothing is finished, nothing is written.
    pub(crate) fn kill(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    }

    /// Lets no file of the server grow beyond so many bytes.
    pub(crate) fn limit_files(&self, bytes: &str) {
        let pid = self.child.id().to_string();
        let mut limit = Command::new("prlimit");
        limit.args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")]);
        assert!(limit.status().unwrap().success());
    }

    /// What it holds in memory.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.told("VmRSS:")
    }

    /// The most that it ever held in memory.
    pub(crate) fn peak_memory_bytes(&self) -> usize {
        self.told("VmHWM:")
    }

    /// What the system tells of its memory, in bytes.
    fn told(&self, name: &str) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
    }

    /// SIGTERM, which returns at once.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
    }

    /// Waits for the end; gives the status and the lines that were not read yet.
    pub(crate) fn wait(mut self) -> (ExitStatus, Vec<String>) {
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "the server does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
        (self.child.wait().unwrap(), self.lines.try_iter().collect())
    }

    /// SIGTERM, and waits for the end.
    pub(crate) fn stop(self) -> (ExitStatus, Vec<String>) {
        self.terminate();
        self.wait()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
