//! The tee: the client reads what the provider sends, and the capture sees it pass.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::capture::{CAPTURED_BYTES, Capture, EVENT_BYTES, Ending};
use crate::client::with_causes;
use crate::provider::{BoxError, ProviderBody};
use crate::strip::{StreamStrip, Strip};

/// What happens to the bytes on their way to the client.
enum Passing {
    Untouched,
    Stream(StreamStrip),
    /// Held back until the end, for a JSON answer can only be changed as a whole. One that is
    /// longer than what we hold passes as it is.
    Json(Strip, Vec<u8>),
}

/// The body that the client reads: what the provider sends, captured as it passes.
pub(crate) struct Tee {
    inner: ProviderBody,
    capture: Capture,
    passing: Passing,
    ended: bool,
}

impl Tee {
    pub(crate) fn new(inner: ProviderBody, capture: Capture, strip: Strip, streamed: bool) -> Self {
        let passing = match streamed {
            _ if strip.is_nothing() => Passing::Untouched,
            true => Passing::Stream(StreamStrip::new(strip)),
            false => Passing::Json(strip, Vec::new()),
        };
        Self { inner, capture, passing, ended: false }
    }

    fn pass(&mut self, bytes: Bytes) -> Bytes {
        self.capture.push(&bytes);
        match &mut self.passing {
            Passing::Untouched => bytes,
            Passing::Stream(strip) => {
                let mut passed = strip.push(&bytes);
                // What is held back of an event that is too long passes as it is, with the rest.
                if strip.pending_bytes() > EVENT_BYTES {
                    passed.extend(strip.finish());
                    self.passing = Passing::Untouched;
                }
                Bytes::from(passed)
            }
            Passing::Json(_, held) => {
                held.extend_from_slice(&bytes);
                if held.len() <= CAPTURED_BYTES {
                    return Bytes::new();
                }
                let held = std::mem::take(held);
                self.passing = Passing::Untouched;
                Bytes::from(held)
            }
        }
    }

    fn last_bytes(&mut self) -> Bytes {
        match &mut self.passing {
            Passing::Untouched => Bytes::new(),
            Passing::Stream(strip) => Bytes::from(strip.finish()),
            Passing::Json(strip, held) => Bytes::from(strip.json(std::mem::take(held))),
        }
    }
}

