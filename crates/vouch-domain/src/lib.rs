//! The words of Vouch as types: what a log, a metric, a feedback and a deployment are, and how
//! they may change.
//!
//! Architecture invariant: nothing here is async, does IO, reads a clock or draws a random
//! number. Time and randomness are arguments.

pub mod access;
pub mod actor;
pub mod audit;
pub mod clock;
pub mod deployment;
pub mod event;
pub mod feedback;
pub mod filter;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
pub mod group;
pub mod id;
pub mod invalid;
pub mod invitation;
pub mod log;
pub mod message;
pub mod metric;
pub mod origins;
pub mod page;
pub mod patch;
pub mod price;
pub mod project;
pub mod provider;
pub mod rate;
pub mod retention;
pub mod review;
pub mod rollup;
pub mod span;
pub mod thread;
pub mod time;
pub mod uncertainty;
pub mod user;
pub mod view;
pub mod webhook;

pub use invalid::{Invalid, Pointer};
pub use page::{Cursor, Page};
pub use time::Time;
