//! What OpenAI's clients call, and OpenTelemetry's exporters.

mod chat;
mod embeddings;
mod models;
mod traces;

pub(crate) use chat::*;
pub(crate) use embeddings::*;
pub(crate) use models::*;
pub(crate) use traces::*;
