//! Circuit breakers: a model that keeps failing is left alone for a while.
//!
//! They are in the memory of this process, one for each provider and model of a project. Only
//! those that failed lately are kept.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use vouch_domain::Time;
use vouch_domain::id::ProjectId;
use vouch_domain::log::Served;

/// So many calls must fail one after the other, their retries included, ...
const FAILURES: usize = 5;
/// ... within this time, ...
const WITHIN_US: i64 = 30_000_000;
/// ... and for this long no call is made. Then one may try.
const OPEN_US: i64 = 10_000_000;
/// Callers choose the names of models, so there is an end to how many are kept.
const MOST: usize = 10_000;

type Key = (ProjectId, String, String);

#[derive(Debug)]
enum Circuit {
    /// Calls pass; these failed since the last that did not.
    Closed { failures: Vec<Time> },
    /// No call passes.
    Open { until: Time },
    /// One call tries.
    HalfOpen,
}

/// All circuits.
#[derive(Debug, Default)]
pub(crate) struct Circuits {
    /// How many are kept: while none is, calls need no lock.
    kept: AtomicUsize,
    circuits: Mutex<HashMap<Key, Circuit>>,
}

/// A call that may be made. It must be told how that ended; dropped, it counts as not made.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    circuits: &'a Circuits,
    project: ProjectId,
    served: &'a Served,
    /// Whether it is the one that tries.
    pub(crate) tries: bool,
}

/// No call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open;

