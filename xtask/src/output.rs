//! What xtask prints: one line per step with the seconds since it was started.

use std::io::Write;
use std::sync::OnceLock;
use std::time::Instant;

/// A step that has begun.
#[derive(Debug)]
pub(crate) struct Step {
    name: String,
    begun: Instant,
}

/// Says that a step begins.
pub(crate) fn step(name: impl Into<String>) -> Step {
    let name = name.into();
    stamped(&name);
    Step { name, begun: Instant::now() }
}

impl Step {
    /// Says that it ended, and how long it took.
    pub(crate) fn done(self) {
        stamped(&format!("{}: done in {:.1} s", self.name, self.begun.elapsed().as_secs_f64()));
    }
}

/// A line with the seconds since the start before it.
pub(crate) fn stamped(text: &str) {
    line(&format!("[{:7.1} s] {text}", since_start()));
}

/// A line as it is.
pub(crate) fn line(text: &str) {
    writeln!(std::io::stdout().lock(), "{text}").ok();
}

/// An error with its causes, on standard error.
pub(crate) fn error(error: &anyhow::Error) {
    writeln!(std::io::stderr().lock(), "error: {error:#}").ok();
}

fn since_start() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}
