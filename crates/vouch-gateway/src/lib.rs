//! The gateway: a chat call comes in, a deployment or provider serves it, and its log is kept.
//!
//! Architecture invariants: responses and SSE pass through byte for byte while a tee captures
//! them (but for what we asked of the provider on our own account, which is taken out again);
//! a place in the log queue is reserved before the provider is called, so that a full queue
//! holds back calls and no log is lost; no store transaction is open across a provider call.

mod anthropic;
mod call;
mod capture;
mod chat;
mod circuit;
mod client;
mod configure;
mod embeddings;
mod error;
mod fold;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
mod gateway;
mod headers;
mod idle;
mod models;
mod openai;
mod prompt;
mod provider;
mod queue;
mod reply;
mod retry;
mod route;
mod seal;
mod serve;
mod settings;
pub mod sse;
mod strip;
mod tee;

pub use call::{Caller, ChatCall};
pub use client::check_base_url;
pub use configure::{ConfigCall, Configured};
pub use error::GatewayError;
pub use gateway::{Gateway, GatewayOptions};
pub use headers::CallHeaders;

pub use models::ModelName;
pub use prompt::check_template;
pub use provider::{
    BoxError, ModelInfo, Provider, ProviderBody, ProviderError, ProviderReply, ProviderRequest,
};
pub use reply::ChatReply;
pub use seal::{SealError, Sealer};