impl Circuits {
    /// Asks for a call to what `served` names.
    ///
    /// # Errors
    /// When the circuit is open.
    pub(crate) fn enter<'a>(
        &'a self,
        project: ProjectId,
        served: &'a Served,
        now: Time,
    ) -> Result<Pass<'a>, Open> {
        let pass = |tries| Pass { circuits: self, project, served, tries };
        if self.kept.load(Ordering::Relaxed) == 0 {
            return Ok(pass(false));
        }
        let mut circuits = self.lock();
        let Some(circuit) = circuits.get_mut(&key(project, served)) else {
            return Ok(pass(false));
        };
        match circuit {
            Circuit::Closed { .. } => Ok(pass(false)),
            Circuit::Open { until } if now.micros() >= until.micros() => {
                *circuit = Circuit::HalfOpen;
                Ok(pass(true))
            }
            Circuit::Open { .. } | Circuit::HalfOpen => Err(Open),
        }
    }

    fn change(&self, change: impl FnOnce(&mut HashMap<Key, Circuit>)) {
        let mut circuits = self.lock();
        change(&mut circuits);
        self.kept.store(circuits.len(), Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Circuit>> {
        self.circuits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The call was answered: the circuit is closed, and what failed before is forgotten.
    pub(crate) fn worked(mut self) {
        self.tries = false;
        if self.circuits.kept.load(Ordering::Relaxed) > 0 {
            let key = self.key();
            self.circuits.change(|circuits| drop(circuits.remove(&key)));
        }
    }

    /// The call failed at `now`.
    pub(crate) fn failed(mut self, now: Time) {
        self.tries = false;
        let key = self.key();
        let recent = |at: &Time| now.micros() - at.micros() < WITHIN_US;
        let until = Time::from_micros(now.micros().saturating_add(OPEN_US));
        self.circuits.change(|circuits| {
            if circuits.len() >= MOST {
                circuits.retain(|_, circuit| match circuit {
                    Circuit::Closed { failures } => failures.iter().any(recent),
                    Circuit::Open { .. } | Circuit::HalfOpen => true,
                });
            }
            if circuits.len() >= MOST && !circuits.contains_key(&key) {
                return;
            }
            let circuit = circuits.entry(key).or_insert(Circuit::Closed { failures: vec![] });
            match circuit {
                Circuit::Closed { failures } => {
                    failures.retain(recent);
                    failures.push(now);
                    if failures.len() >= FAILURES {
                        *circuit = Circuit::Open { until };
                    }
                }
                Circuit::HalfOpen => *circuit = Circuit::Open { until },
                // Opened by another call in the meantime.
                Circuit::Open { .. } => {}
            }
        });
    }

    /// Whether other calls have opened the circuit since.
    pub(crate) fn is_closed(&self, now: Time) -> bool {
        self.tries || self.circuits.enter(self.project, self.served, now).is_ok()
    }

    fn key(&self) -> Key {
        key(self.project, self.served)
    }
}

impl Drop for Pass<'_> {
    /// The caller went away while its call tried: the next may.
    fn drop(&mut self) {
        if self.tries {
            let key = self.key();
            self.circuits.change(|circuits| {
                if let Some(circuit) = circuits.get_mut(&key) {
                    *circuit = Circuit::Open { until: Time::from_micros(0) };
                }
            });
        }
    }
}

fn key(project: ProjectId, served: &Served) -> Key {
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    (project, name(&served.provider), name(&served.model))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_micros(seconds * 1_000_000)
    }

    fn project() -> ProjectId {
        ProjectId::new(at(0), [1; 10])
    }

    fn served(model: &str) -> Served {
        Served { provider: Some("p".into()), model: Some(model.into()), ..Served::default() }
    }

    fn fail(circuits: &Circuits, times: i64, from_s: i64, step_s: i64) {
        for n in 0..times {
            let now = at(from_s + n * step_s);
            circuits.enter(project(), &served("m"), now).unwrap().failed(now);
        }
    }

    fn passes(circuits: &Circuits, now_s: i64) -> bool {
        circuits.enter(project(), &served("m"), at(now_s)).is_ok()
    }

    #[test]
    fn five_failures_in_a_row_open_it_for_ten_seconds() {
        let circuits = Circuits::default();
        fail(&circuits, 4, 0, 1);
        assert!(passes(&circuits, 4));
        fail(&circuits, 1, 4, 1);
        assert!(!passes(&circuits, 4) && !passes(&circuits, 13));
        assert!(circuits.enter(project(), &self::served("other"), at(5)).is_ok(), "one model's");
        let served = served("m");
        let trying = circuits.enter(project(), &served, at(14)).unwrap();
        assert!(trying.tries && !passes(&circuits, 14), "only one tries");
        trying.worked();
        fail(&circuits, 4, 15, 1);
        assert!(passes(&circuits, 19), "it counts from the beginning");
    }

    #[test]
    fn a_try_that_fails_opens_it_again() {
        let circuits = Circuits::default();
        fail(&circuits, 5, 0, 0);
        circuits.enter(project(), &served("m"), at(10)).unwrap().failed(at(11));
        assert!(!passes(&circuits, 20) && passes(&circuits, 21));
    }

    #[test]
    fn a_try_whose_caller_goes_away_lets_the_next_try() {
        let circuits = Circuits::default();
        fail(&circuits, 5, 0, 0);
        drop(circuits.enter(project(), &served("m"), at(10)).unwrap());
        let served = served("m");
        assert!(circuits.enter(project(), &served, at(10)).unwrap().tries);
    }

    #[test]
    fn failures_far_apart_or_with_an_answer_between_do_not_open_it() {
        let circuits = Circuits::default();
        fail(&circuits, 20, 0, 8);
        assert!(passes(&circuits, 160));
        let circuits = Circuits::default();
        fail(&circuits, 4, 0, 0);
        circuits.enter(project(), &served("m"), at(0)).unwrap().worked();
        fail(&circuits, 4, 0, 0);
        assert!(passes(&circuits, 0));
        assert_eq!(circuits.kept.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn an_open_circuit_is_seen_before_a_repetition() {
        let circuits = Circuits::default();
        let served = served("m");
        let pass = circuits.enter(project(), &served, at(0)).unwrap();
        assert!(pass.is_closed(at(0)));
        fail(&circuits, 5, 0, 0);
        assert!(!pass.is_closed(at(1)));
    }
}
