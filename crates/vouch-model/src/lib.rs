//! The local model: reads a GGUF file and generates text in process, without a key or a network.
//!
//! [`Engine::load`] reads the weights and starts a thread; [`Engine::submit`] queues a request
//! and returns a [`Generation`], from which [`Event`]s come until [`Event::Finished`].
//!
//! ```no_run
//! # fn main() -> Result<(), vouch_model::ModelError> {
//! use vouch_model::{ChatMessage, Engine, EngineOptions, GenerateRequest};
//!
//! let engine = Engine::load("model.gguf".as_ref(), EngineOptions::default())?;
//! let request = GenerateRequest::new(vec![ChatMessage::user("What is the capital of France?")]);
//! let completion = engine.submit(request)?.blocking_complete()?;
//! assert!(completion.text.contains("Paris"));
//! # Ok(())
//! # }
//! ```
//!
//! Architecture invariants: no HTTP, no database, no clock but [`std::time::Instant`], no
//! randomness but the seed of the request. A completion does not depend on what else is served.

mod cache;
mod chat;
mod config;
mod engine;
mod error;
mod gguf;
mod kernels;
mod llama;
mod logprob;
mod model;
mod quant;
#[cfg(test)]
mod real_weights;
mod rope;
mod sampler;
mod stream;
mod template;
mod tokenizer;

#[cfg(any(test, feature = "tiny"))]
pub mod tiny;

pub use chat::{ChatMessage, Role};
pub use engine::event::{
    Completion, Event, FinishReason, Finished, Timings, TokenEvent, TokenLogprob, Usage,
};
pub use engine::request::{GenerateRequest, MAX_STOP_BYTES, MAX_STOP_STRINGS, MAX_TOP_LOGPROBS};
pub use engine::{Ended, Engine, EngineOptions, Generation};
pub use error::ModelError;
pub use model::ModelCard;
pub use sampler::{MAX_TEMPERATURE, Sampling};
