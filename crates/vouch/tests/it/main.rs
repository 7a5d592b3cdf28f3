//! Tests of the real binary: its commands, its life, and that it loses nothing.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails loudly")]

mod backup;
mod cli;
mod crash;
mod faults;
mod garbage;
mod hostile;
mod labels;
mod life;
mod local;
mod nodes;
mod retention;
mod streams;
mod support;
mod tasks;
mod transfer;
