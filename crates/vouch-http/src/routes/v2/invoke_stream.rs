//! An OpenAI stream as a stream of invoke events.
//!
//! A piece of text leaves as soon as it comes. What ends a choice waits for the usage behind it,
//! so that the last event is the one with `is_final`.

use std::collections::VecDeque;
use std::mem;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http_body_util::BodyExt;
use serde_json::Value;
use vouch_gateway::sse::{Event, Parser};
use vouch_gateway::{BoxError, ProviderBody};

use super::wire::{Answering, choice};
use crate::state::App;

/// The answer that streams `body` as invoke events.
pub(crate) fn translated(app: App, answering: Answering, body: ProviderBody) -> Response {
    let translation = Translation {
        app,
        answering,
        body: Some(body),
        parser: Parser::default(),
        waiting: VecDeque::new(),
        held: None,
        usage: None,
        done: false,
    };
    let pieces = stream::try_unfold(translation, |mut translation| async {
        let piece = translation.next().await?;
        Ok::<_, BoxError>(piece.map(|piece| (piece, translation)))
    });
    let head = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-cache")];
    (head, Body::from_stream(pieces)).into_response()
}

struct Translation {
    app: App,
    answering: Answering,
    /// The provider's stream; read to its very end, so that the log is complete.
    body: Option<ProviderBody>,
    parser: Parser,
    waiting: VecDeque<Bytes>,
    /// The choices that ended, until it is known whether more comes.
    held: Option<Vec<Value>>,
    usage: Option<Value>,
    done: bool,
}

impl Translation {
    /// The next bytes for the client; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, BoxError> {
        loop {
            if let Some(piece) = self.waiting.pop_front() {
                return Ok(Some(piece));
            }
            let Some(body) = &mut self.body else { return Ok(None) };
            if let Some(frame) = body.frame().await {
                let bytes = frame?.into_data().unwrap_or_default();
                for event in self.parser.push(&bytes) {
                    self.take(&event)?;
                }
            } else {
                self.body = None;
                if let Some(event) = self.parser.finish() {
                    self.take(&event)?;
                }
                self.finish();
            }
        }
    }

    fn take(&mut self, event: &Event) -> Result<(), BoxError> {
        let text = event.data.trim();
        if self.done || text.is_empty() {
            return Ok(());
        }
        if text == "[DONE]" {
            self.finish();
            return Ok(());
        }
        let chunk: Value = serde_json::from_str(text)?;
        if let Some(message) = chunk.pointer("/error/message").and_then(Value::as_str) {
            return Err(message.to_owned().into());
        }
        if let Some(usage) = chunk.get("usage").filter(|usage| usage.is_object()) {
            self.usage = Some(usage.clone());
        }
        let choices = chunk.get("choices").and_then(Value::as_array);
        let choices: Vec<_> = choices.into_iter().flatten().map(choice).collect();
        if choices.is_empty() {
            return Ok(());
        }
        if let Some(held) = self.held.take() {
            self.send(&held, false);
        }
        if choices.iter().any(|choice| !choice["finish_reason"].is_null()) {
            self.held = Some(choices);
        } else {
            self.send(&choices, false);
        }
        Ok(())
    }

    fn finish(&mut self) {
        if mem::replace(&mut self.done, true) {
            return;
        }
        let last = self.held.take().unwrap_or_else(|| {
            let mut nothing = choice(&Value::Null);
            nothing["message"]["content"] = "".into();
            vec![nothing]
        });
        self.send(&last, true);
        self.waiting.push_back(Bytes::from_static(b"data: [DONE]\n\n"));
    }

    fn send(&mut self, choices: &[Value], last: bool) {
        let usage = self.usage.as_ref().filter(|_| last);
        let part = self.answering.part(choices, usage, last.then(|| self.app.now()));
        self.waiting.push_back(Bytes::from(format!("data: {part}\n\n")));
    }
}
