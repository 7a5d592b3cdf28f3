//! What the tests share: the binary as a process, a client, a model server that is none.

mod client;
mod database;
mod raw;
mod server;
mod upstream;

pub(crate) use client::{Answer, Client};
pub(crate) use database::Database;
pub(crate) use raw::{Connection, Script};
pub(crate) use server::{ADMIN_KEY, Server, command, deaf_to, eventually, run, run_ok};
pub(crate) use upstream::{Upstream, request};
