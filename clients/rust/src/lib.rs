//! The Rust client of [Vouch](https://github.com/vouch-hitl/vouch): call deployments, log what
//! models said, and tell what people think of it.
//!
//! ```no_run
//! use vouch_client::{Invoke, Message, Metrics, Opinion, Vouch};
//!
//! # async fn run() -> vouch_client::Result<()> {
//! let vouch = Vouch::builder().base_url("http://127.0.0.1:7700").api_key("vk_...").build()?;
//! let call = Invoke::new("assistant").messages([Message::user("What is a group commit?")]);
//! let answer = vouch.invoke(call).await?;
//! answer.add_metrics(Metrics::new().score(70.0)).await?;
//! answer.feedback(Opinion::new().thumbs(true).user_id("ann")).await?;
//! # Ok(())
//! # }
//! ```

mod builder;
mod client;
mod error;
mod fold;
mod id;
mod invoke;
mod log;
mod log_call;
mod log_request;
mod logs;
mod message;
mod metrics;
mod opinion;
mod page;
mod request;
mod retry;
mod send;
mod sse;
mod stream;
mod transport;

pub use builder::Builder;
pub use client::Vouch;
pub use error::{BoxError, Error, FieldError, Problem, Result};
pub use id::new_log_id;
pub use invoke::{Invoke, InvokeResult};
pub use log::{
    Feedback, FeedbackKept, FeedbackTally, FeedbackToken, Log, LogError, LogSummary,
    MetadataChange, MetricsAdded, TokenLogprob, Uncertainty,
};
pub use log_call::LogCall;
pub use log_request::{LogFilters, NewLog};
pub use logs::Logs;
pub use message::{Choice, Message, Performance, Usage};
pub use metrics::Metrics;
pub use opinion::{FeedbackValue, NewFeedback, Opinion, Source};
pub use page::{Page, Pages};
pub use stream::{InvokeChunk, InvokeStream};
