//! From which pages feedback may come.

mod get;
mod put;

pub(crate) use get::*;
pub(crate) use put::*;
