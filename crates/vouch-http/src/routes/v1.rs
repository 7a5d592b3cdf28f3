//! What OpenAI's clients call.

mod chat;
mod embeddings;
mod models;

pub(crate) use chat::*;
pub(crate) use embeddings::*;
pub(crate) use models::*;
