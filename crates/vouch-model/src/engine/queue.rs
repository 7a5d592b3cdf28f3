//! Requests that wait for a place, first come, first served.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, mpsc};

use super::Ended;
use super::event::{Event, FinishReason, Finished, Timings, Usage};
use crate::error::ModelError;
use crate::sampler::Sampling;

/// A request that has been checked and tokenised.
#[derive(Debug)]
pub(super) struct Job {
    /// At least one token.
    pub(super) prompt: Vec<u32>,
    pub(super) max_tokens: usize,
    pub(super) sampling: Sampling,
    pub(super) stop: Vec<String>,
    pub(super) top_logprobs: usize,
    /// Has a place for every event.
    pub(super) events: mpsc::Sender<Event>,
    pub(super) cancelled: Arc<AtomicBool>,
    pub(super) submitted: Instant,
}

impl Job {
    /// Whether nobody wants the answer any more.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed) || self.events.is_closed()
    }

    /// Tells the caller; nobody may be listening.
    pub(super) fn send(&self, event: Event) {
        drop(self.events.try_send(event));
    }

    fn cancel(self) {
        let queued = self.submitted.elapsed();
        self.send(Event::Finished(Finished {
            reason: FinishReason::Cancelled,
            usage: Usage { prompt_tokens: self.prompt.len(), completion_tokens: 0 },
            timings: Timings { queued, ..Timings::default() },
        }));
    }
}

/// The meeting point of the callers and the worker.
#[derive(Debug)]
pub(super) struct Queue {
    max_active: usize,
    max_queued: usize,
    state: Mutex<State>,
    changed: Condvar,
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Job>,
    active: usize,
    ended: Option<Ended>,
}

impl State {
    fn drop_cancelled(&mut self) {
        let (cancelled, waiting) =
            std::mem::take(&mut self.waiting).into_iter().partition(Job::is_cancelled);
        self.waiting = waiting;
        let cancelled: VecDeque<Job> = cancelled;
        cancelled.into_iter().for_each(Job::cancel);
    }
}

impl Queue {
    pub(super) fn new(max_active: usize, max_queued: usize) -> Self {
        Self {
            max_active,
            max_queued,
            state: Mutex::default(),
            changed: Condvar::new(),
            ended: Notify::new(),
        }
    }

    /// Adds a request.
    ///
    /// # Errors
    /// [`ModelError::Busy`] if too many wait, [`ModelError::Stopped`].
    pub(super) fn push(&self, job: Job) -> Result<(), ModelError> {
        let mut state = self.lock();
        if state.ended.is_some() {
            return Err(ModelError::Stopped);
        }
        let most = self.max_active.saturating_add(self.max_queued);
        if state.active + state.waiting.len() >= most {
            state.drop_cancelled();
        }
        if state.active + state.waiting.len() >= most {
            return Err(ModelError::Busy { active: state.active, queued: state.waiting.len() });
        }
        state.waiting.push_back(job);
        self.changed.notify_one();
        Ok(())
    }

    /// The requests to begin beside the `active` ones; waits for one if there are none, and
    /// returns `None` when the engine stops.
    pub(super) fn admit(&self, active: usize) -> Option<Vec<Job>> {
        let mut state = self.lock();
        state.active = active;
        loop {
            if state.ended.is_some() {
                return None;
            }
            state.drop_cancelled();
            let places = (self.max_active - active).min(state.waiting.len());
            let admitted: Vec<_> = state.waiting.drain(..places).collect();
            state.active = active + admitted.len();
            if state.active > 0 {
                return Some(admitted);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether requests are still taken.
    pub(super) fn is_running(&self) -> bool {
        self.lock().ended.is_none()
    }

    /// Refuses further requests and cancels those that wait. The first call says how it ended.
    pub(super) fn stop(&self, ended: Ended) {
        let mut state = self.lock();
        state.ended.get_or_insert(ended);
        state.waiting.drain(..).for_each(Job::cancel);
        self.changed.notify_all();
        self.ended.notify_waiters();
    }

    /// Waits for the first [`Queue::stop`].
    pub(super) async fn ended(&self) -> Ended {
        loop {
            // Before the look at the state, so that no call falls between the two.
            let notified = self.ended.notified();
            let ended = self.lock().ended;
            match ended {
                Some(ended) => return ended,
                None => notified.await,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
