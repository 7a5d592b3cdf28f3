//! API keys of programs.

mod create;
mod list;
mod patch;
mod revoke;

pub(crate) use create::*;
pub(crate) use list::*;
pub(crate) use patch::*;
pub(crate) use revoke::*;
