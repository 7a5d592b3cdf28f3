//! When a request is made again, and after how long.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

use crate::id::{now, uuid};

/// The first pause; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause of our own choice.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// The longest pause that a server may ask for; more than that, and we give up at once.
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(1);
/// The answers of a server that has not begun: half a request, too many of them, no place for one.
const NOT_DONE: [u16; 3] = [408, 429, 503];

/// Counts the attempts of one call.
#[derive(Debug)]
pub(crate) struct Attempts {
    left: u32,
    pause: Duration,
    repeatable: bool,
}

impl Attempts {
    /// `repeatable`: whether doing it twice is the same as doing it once.
    pub(crate) fn new(max_retries: u32, repeatable: bool) -> Self {
        Self { left: max_retries, pause: FIRST_PAUSE, repeatable }
    }

    /// How long to wait after this answer before the next attempt; `None` to give up.
    pub(crate) fn after_status(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Option<Duration> {
        let passes =
            NOT_DONE.contains(&status.as_u16()) || (self.repeatable && status.is_server_error());
        if !passes {
            return None;
        }
        let asked = headers.get(RETRY_AFTER).and_then(|value| retry_after(value.to_str().ok()?));
        let asked = asked.unwrap_or_default();
        if asked > LONGEST_RETRY_AFTER { None } else { self.next(asked) }
    }

    /// The same, where there was no answer. `unsent`: the request certainly did not go out.
    pub(crate) fn after_error(&mut self, unsent: bool) -> Option<Duration> {
        if self.repeatable || unsent { self.next(Duration::ZERO) } else { None }
    }

    fn next(&mut self, at_least: Duration) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        // Jitter, so that clients which failed together do not come back together.
        let pause = self.pause / 2 + self.pause.mul_f64(chance() / 2.0);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Some(pause.max(at_least))
    }
}

/// A random number from 0 to 1.
fn chance() -> f64 {
    let bytes = uuid().into_bytes();
    f64::from(u16::from_be_bytes([bytes[14], bytes[15]])) / f64::from(u16::MAX)
}

/// `Retry-After` from now: it holds seconds or a date.
fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    Some(at.duration_since(now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let mut attempts = Attempts::new(6, true);
        for low_ms in [250, 500, 1000, 2000, 4000, 4000] {
            let pause = attempts.after_error(false).unwrap();
            let low = Duration::from_millis(low_ms);
            assert!(low <= pause && pause <= 2 * low, "{pause:?}");
        }
        assert_eq!(attempts.after_error(false), None);
    }

    #[test]
    fn retry_after_is_honoured_but_not_for_ever() {
        let asked = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            Attempts::new(1, true).after_status(StatusCode::TOO_MANY_REQUESTS, &headers)
        };
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(asked("3600"), None);
        assert!(asked("soon").unwrap() <= FIRST_PAUSE);
        assert!(asked("Thu, 01 Jan 1970 00:00:00 GMT").unwrap() <= FIRST_PAUSE);
    }

    #[test]
    fn a_refusal_is_final_and_a_call_that_may_be_done_is_not_repeated() {
        let after = |status, repeatable| {
            let status = StatusCode::from_u16(status).unwrap();
            Attempts::new(1, repeatable).after_status(status, &HeaderMap::new()).is_some()
        };
        assert_eq!([408, 429, 500, 502, 503].map(|status| after(status, true)), [true; 5]);
        assert_eq!([302, 400, 401, 404, 409, 422].map(|status| after(status, true)), [false; 6]);
        assert_eq!([408, 429, 503].map(|status| after(status, false)), [true; 3]);
        assert_eq!([500, 502, 504].map(|status| after(status, false)), [false; 3]);
        assert!(Attempts::new(1, false).after_error(true).is_some());
        assert_eq!(Attempts::new(1, false).after_error(false), None);
    }
}
