//! The caller's half of a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use super::event::{Completion, Event, Finished};
use crate::error::ModelError;

/// A request that is waiting or being generated. Dropping it cancels it.
#[derive(Debug)]
pub struct Generation {
    events: mpsc::Receiver<Event>,
    cancelled: Arc<AtomicBool>,
}

impl Generation {
    pub(super) fn new(events: mpsc::Receiver<Event>, cancelled: Arc<AtomicBool>) -> Self {
        Self { events, cancelled }
    }

    /// The next event; `None` after [`Event::Finished`], or if the engine died.
    ///
    /// Cancel safe: no event is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// [`Generation::next`] for a thread that is not async.
    ///
    /// # Panics
    /// Inside an async runtime.
    pub fn blocking_next(&mut self) -> Option<Event> {
        self.events.blocking_recv()
    }

    /// Ends the generation within one token; [`Event::Finished`] still comes.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Waits for the end and folds all events together.
    ///
    /// # Errors
    /// [`ModelError::Stopped`] if the engine died.
    pub async fn complete(mut self) -> Result<Completion, ModelError> {
        let mut parts = Parts::default();
        while let Some(event) = self.next().await {
            parts.add(event);
        }
        parts.complete()
    }

    /// [`Generation::complete`] for a thread that is not async.
    ///
    /// # Errors
    /// [`ModelError::Stopped`] if the engine died.
    ///
    /// # Panics
    /// Inside an async runtime.
    pub fn blocking_complete(mut self) -> Result<Completion, ModelError> {
        let mut parts = Parts::default();
        while let Some(event) = self.blocking_next() {
            parts.add(event);
        }
        parts.complete()
    }
}

#[derive(Default)]
struct Parts {
    text: String,
    tokens: Vec<super::event::TokenEvent>,
    finished: Option<Finished>,
}

impl Parts {
    fn add(&mut self, event: Event) {
        match event {
            Event::Started { .. } => {}
            Event::Token(token) => {
                self.text.push_str(&token.piece);
                self.tokens.push(token);
            }
            Event::Finished(finished) => self.finished = Some(finished),
        }
    }

    fn complete(self) -> Result<Completion, ModelError> {
        let finished = self.finished.ok_or(ModelError::Stopped)?;
        Ok(Completion { text: self.text, tokens: self.tokens, finished })
    }
}
