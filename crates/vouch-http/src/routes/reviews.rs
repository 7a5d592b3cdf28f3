//! Reviews: one's own last ones, taken back, sent back.

mod mine;
mod reject;
mod undo;

pub(crate) use mine::*;
pub(crate) use reject::*;
pub(crate) use undo::*;
