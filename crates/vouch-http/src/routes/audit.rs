//! The audit trail.

mod list;
mod verify;

pub(crate) use list::*;
pub(crate) use verify::*;
