//! The model inside this process, as a source of models to the gateway.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tokio::sync::Notify;
use vouch_domain::clock::Clock;
use vouch_gateway::{BoxError, ModelInfo, Provider, ProviderError, ProviderReply, ProviderRequest};
use vouch_model::{Engine, Event, FinishReason, Generation, ModelError};

use super::answer::{Head, Wants};
use super::refusal::{Refusal, headers, json_reply};
use super::request::ChatRequest;
use crate::clock::random;

/// What is said while a model that broke down is loaded again.
pub(super) const BROKE_DOWN: &str =
    "the local model broke down and is being loaded again: try again in a second";

/// How far the model is.
#[derive(Clone)]
enum State {
    /// Not there, or on its way; the text says which.
    Waiting(String),
    /// Loaded, and called by this name.
    Ready(Arc<Engine>, String),
}

/// Serves chat completions with the model inside this process, once it is loaded.
pub(crate) struct LocalProvider {
    clock: Arc<dyn Clock>,
    /// What the model is called until it is loaded.
    expected: String,
    state: RwLock<State>,
    /// Someone asked for a model that is not there: it may be worth looking for it again.
    asked: Notify,
}

impl LocalProvider {
    /// A provider whose model, `expected` by name, is not loaded yet.
    pub(crate) fn new(clock: Arc<dyn Clock>, expected: String) -> Self {
        let state = RwLock::new(State::Waiting("the local model is not loaded yet".into()));
        Self { clock, expected, state, asked: Notify::new() }
    }

    /// Says what the model waits for.
    pub(crate) fn wait_for(&self, note: impl Into<String>) {
        self.set(State::Waiting(note.into()));
    }

    /// Serves with `engine` from now on, under the name of its model.
    pub(crate) fn serve_with(&self, engine: Arc<Engine>, name: &str) {
        self.set(State::Ready(engine, name.to_owned()));
    }

    /// Waits until someone asks for the model while it is not there.
    pub(crate) async fn asked(&self) {
        self.asked.notified().await;
    }

    /// Cancels what is being generated, and frees the model. Blocks for a moment.
    pub(crate) fn stop(&self) {
        let state = self.state();
        self.wait_for("the server is stopping");
        if let State::Ready(engine, _) = state {
            engine.shutdown();
        }
    }

    fn set(&self, state: State) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn state(&self) -> State {
        match self.state.read().unwrap_or_else(PoisonError::into_inner).clone() {
            State::Ready(engine, _) if !engine.is_running() => State::Waiting(BROKE_DOWN.into()),
            state => state,
        }
    }

    /// The engine, once it is loaded.
    #[cfg(test)]
    pub(super) fn engine(&self) -> Option<Arc<Engine>> {
        match self.state() {
            State::Ready(engine, _) => Some(engine),
            State::Waiting(_) => None,
        }
    }
}

