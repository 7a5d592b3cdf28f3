//! Label files: who gave which label to which item. Read row by row; nothing of Vouch is needed.

pub(crate) mod measure;
pub(crate) mod measured;
mod questions;
mod ratings;
mod read;
pub(crate) mod show;
mod tools;
pub(crate) mod write;

pub(crate) use questions::{Question, Questions};
pub(crate) use read::{format_of, read};
