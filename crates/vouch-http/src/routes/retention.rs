//! How long logs are kept.

mod get;
mod preview;
mod put;

pub(crate) use get::*;
pub(crate) use preview::*;
pub(crate) use put::*;
