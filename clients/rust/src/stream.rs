//! A streamed answer.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::try_unfold;
use http_body_util::BodyExt;
use tokio::time::timeout;

use crate::client::Vouch;
use crate::error::{BoxError, Error, Result};
use crate::fold::Fold;
use crate::invoke::{InvokeResult, WireAnswer};
use crate::message::{Choice, Usage};
use crate::sse::Decoder;
use crate::transport::Body;

/// A piece of a streamed answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct InvokeChunk {
    /// The log of this call.
    pub log_id: String,
    /// Each message holds what is new.
    pub choices: Vec<Choice>,
    /// In the last chunk, where the provider tells it.
    pub usage: Option<Usage>,
}

impl InvokeChunk {
    /// What is new of the first choice's text.
    pub fn text(&self) -> &str {
        self.choices.first().map(|choice| choice.message.text()).unwrap_or_default()
    }
}

/// A streamed answer. Dropping it ends the stream; the server logs an unfinished one as cancelled.
pub struct InvokeStream {
    client: Vouch,
    body: Body,
    silence: Duration,
    decoder: Decoder,
    waiting: VecDeque<String>,
    fold: Fold,
    last: Option<WireAnswer>,
    usage: Option<Usage>,
    done: bool,
}

impl fmt::Debug for InvokeStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("InvokeStream");
        shown.field("log_id", &self.log_id()).field("done", &self.done).finish_non_exhaustive()
    }
}

impl InvokeStream {
    pub(crate) fn new(client: Vouch, body: Body, silence: Duration) -> Self {
        Self {
            client,
            body,
            silence,
            decoder: Decoder::default(),
            waiting: VecDeque::new(),
            fold: Fold::default(),
            last: None,
            usage: None,
            done: false,
        }
    }

    /// The log of this call, once the first chunk has come.
    pub fn log_id(&self) -> Option<&str> {
        self.last.as_ref().map(|last| last.id.as_str())
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// [`Error::StreamBroken`] when the stream ends before its end, [`Error::Timeout`] when it
    /// falls silent.
    pub async fn next(&mut self) -> Result<Option<InvokeChunk>> {
        loop {
            if self.done {
                return Ok(None);
            }
            if let Some(data) = self.waiting.pop_front() {
                if data == "[DONE]" {
                    self.done = true;
                    continue;
                }
                return self.chunk(&data).map(Some);
            }
            let frame = timeout(self.silence, self.body.frame()).await;
            match frame.map_err(|_| Error::Timeout(self.silence))? {
                Some(Ok(frame)) => {
                    let bytes = frame.into_data().unwrap_or_default();
                    self.waiting.extend(self.decoder.push(&bytes));
                }
                Some(Err(e)) => return Err(self.broken(Some(e))),
                None => return Err(self.broken(None)),
            }
        }
    }

    /// Reads what is left; the whole answer.
    pub async fn collect(mut self) -> Result<InvokeResult> {
        while self.next().await?.is_some() {}
        let Some(last) = self.last.take() else { return Err(self.broken(None)) };
        let answer = WireAnswer { choices: self.fold.choices(), usage: self.usage, ..last };
        Ok(InvokeResult::new(answer, self.client))
    }

    /// The pieces as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<InvokeChunk>> + Send {
        try_unfold(self, |mut chunks| async move {
            Ok(chunks.next().await?.map(|chunk| (chunk, chunks)))
        })
    }

    fn chunk(&mut self, data: &str) -> Result<InvokeChunk> {
        let event: WireAnswer = serde_json::from_str(data).map_err(Error::Answer)?;
        for choice in &event.choices {
            self.fold.push(choice);
        }
        let chunk = InvokeChunk {
            log_id: event.id.clone(),
            choices: event.choices.clone(),
            usage: event.usage.clone(),
        };
        self.usage = self.usage.take().or_else(|| event.usage.clone());
        self.last = Some(event);
        Ok(chunk)
    }

    fn broken(&self, source: Option<BoxError>) -> Error {
        Error::StreamBroken { log_id: self.log_id().map(str::to_owned), source }
    }
}
