//! What OpenAI's clients call.

mod chat;
mod models;

pub(crate) use chat::*;
pub(crate) use models::*;
