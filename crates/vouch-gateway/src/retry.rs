//! What may be repeated, when, and what may be tried elsewhere.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};
use vouch_domain::Time;
use vouch_domain::id::Entropy;
use vouch_domain::invalid::shorten;

use crate::provider::{ProviderBody, ProviderError, ProviderReply};
use crate::route::hash;

/// The longest wait that a provider may ask for; with a longer one the call is not repeated.
const LONGEST_ASKED: Duration = Duration::from_secs(30);
/// The longest wait of our own.
const LONGEST: Duration = Duration::from_secs(8);
/// An error longer than this, or slower, is not kept.
const HELD_BYTES: usize = 1 << 20;
const HELD_FOR: Duration = Duration::from_secs(5);

/// What an answer, or none, means for the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It serves the call, be it with the refusal of a wrong request.
    Serves,
    /// This provider does not serve the call, and will not if it is asked again.
    Elsewhere,
    /// The same, and the provider is not well.
    ElsewhereFailed,
    /// It may do so if it is asked again.
    Again,
}

impl Verdict {
    pub(crate) fn of(answer: &Result<ProviderReply, ProviderError>) -> Self {
        match answer {
            Ok(reply) => match reply.status.as_u16() {
                408 | 429 | 500.. => Self::Again,
                // Its settings are wrong, the bill is not paid, or it does not have the model.
                401..=404 => Self::Elsewhere,
                _ => Self::Serves,
            },
            Err(ProviderError::Unreachable(_)) => Self::Again,
            // The provider may be at work on it: asking twice is paid twice.
            Err(ProviderError::Late(_)) => Self::ElsewhereFailed,
            Err(ProviderError::Busy(_) | ProviderError::Key(_) | ProviderError::Gone) => {
                Self::Elsewhere
            }
        }
    }

    /// Whether the provider is not well.
    pub(crate) const fn is_failure(self) -> bool {
        matches!(self, Self::Again | Self::ElsewhereFailed)
    }
}

/// How long to wait before the `nth` repetition, from 0: what the provider asks for; otherwise
/// exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And
/// Jitter"), from up to `first`. `None` when the provider asks for too much.
pub(crate) fn wait(
    answer: &Result<ProviderReply, ProviderError>,
    nth: u32,
    first: Duration,
    now: Time,
    entropy: Entropy,
) -> Option<Duration> {
    if let Some(asked) = answer.as_ref().ok().and_then(|reply| asked(&reply.headers, now)) {
        return (asked <= LONGEST_ASKED).then_some(asked);
    }
    let most = first.saturating_mul(2_u32.saturating_pow(nth)).min(LONGEST);
    let most_us = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
    // 32 random bits as a fraction; 8 s in microseconds are 23 bits.
    Some(Duration::from_micros((most_us * (hash(&entropy) >> 32)) >> 32))
}

/// `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, section 10.2.3).
fn asked(headers: &HeaderMap, now: Time) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(ms) = text("retry-after-ms").and_then(|ms| ms.parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(ms / 1000.0).ok();
    }
    let after = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = after.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(after).ok()?;
    let now = UNIX_EPOCH + Duration::from_micros(u64::try_from(now.micros()).ok()?);
    Some(date.duration_since(now).unwrap_or_default())
}

/// Reads a failed answer to its end, so that its connection is free and it can still be shown
/// when nothing better comes; and says in short why it failed.
pub(crate) async fn hold(reply: ProviderReply) -> (ProviderReply, String) {
    let ProviderReply { status, mut headers, body } = reply;
    let whole = tokio::time::timeout(HELD_FOR, read(body)).await.ok().flatten();
    headers.remove(CONTENT_LENGTH);
    let bytes = whole.unwrap_or_else(|| {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let message = format!("the provider answered with HTTP {status}");
        let error =
            json!({"message": message, "type": "upstream_error", "param": null, "code": null});
        Bytes::from(json!({ "error": error }).to_string())
    });
    let why = why(status, &bytes);
    let body = Full::new(bytes).map_err(|never| match never {}).boxed_unsync();
    (ProviderReply { status, headers, body }, why)
}

