//! The caller about themselves.

mod get;
mod password;

pub(crate) use get::*;
pub(crate) use password::*;
