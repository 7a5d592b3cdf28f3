//! Deployments and their versions.

mod check;
mod create;
mod get;
mod list;
mod patch;
mod versions;

pub(crate) use create::*;
pub(crate) use get::*;
pub(crate) use list::*;
pub(crate) use patch::*;
pub(crate) use versions::*;
