//! Saved views of the request log.

mod create;
mod delete;
mod list;
mod patch;
mod wanted;

pub(crate) use create::*;
pub(crate) use delete::*;
pub(crate) use list::*;
pub(crate) use patch::*;
