//! Counting attempts: so many in a window of time, then the door is closed until it is over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::HeaderValue;
use http::header::RETRY_AFTER;
use vouch_domain::Time;

use crate::problem::{Kind, Problem};

/// The most names that are counted; beyond it the ones whose window is over go, or else all.
const MOST: usize = 10_000;

/// Counts by name. In memory of this node: it slows guessing down and forgets at a restart.
pub(crate) struct Throttle {
    most: u32,
    window_s: i64,
    counts: Mutex<HashMap<String, Count>>,
}

struct Count {
    since: Time,
    attempts: u32,
}

impl Throttle {
    /// Allows `most` attempts in `window_s` seconds.
    pub(crate) fn new(most: u32, window_s: i64) -> Self {
        Self { most, window_s, counts: Mutex::default() }
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// `TooManyRequests`, which says when to come back.
    pub(crate) fn attempt(&self, name: &str, now: Time) -> Result<(), Problem> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |count: &Count| now >= count.since.plus_s(self.window_s);
        if counts.len() >= MOST && !counts.contains_key(name) {
            counts.retain(|_, count| !over(count));
            if counts.len() >= MOST {
                counts.clear();
            }
        }
        let fresh = || Count { since: now, attempts: 0 };
        let count = counts.entry(name.to_owned()).or_insert_with(fresh);
        if over(count) {
            *count = fresh();
        }
        if count.attempts >= self.most {
            let left = count.since.plus_s(self.window_s).micros() - now.micros();
            let wait_s = left.div_euclid(1_000_000) + 1;
            let detail = format!("Too many attempts; try again in {wait_s} s.");
            let problem = Problem::new(Kind::TooManyRequests, detail);
            return Err(problem.with_header(RETRY_AFTER, HeaderValue::from(wait_s)));
        }
        count.attempts += 1;
        Ok(())
    }

    /// Forgets the attempts of `name`: the last one was right.
    pub(crate) fn forget(&self, name: &str) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closes_after_so_many_and_opens_after_the_window() {
        let throttle = Throttle::new(2, 60);
        let at = Time::from_micros(0);
        assert!(throttle.attempt("a", at).is_ok());
        assert!(throttle.attempt("a", at).is_ok());
        assert!(throttle.attempt("a", at.plus_s(59)).is_err());
        assert!(throttle.attempt("b", at).is_ok());
        assert!(throttle.attempt("a", at.plus_s(60)).is_ok());
        throttle.forget("a");
        assert!(throttle.attempt("a", at.plus_s(60)).is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::new(1, 60);
        for n in 0..MOST + 10 {
            assert!(throttle.attempt(&n.to_string(), Time::from_micros(0)).is_ok());
        }
        assert!(throttle.counts.lock().unwrap().len() <= MOST);
    }
}