impl Body for Tee {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        while !self.ended {
            match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => {
                        let passed = self.pass(bytes);
                        if !passed.is_empty() {
                            return Poll::Ready(Some(Ok(Frame::data(passed))));
                        }
                    }
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                Some(Err(error)) => {
                    self.ended = true;
                    self.capture.end(Ending::Interrupted(with_causes(error.as_ref())));
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    self.ended = true;
                    let last = self.last_bytes();
                    self.capture.end(Ending::Complete);
                    if !last.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(last))));
                    }
                }
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.ended || (matches!(self.passing, Passing::Untouched) && self.inner.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        match self.passing {
            Passing::Untouched => self.inner.size_hint(),
            _ => SizeHint::default(),
        }
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        // A server stops polling once the announced length is out.
        if self.inner.is_end_stream() {
            self.capture.end(Ending::Complete);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::stream;
    use http::StatusCode;
    use http_body_util::{BodyExt as _, Full, StreamBody};
    use tokio::sync::mpsc;
    use vouch_domain::Time;
    use vouch_domain::actor::Actor;
    use vouch_domain::clock::Clock;
    use vouch_domain::id::{LogId, ProjectId};
    use vouch_domain::log::{Log, LogOrigin, LogStatus};

    use super::*;
    use crate::capture::Captured;
    use crate::settings::Settings;

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Time {
            Time::from_micros(1_000_000)
        }
        fn entropy(&self) -> [u8; 10] {
            [0; 10]
        }
    }

    const PIECE: &[u8] = b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n";
    const DONE: &[u8] = b"data: [DONE]\n\n";

    async fn tee(
        inner: ProviderBody,
        strip: Strip,
        streamed: bool,
    ) -> (Tee, mpsc::Receiver<Box<Captured>>) {
        let (sender, receiver) = mpsc::channel(1);
        let permit = sender.reserve_owned().await.unwrap();
        let at = Time::from_micros(0);
        let (id, project) = (LogId::new(at, [1; 10]), ProjectId::new(at, [1; 10]));
        let log =
            Log::new(id, project, at, LogStatus::Cancelled, LogOrigin::Gateway, Actor::System);
        let mut capture = Capture::new(log, Arc::new(Settings::empty()), permit, Arc::new(Stopped));
        capture.answered(StatusCode::OK, streamed);
        (Tee::new(inner, capture, strip, streamed), receiver)
    }

    fn pieces(pieces: Vec<Result<&'static [u8], &'static str>>) -> ProviderBody {
        let frames = pieces.into_iter().map(|piece| match piece {
            Ok(bytes) => Ok(Frame::data(Bytes::from_static(bytes))),
            Err(why) => Err(BoxError::from(why)),
        });
        StreamBody::new(stream::iter(frames)).boxed_unsync()
    }

    async fn logged(mut receiver: mpsc::Receiver<Box<Captured>>) -> Log {
        receiver.recv().await.unwrap().into_log()
    }

    #[tokio::test]
    async fn a_whole_stream_is_completed() {
        let (tee, log) = tee(pieces(vec![Ok(PIECE), Ok(DONE)]), Strip::default(), true).await;
        let passed = tee.collect().await.unwrap().to_bytes();
        assert_eq!(passed, [PIECE, DONE].concat());
        let log = logged(log).await;
        assert_eq!(
            (log.status, log.choices[0].message.text().as_str()),
            (LogStatus::Completed, "Hi")
        );
        assert_eq!(log.performance.time_to_first_token, Some(1000.0));
    }

    #[tokio::test]
    async fn a_client_that_goes_away_leaves_a_cancelled_log_with_what_came() {
        let (mut tee, log) = tee(pieces(vec![Ok(PIECE), Ok(PIECE)]), Strip::default(), true).await;
        tee.frame().await.unwrap().unwrap();
        drop(tee);
        let log = logged(log).await;
        assert_eq!(
            (log.status, log.choices[0].message.text().as_str()),
            (LogStatus::Cancelled, "Hi")
        );
    }

    #[tokio::test]
    async fn hanging_up_after_done_is_no_cancellation() {
        let (mut tee, log) = tee(pieces(vec![Ok(DONE), Ok(b"x")]), Strip::default(), true).await;
        tee.frame().await.unwrap().unwrap();
        drop(tee);
        assert_eq!(logged(log).await.status, LogStatus::Completed);
    }

    #[tokio::test]
    async fn a_server_that_stops_at_the_announced_length_is_no_cancellation() {
        let body = Full::new(Bytes::from_static(b"{}")).map_err(|e| match e {}).boxed_unsync();
        let (mut tee, log) = tee(body, Strip::default(), false).await;
        tee.frame().await.unwrap().unwrap();
        assert!(tee.is_end_stream());
        drop(tee);
        assert_eq!(logged(log).await.status, LogStatus::Completed);
    }

    #[tokio::test]
    async fn a_provider_that_breaks_off_leaves_a_failed_log() {
        let (tee, log) = tee(pieces(vec![Ok(PIECE), Err("reset")]), Strip::default(), true).await;
        assert!(tee.collect().await.is_err());
        let log = logged(log).await;
        assert_eq!(log.status, LogStatus::Failed);
        assert_eq!(log.error.unwrap().kind, "interrupted");
        assert_eq!(log.choices[0].message.text(), "Hi");
    }

    #[tokio::test]
    async fn an_answer_too_long_to_strip_passes_whole() {
        let long = vec![b' '; CAPTURED_BYTES / 2 + 1].leak();
        let strip = Strip { logprobs: true, usage: false };
        let (tee, _log) = tee(pieces(vec![Ok(long), Ok(long), Ok(b"{}")]), strip, false).await;
        let passed = tee.collect().await.unwrap().to_bytes();
        assert_eq!(passed.len(), 2 * long.len() + 2);
    }

    #[tokio::test]
    async fn the_first_token_is_neither_a_comment_nor_the_role() {
        let role = b"data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
        let (tee, log) =
            tee(pieces(vec![Ok(b": wait\n\n"), Ok(role)]), Strip::default(), true).await;
        tee.collect().await.unwrap();
        assert_eq!(logged(log).await.performance.time_to_first_token, None);
    }

    #[tokio::test]
    async fn a_stripped_answer_is_logged_with_what_was_taken_out() {
        let body: &[u8] = br#"{"choices":[{"index":0,"message":{"role":"assistant","content":"x"},"logprobs":{"content":[{"token":"x","logprob":-1.0}]}}]}"#;
        let (before, after) = body.split_at(40);
        let strip = Strip { logprobs: true, usage: false };
        let (tee, log) = tee(pieces(vec![Ok(before), Ok(after)]), strip, false).await;
        let passed = tee.collect().await.unwrap().to_bytes();
        assert!(!String::from_utf8_lossy(&passed).contains("token"));
        assert_eq!(logged(log).await.uncertainty.unwrap().tokens, 1);
    }
}
