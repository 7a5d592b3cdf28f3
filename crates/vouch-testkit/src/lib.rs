//! Dev only: the whole server on a real socket over a fresh database, a scriptable provider, a
//! clock that stands still, and a small client.
//!
//! Nothing here waits for time to pass: advance the clock, or wait for what you expect.

mod app;
mod build;
mod client;
mod clock;
mod database;
mod upstream;

pub use app::{TestApp, TestOptions};
pub use build::{chat_answer, chat_chunks, log};
pub use client::{Answer, Client, Stream};
pub use clock::FakeClock;
pub use database::{Database, Engine};
pub use upstream::{Asked, FakeProvider, Reply};
