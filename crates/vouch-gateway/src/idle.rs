//! A body that fails when nothing comes for too long.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::provider::{BoxError, ProviderBody};

/// A provider's body, with a limit to how long it may be silent.
pub(crate) struct Idle {
    inner: ProviderBody,
    limit: Duration,
    alarm: Pin<Box<Sleep>>,
}

impl Idle {
    pub(crate) fn new(inner: ProviderBody, limit: Duration) -> Self {
        Self { inner, limit, alarm: Box::pin(sleep(limit)) }
    }
}

impl Body for Idle {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) {
            let next = Instant::now() + self.limit;
            self.alarm.as_mut().reset(next);
            return Poll::Ready(frame);
        }
        std::task::ready!(self.alarm.as_mut().poll(cx));
        let text = format!("nothing came from the provider for {} s", self.limit.as_secs());
        Poll::Ready(Some(Err(text.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt as _, stream};
    use http_body_util::{BodyExt as _, StreamBody};

    #[tokio::test(start_paused = true)]
    async fn silence_ends_the_body_but_slowness_does_not() {
        let slow = stream::iter(0..3).then(|_| async {
            sleep(Duration::from_secs(9)).await;
            Ok(Frame::data(Bytes::from_static(b"x")))
        });
        let inner = StreamBody::new(slow.chain(stream::pending())).boxed_unsync();
        let mut body = Idle::new(inner, Duration::from_secs(10));
        for _ in 0..3 {
            body.frame().await.unwrap().unwrap();
        }
        let error = body.frame().await.unwrap().unwrap_err();
        assert_eq!(error.to_string(), "nothing came from the provider for 10 s");
    }
}
