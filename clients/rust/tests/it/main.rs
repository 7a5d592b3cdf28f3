//! The client against a real server: the binary that `VOUCH_BIN` names.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails loudly, and examples print"
)]

mod provider;
mod readme;
mod running;
mod server;