#[async_trait::async_trait]
impl Provider for LocalProvider {
    async fn chat(&self, request: ProviderRequest) -> Result<ProviderReply, ProviderError> {
        let (engine, name) = match self.state() {
            State::Ready(engine, name) => (engine, name),
            State::Waiting(note) => {
                self.asked.notify_one();
                return Err(ProviderError::Busy(note));
            }
        };
        let head = Head::new(self.clock.now(), random(), &name);
        let seed = u64::from_be_bytes(random());
        // A long prompt takes longer to read than a thread of the runtime may be held up.
        let accept = move || accept(&engine, &name, &request.body, seed);
        let Ok(outcome) = tokio::task::spawn_blocking(accept).await else {
            // It panicked. What a panic says may be a piece of the prompt.
            let note = "the local model could not read the request";
            return Err(ProviderError::Unreachable(note.into()));
        };
        let Accepted { generation, stream, wants } = match outcome {
            Ok(accepted) => accepted,
            Err(rejected) => return rejected.answer(),
        };
        if stream {
            return Ok(streamed(head, generation, wants));
        }
        let answer = match generation.complete().await {
            Ok(answer) => answer,
            Err(error) => return Rejected::from(error).answer(),
        };
        if answer.finished.reason == FinishReason::Cancelled {
            return Err(ProviderError::Unreachable("the local model was stopped".into()));
        }
        Ok(json_reply(StatusCode::OK, head.completion(&answer, wants.logprobs)))
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError> {
        let (ready, note, model) = match self.state() {
            State::Ready(engine, name) => (true, describe(&engine), name),
            State::Waiting(note) => {
                self.asked.notify_one();
                (false, note, self.expected.clone())
            }
        };
        Ok(vec![ModelInfo { model, ready, note }])
    }
}

fn describe(engine: &Engine) -> String {
    let card = engine.model();
    let (millions, context) = (card.parameters / 1_000_000, engine.context_tokens());
    format!("runs in this process: {millions} million parameters, {context} tokens of context")
}

/// A request that the engine has taken.
struct Accepted {
    generation: Generation,
    /// Whether the answer is streamed.
    stream: bool,
    wants: Wants,
}

/// Reads a request and hands it to the engine. Takes as long as the prompt is long.
fn accept(engine: &Engine, name: &str, body: &[u8], seed: u64) -> Result<Accepted, Rejected> {
    let parsed = ChatRequest::parse(body, seed)?;
    if parsed.model != name {
        return Err(Refusal::unknown_model(&parsed.model, name).into());
    }
    let wants = Wants { logprobs: parsed.logprobs, include_usage: parsed.include_usage };
    Ok(Accepted { generation: engine.submit(parsed.generate)?, stream: parsed.stream, wants })
}

/// Why there is no answer.
enum Rejected {
    /// What was asked cannot be done.
    Refusal(Refusal),
    /// The engine does not do it.
    Engine(ModelError),
}

impl From<Refusal> for Rejected {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<ModelError> for Rejected {
    fn from(error: ModelError) -> Self {
        Refusal::of(&error).map_or(Self::Engine(error), Self::Refusal)
    }
}

impl Rejected {
    /// What is answered instead.
    fn answer(self) -> Result<ProviderReply, ProviderError> {
        match self {
            Self::Refusal(refusal) => Ok(refusal.reply()),
            Self::Engine(error @ ModelError::Busy { .. }) => {
                Err(ProviderError::Busy(error.to_string()))
            }
            Self::Engine(error) => Err(ProviderError::Unreachable(error.to_string())),
        }
    }
}

/// Where a stream is. Dropping it drops the generation, which cancels it.
struct Streaming {
    head: Head,
    wants: Wants,
    generation: Option<Generation>,
    /// The first chunk, which says who speaks, until it is sent: together with the first token,
    /// so that whoever measures the time to the first token is not deceived.
    opening: String,
}

fn streamed(head: Head, generation: Generation, wants: Wants) -> ProviderReply {
    let opening = head.opening(wants.include_usage);
    let start = Streaming { head, wants, generation: Some(generation), opening };
    let events = stream::unfold(start, |mut at| async move {
        let text = at.next().await?;
        Some((text.map(|text| Frame::data(Bytes::from(text))), at))
    });
    ProviderReply {
        status: StatusCode::OK,
        headers: headers("text/event-stream; charset=utf-8"),
        body: StreamBody::new(events).boxed_unsync(),
    }
}

impl Streaming {
    /// The next bytes to send; `None` at the end. A stream that breaks off ends with an error, so
    /// that nobody takes it for a whole answer.
    async fn next(&mut self) -> Option<Result<String, BoxError>> {
        let Self { head, wants, generation, opening } = self;
        loop {
            let text = match generation.as_mut()?.next().await {
                Some(Event::Started { .. }) => continue,
                Some(Event::Token(token)) => head.token(&token, *wants),
                Some(Event::Finished(end)) if end.reason != FinishReason::Cancelled => {
                    *generation = None;
                    Some(head.ending(end.reason, end.usage, wants.include_usage))
                }
                Some(Event::Finished(_)) | None => {
                    *generation = None;
                    return Some(Err(BoxError::from("the local model was stopped")));
                }
            };
            if let Some(text) = text {
                return Some(Ok(std::mem::take(opening) + &text));
            }
        }
    }
}
