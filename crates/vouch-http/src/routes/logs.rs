//! The request log: send in, read, add metrics.

mod create;
mod feedback_token;
mod filter;
mod get;
mod list;
mod metrics;
mod new_log;

pub(crate) use create::*;
pub(crate) use feedback_token::*;
pub(crate) use filter::*;
pub(crate) use get::*;
pub(crate) use list::*;
pub(crate) use metrics::*;
pub(crate) use new_log::{Intake, NewLog, possible};
