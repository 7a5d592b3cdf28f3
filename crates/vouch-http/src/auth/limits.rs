//! How often a key may call: a bucket for each key that has a limit, in the memory of this node.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue};
use vouch_domain::Time;
use vouch_domain::id::KeyId;
use vouch_domain::rate::{Bucket, Standing};
use vouch_domain::user::ApiKey;

use crate::problem::{Kind, Problem};

/// The most buckets kept; beyond it the memory starts anew.
const MOST: usize = 10_000;

/// The buckets, by key. Several nodes each have their own.
#[derive(Default)]
pub(crate) struct Limits(Mutex<HashMap<KeyId, Bucket>>);

impl Limits {
    /// Counts a request of `key`; `None` where it has no limit.
    pub(crate) fn count(&self, key: &ApiKey, now: Time) -> Option<Standing> {
        let limit = key.requests_per_minute?;
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST && !buckets.contains_key(&key.id) {
            buckets.clear();
        }
        let bucket = buckets.entry(key.id).or_insert_with(|| Bucket::new(limit, now));
        if bucket.limit() != limit {
            *bucket = Bucket::new(limit, now);
        }
        Some(bucket.take(now))
    }
}

/// Says that the key has to wait, and how long.
pub(crate) fn refused(standing: &Standing) -> Problem {
    let limit = standing.limit.get();
    let wait_s = standing.wait_us.div_ceil(1_000_000);
    let exactly_ms = standing.wait_us.div_ceil(1000);
    let detail = format!("This key may make {limit} requests a minute; try again in {wait_s} s.");
    let problem = Problem::new(Kind::TooManyRequests, detail)
        .with_header(RETRY_AFTER, HeaderValue::from(wait_s))
        .with_header(HeaderName::from_static("retry-after-ms"), HeaderValue::from(exactly_ms));
    headers(standing).into_iter().fold(problem, |p, (name, value)| p.with_header(name, value))
}

/// Tells a caller that was let in what is left. What a provider says of its own limits gives way:
/// they are not the caller's.
pub(crate) fn tell(standing: &Standing, answer: &mut HeaderMap) {
    for (name, value) in headers(standing) {
        answer.insert(name, value);
    }
}

/// As OpenAI names them.
fn headers(standing: &Standing) -> [(HeaderName, HeaderValue); 3] {
    let reset_ms = standing.full_us.div_ceil(1000);
    // Digits and letters are always a header's value.
    let reset = HeaderValue::try_from(duration(reset_ms));
    let reset = reset.unwrap_or_else(|_| HeaderValue::from_static("0s"));
    [
        (
            HeaderName::from_static("x-ratelimit-limit-requests"),
            HeaderValue::from(standing.limit.get()),
        ),
        (
            HeaderName::from_static("x-ratelimit-remaining-requests"),
            HeaderValue::from(standing.remaining),
        ),
        (HeaderName::from_static("x-ratelimit-reset-requests"), reset),
    ]
}

/// `1m0s`, `59.5s`, `120ms`: as OpenAI writes a duration.
fn duration(ms: u64) -> String {
    let (minutes, rest_ms) = (ms / 60_000, ms % 60_000);
    if ms < 1000 && ms > 0 {
        return format!("{ms}ms");
    }
    let minutes = if minutes > 0 { format!("{minutes}m") } else { String::new() };
    let (seconds, thousandths) = (rest_ms / 1000, rest_ms % 1000);
    let fraction = format!(".{thousandths:03}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{minutes}{seconds}{fraction}s")
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_as_openai_writes_them() {
        let table = [
            (0, "0s"),
            (120, "120ms"),
            (1000, "1s"),
            (59_500, "59.5s"),
            (60_000, "1m0s"),
            (90_010, "1m30.01s"),
        ];
        for (ms, text) in table {
            assert_eq!(duration(ms), text);
        }
    }
}
