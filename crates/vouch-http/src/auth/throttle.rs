//! Counting attempts: so many in a window of time, then the door is closed until it is over.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::HeaderValue;
use http::header::RETRY_AFTER;
use vouch_domain::Time;

use crate::problem::{Kind, Problem};

/// The most names that are counted. Beyond it the oldest that is not locked makes room; when all
/// are locked, a new name has to wait.
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
        let mut counts = self.lock();
        if !counts.contains_key(name) && !self.make_room(&mut counts, now) {
            return Err(self.closed(now, now));
        }
        let fresh = || Count { since: now, attempts: 0 };
        let count = counts.entry(name.to_owned()).or_insert_with(fresh);
        if now >= self.ends(count) {
            *count = fresh();
        }
        if count.attempts >= self.most {
            return Err(self.closed(count.since, now));
        }
        count.attempts += 1;
        Ok(())
    }

    /// Takes back one attempt of `name`: it was right.
    pub(crate) fn take_back(&self, name: &str) {
        if let Some(count) = self.lock().get_mut(name) {
            count.attempts = count.attempts.saturating_sub(1);
        }
    }

    /// Forgets the attempts of `name`: the last one was right.
    pub(crate) fn forget(&self, name: &str) {
        self.lock().remove(name);
    }

    /// Whether there is room for one more name, after forgetting what may be forgotten.
    fn make_room(&self, counts: &mut HashMap<String, Count>, now: Time) -> bool {
        if counts.len() < MOST {
            return true;
        }
        counts.retain(|_, count| now < self.ends(count));
        let open = counts.iter().filter(|(_, count)| count.attempts < self.most);
        if counts.len() >= MOST
            && let Some((oldest, _)) = open.min_by_key(|(_, count)| count.since)
        {
            let oldest = oldest.clone();
            counts.remove(&oldest);
        }
        counts.len() < MOST
    }

    fn ends(&self, count: &Count) -> Time {
        count.since.plus_s(self.window_s)
    }

    fn closed(&self, since: Time, now: Time) -> Problem {
        let left = since.plus_s(self.window_s).micros() - now.micros();
        let wait_s = left.div_euclid(1_000_000) + 1;
        let detail = format!("Too many attempts; try again in {wait_s} s.");
        let problem = Problem::new(Kind::TooManyRequests, detail);
        problem.with_header(RETRY_AFTER, HeaderValue::from(wait_s))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Time = Time::from_micros(0);

    #[test]
    fn closes_after_so_many_and_opens_after_the_window() {
        let throttle = Throttle::new(2, 60);
        assert!(throttle.attempt("a", AT).is_ok());
        assert!(throttle.attempt("a", AT).is_ok());
        assert!(throttle.attempt("a", AT.plus_s(59)).is_err());
        assert!(throttle.attempt("b", AT).is_ok());
        assert!(throttle.attempt("a", AT.plus_s(60)).is_ok());
        throttle.forget("a");
        assert!(throttle.attempt("a", AT.plus_s(60)).is_ok());
        assert!(throttle.attempt("a", AT.plus_s(60)).is_ok());
        throttle.take_back("a");
        assert!(throttle.attempt("a", AT.plus_s(60)).is_ok());
        assert!(throttle.attempt("a", AT.plus_s(60)).is_err());
    }

    #[test]
    fn a_flood_of_names_opens_no_lock() {
        let throttle = Throttle::new(1, 60);
        assert!(throttle.attempt("locked", AT).is_ok());
        throttle.attempt("old", AT).unwrap();
        throttle.take_back("old");
        for n in 2..MOST {
            assert!(throttle.attempt(&n.to_string(), AT.plus_s(1)).is_ok());
        }
        // The oldest that is not locked makes room; then there is none.
        assert!(throttle.attempt("last", AT.plus_s(1)).is_ok());
        assert!(!throttle.lock().contains_key("old"));
        assert!(throttle.attempt("one more", AT.plus_s(1)).is_err());
        assert!(throttle.attempt("locked", AT.plus_s(59)).is_err());
        assert_eq!(throttle.lock().len(), MOST);
        // What is over makes room as well.
        assert!(throttle.attempt("one more", AT.plus_s(60)).is_ok());
        assert!(throttle.attempt("2", AT.plus_s(60)).is_err());
    }
}
