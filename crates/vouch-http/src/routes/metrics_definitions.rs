//! The definitions of metrics.

mod list;
mod put;

pub(crate) use list::*;
pub(crate) use put::*;
