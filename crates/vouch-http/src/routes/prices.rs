//! What models cost.

mod delete;
mod list;
mod put;

pub(crate) use delete::*;
pub(crate) use list::*;
pub(crate) use put::*;
