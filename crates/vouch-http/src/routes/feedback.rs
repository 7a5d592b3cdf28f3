//! Feedback: give it, take it back, read it.

mod authorship;
mod create;
mod dimensions;
mod list;
mod new_feedback;
mod public;
mod retract;
mod summary;

pub(crate) use authorship::{Authorship, check_score};
pub(crate) use create::*;
pub(crate) use dimensions::*;
pub(crate) use list::*;
pub(crate) use new_feedback::text_value;
pub(crate) use public::*;
pub(crate) use retract::*;
pub(crate) use summary::*;
