//! Providers: where models come from.

mod create;
mod delete;
mod list;
mod put;
mod wanted;

pub(crate) use create::*;
pub(crate) use delete::*;
pub(crate) use list::*;
pub(crate) use put::*;