/// The whole body; `None` where it breaks off or is too long. (By hand: through `collect` the
/// compiler does not see that a caller's future is `Send`.)
async fn read(mut body: ProviderBody) -> Option<Bytes> {
    let mut held = Vec::new();
    while let Some(frame) = body.frame().await {
        let bytes = frame.ok()?.into_data().unwrap_or_default();
        if held.len() + bytes.len() > HELD_BYTES {
            return None;
        }
        held.extend_from_slice(&bytes);
    }
    Some(Bytes::from(held))
}

fn why(status: StatusCode, body: &[u8]) -> String {
    let came: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = came.pointer("/error/message").or_else(|| came.get("message"));
    match said.and_then(Value::as_str) {
        Some(said) => format!("HTTP {}: {}", status.as_u16(), shorten(said)),
        None => format!("HTTP {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, headers: &[(&'static str, &str)]) -> ProviderReply {
        let named = |(name, value): &(&'static str, &str)| {
            (http::HeaderName::from_static(name), value.parse().unwrap())
        };
        let body = Full::new(Bytes::from_static(b"{\"error\":{\"message\":\"slow down\"}}"));
        ProviderReply {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers.iter().map(named).collect(),
            body: body.map_err(|never| match never {}).boxed_unsync(),
        }
    }

    #[test]
    fn only_what_may_pass_is_repeated() {
        let of = |status| Verdict::of(&Ok(reply(status, &[])));
        for status in [408, 429, 500, 502, 503, 504, 529] {
            assert_eq!(of(status), Verdict::Again, "{status}");
        }
        for status in [200, 400, 409, 413, 422] {
            assert_eq!(of(status), Verdict::Serves, "{status}");
        }
        for status in [401, 402, 403, 404] {
            assert_eq!(of(status), Verdict::Elsewhere, "{status}");
        }
        let of = |error| Verdict::of(&Err(error));
        assert_eq!(of(ProviderError::Unreachable(String::new())), Verdict::Again);
        assert_eq!(of(ProviderError::Late(HELD_FOR)), Verdict::ElsewhereFailed);
        assert_eq!(of(ProviderError::Busy(String::new())), Verdict::Elsewhere);
    }

    #[test]
    fn waits_grow_and_are_drawn_from_their_whole_range() {
        let first = Duration::from_millis(250);
        let now = Time::from_micros(0);
        for (nth, most_ms) in [(0, 250), (1, 500), (4, 4000), (5, 8000), (9, 8000), (99, 8000)] {
            let mut waits: Vec<_> = (0..=255)
                .map(|n| wait(&Ok(reply(500, &[])), nth, first, now, [n; 10]).unwrap().as_millis())
                .collect();
            waits.sort_unstable();
            assert!(waits[0] < most_ms / 10, "{waits:?}");
            assert!((most_ms * 9 / 10..most_ms).contains(&waits[255]), "{waits:?}");
        }
    }

    #[test]
    fn what_the_provider_asks_for_is_honoured_up_to_thirty_seconds() {
        let now = Time::from_micros(784_111_767_000_000); // 1994-11-06T08:49:27Z
        let waits = |header: (&'static str, &str)| {
            wait(&Ok(reply(429, &[header])), 0, Duration::ZERO, now, [7; 10]).map(|w| w.as_millis())
        };
        assert_eq!(waits(("retry-after", "30")), Some(30_000));
        assert_eq!(waits(("retry-after", "31")), None);
        assert_eq!(waits(("retry-after", "0.5")), Some(500));
        assert_eq!(waits(("retry-after-ms", "20")), Some(20));
        assert_eq!(waits(("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")), Some(10_000));
        assert_eq!(waits(("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")), Some(0));
        assert_eq!(waits(("retry-after", "Sun, 06 Nov 1994 09:49:37 GMT")), None);
        assert_eq!(waits(("retry-after", "soon")), Some(0), "as if it were not there");
    }

    #[tokio::test]
    async fn a_failed_answer_is_kept_with_its_reason() {
        let (held, why) = hold(reply(429, &[("content-length", "9")])).await;
        assert_eq!((why.as_str(), held.headers.len()), ("HTTP 429: slow down", 0));
        assert_eq!(held.body.collect().await.unwrap().to_bytes().len(), 33);
    }
}
