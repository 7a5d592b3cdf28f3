//! The whole server through a real socket, over a fresh database for each test.

mod access;
mod bad_input;
mod chat;
mod document;
mod events;
mod feedback;
mod logs;
mod orq;
mod people;
mod public_feedback;
mod quiet;
mod server;
mod settings;
