//! Tests of the real binary: its commands, its life, and that it loses nothing.

mod cli;
mod crash;
mod life;
mod local;
mod support;
