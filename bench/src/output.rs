//! What the program prints: progress on standard error, results on standard output.

use std::io::Write;
use std::sync::OnceLock;
use std::time::Instant;

/// A line of the result.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    // Whoever does not read us does not need to know.
    writeln!(out, "{text}").and_then(|()| out.flush()).ok();
}

/// What is being done, with the seconds since the start.
pub(crate) fn step(text: &str) {
    static START: OnceLock<Instant> = OnceLock::new();
    let seconds = START.get_or_init(Instant::now).elapsed().as_secs_f64();
    writeln!(std::io::stderr().lock(), "[{seconds:7.1} s] {text}").ok();
}

/// What a process of ours printed.
pub(crate) fn pass_on(text: &str) {
    write!(std::io::stderr().lock(), "{text}").ok();
}

/// Why it ended badly.
pub(crate) fn error(error: &anyhow::Error) {
    writeln!(std::io::stderr().lock(), "error: {error:#}").ok();
}
