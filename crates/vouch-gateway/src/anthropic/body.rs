//! The body of an answer, translated on its way.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame};
use serde_json::Value;

use super::answer;
use super::stream::StreamTranslator;
use crate::capture::EVENT_BYTES;
use crate::provider::{BoxError, ProviderBody};

/// The longest answer that is translated as a whole.
const WHOLE_BYTES: usize = 64 << 20;

/// What the body is.
pub(super) enum Translation {
    /// A stream, translated as it comes.
    Stream(Box<StreamTranslator>),
    /// A message, translated when it is there.
    Answer {
        /// When it was made, Unix seconds.
        created_s: i64,
    },
    /// An error, translated when it is there.
    Error,
}

/// Anthropic's body, read as OpenAI's.
pub(super) struct Translated {
    inner: ProviderBody,
    translation: Translation,
    held: Vec<u8>,
    ended: bool,
}

impl Translated {
    pub(super) fn new(inner: ProviderBody, translation: Translation) -> Self {
        Self { inner, translation, held: Vec::new(), ended: false }
    }

    fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, BoxError> {
        if let Translation::Stream(stream) = &mut self.translation {
            let passed = stream.push(bytes);
            if stream.pending_bytes() > EVENT_BYTES {
                return Err(format!("an event of more than {EVENT_BYTES} bytes").into());
            }
            return Ok(passed);
        }
        if self.held.len() + bytes.len() > WHOLE_BYTES {
            return Err(format!("an answer of more than {WHOLE_BYTES} bytes").into());
        }
        self.held.extend_from_slice(bytes);
        Ok(Vec::new())
    }

    /// What is no message passes as it is.
    fn finish(&mut self) -> Vec<u8> {
        let held = std::mem::take(&mut self.held);
        match &mut self.translation {
            Translation::Stream(stream) => stream.finish(),
            Translation::Error => answer::error(&held).to_string().into_bytes(),
            Translation::Answer { created_s } => {
                let message = serde_json::from_slice::<Value>(&held).ok();
                let completion = message.and_then(|m| answer::completion(&m, *created_s));
                completion.map_or(held, |completion| completion.to_string().into_bytes())
            }
        }
    }
}

impl Body for Translated {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        while !self.ended {
            let out = match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => self.push(&bytes),
                    Err(_trailers) => continue,
                },
                Some(Err(error)) => Err(error),
                None => {
                    self.ended = true;
                    Ok(self.finish())
                }
            };
            self.ended |= out.is_err();
            match out {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => return Poll::Ready(Some(Ok(Frame::data(Bytes::from(bytes))))),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }
}
