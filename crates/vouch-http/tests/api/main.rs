//! The whole server through a real socket, over a fresh database for each test.

#![expect(clippy::unwrap_used, reason = "a test fails where a value is missing")]

mod access;
mod anthropic;
mod assignment;
mod bad_input;
mod chat;
mod consensus;
mod document;
mod embeddings;
mod events;
mod feedback;
mod files;
mod finding;
mod invitations;
mod limits;
mod logs;
mod orq;
mod otlp;
mod people;
mod proxies;
mod public_feedback;
mod quiet;
mod reliability;
mod review;
mod server;
mod settings;
mod webhooks;
