//! The filter language, while somebody types it.

mod complete;
mod known;

pub(crate) use complete::*;
