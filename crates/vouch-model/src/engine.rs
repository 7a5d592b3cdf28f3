//! Serves generations: a thread of its own that gives every active request one token at a time.

pub(crate) mod event;
mod generation;
mod queue;
pub(crate) mod request;
mod sequence;
mod worker;

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use pulp::Arch;
use tokio::sync::mpsc;

pub use generation::Generation;

use crate::chat::ChatMessage;
use crate::error::ModelError;
use crate::model::{Model, ModelCard};
use queue::{Job, Queue};
use request::{GenerateRequest, invalid};

/// How an [`Engine`] uses the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineOptions {
    /// Threads that compute, 1 to 64. Decoding gains little from more than two.
    pub threads: usize,
    /// Requests that are generated at once, at least 1. Each needs 46 kB of memory for every
    /// token of prompt and completion (with the default model).
    pub max_active: usize,
    /// Requests that may wait for a place; when they are all waiting, `submit` answers
    /// [`ModelError::Busy`].
    pub max_queued: usize,
    /// Tokens of prompt and completion together; `None` takes what the model was trained for,
    /// and more than that is not given.
    pub context_tokens: Option<usize>,
    /// Tokens computed in one step, those of all requests together, at least 1. Smaller steps
    /// delay the other requests less while a long prompt is read, and read it more slowly.
    pub step_tokens: usize,
}

impl Default for EngineOptions {
    /// Two threads where there are at least four processors, otherwise one.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: if processors >= 4 { 2 } else { 1 },
            max_active: 4,
            max_queued: 64,
            context_tokens: None,
            step_tokens: 32,
        }
    }
}

impl EngineOptions {
    fn check(&self) -> Result<(), ModelError> {
        if !(1..=64).contains(&self.threads) {
            return Err(invalid("threads", "must be 1 to 64"));
        }
        for (name, value) in [
            ("max_active", self.max_active),
            ("step_tokens", self.step_tokens),
            ("context_tokens", self.context_tokens.unwrap_or(1)),
        ] {
            if value == 0 {
                return Err(invalid(name, "must be at least 1"));
            }
        }
        Ok(())
    }
}

/// How an [`Engine`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By [`Engine::shutdown`].
    ShutDown,
    /// Its thread panicked: that is a fault of this crate. Load the model again.
    Panicked,
}

/// A loaded model and the thread that runs it. Share it in an [`Arc`]; dropping it shuts down.
#[derive(Debug)]
pub struct Engine {
    model: Arc<Model>,
    queue: Arc<Queue>,
    worker: Mutex<Option<JoinHandle<()>>>,
    context_tokens: usize,
}

impl Engine {
    /// Loads a GGUF file and starts the thread. Takes most of a second: keep it off async threads.
    ///
    /// # Errors
    /// [`ModelError::Io`], [`ModelError::Format`], [`ModelError::Unsupported`] or
    /// [`ModelError::Template`] for the file, [`ModelError::InvalidRequest`] for the options.
    pub fn load(path: &Path, options: EngineOptions) -> Result<Self, ModelError> {
        options.check()?;
        let model = Arc::new(Model::read(path, Arch::new(), options.threads)?);
        let queue = Arc::new(Queue::new(options.max_active, options.max_queued));
        let context = model.card().context_tokens;
        let context_tokens = options.context_tokens.map_or(context, |tokens| tokens.min(context));
        let worker = worker::start(Arc::clone(&model), Arc::clone(&queue), options)?;
        Ok(Self { model, queue, worker: Mutex::new(Some(worker)), context_tokens })
    }

    /// What the model is.
    pub fn model(&self) -> &ModelCard {
        self.model.card()
    }

    /// Tokens of prompt and completion that fit together.
    pub fn context_tokens(&self) -> usize {
        self.context_tokens
    }

    /// The tokens in the prompt that `messages` make.
    ///
    /// # Errors
    /// [`ModelError::Template`] if the model's template rejects the messages.
    pub fn count_tokens(&self, messages: &[ChatMessage]) -> Result<usize, ModelError> {
        Ok(self.model.prompt(messages)?.len())
    }

    /// Queues a request, first come, first served.
    ///
    /// Renders and tokenises the prompt on the calling thread, and never waits for the model.
    /// That takes 2 to 8 ms for 10 kB and grows with the length: call it on a thread that may
    /// block. A conversation that is too long in any case is refused before that.
    ///
    /// # Errors
    /// [`ModelError::InvalidRequest`], [`ModelError::ContextOverflow`], [`ModelError::Template`],
    /// [`ModelError::Busy`] or [`ModelError::Stopped`].
    pub fn submit(&self, request: GenerateRequest) -> Result<Generation, ModelError> {
        request.check()?;
        let asked = request.max_tokens.unwrap_or(1);
        let overflow = |prompt_tokens| ModelError::ContextOverflow {
            prompt_tokens,
            max_tokens: asked,
            context_tokens: self.context_tokens,
        };
        let least = self.model.least_tokens(&request.messages);
        if least > self.context_tokens {
            return Err(overflow(least));
        }
        let prompt = self.model.prompt(&request.messages)?;
        if prompt.is_empty() {
            let reason = "make an empty prompt with the chat template of this model";
            return Err(invalid("messages", reason));
        }
        let room = self.context_tokens.saturating_sub(prompt.len());
        if asked > room {
            return Err(overflow(prompt.len()));
        }
        self.enqueue(prompt, request.max_tokens.unwrap_or(room), request)
    }

    fn enqueue(
        &self,
        prompt: Vec<u32>,
        max_tokens: usize,
        request: GenerateRequest,
    ) -> Result<Generation, ModelError> {
        // Every event has a place: the worker never waits for a slow reader.
        let (sender, receiver) = mpsc::channel(max_tokens.saturating_add(2));
        let cancelled = Arc::new(AtomicBool::new(false));
        self.queue.push(Job {
            prompt,
            max_tokens,
            sampling: request.sampling,
            stop: request.stop,
            top_logprobs: request.top_logprobs,
            events: sender,
            cancelled: Arc::clone(&cancelled),
            submitted: Instant::now(),
        })?;
        Ok(Generation::new(receiver, cancelled))
    }

    /// Whether requests are still served: not after [`Engine::shutdown`] or a panic of the thread.
    pub fn is_running(&self) -> bool {
        self.queue.is_running()
    }

    /// Waits until requests are no longer served, and says why.
    ///
    /// Cancel safe.
    pub async fn ended(&self) -> Ended {
        self.queue.ended().await
    }

    /// Makes the thread panic, for tests of what follows.
    ///
    /// # Errors
    /// [`ModelError::Busy`] or [`ModelError::Stopped`].
    #[cfg(any(test, feature = "tiny"))]
    pub fn crash(&self) -> Result<Generation, ModelError> {
        // No vocabulary has this token.
        self.enqueue(vec![u32::MAX], 1, GenerateRequest::new(Vec::new()))
    }

    /// Cancels every request, and returns when the thread has ended. Further calls of
    /// [`Engine::submit`] answer [`ModelError::Stopped`].
    pub fn shutdown(&self) {
        self.queue.stop(Ended::ShutDown);
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(worker) = worker {
            // A worker that panicked has already closed the queue and every generation.
            drop(worker.join());
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shutdown();
    }
}

#[cfg(test)]
mod tests;
