//! A rule: which logs flow into a queue by themselves.

use serde::{Deserialize, Serialize};

use super::sample::is_sampled;
use super::task::Priority;
use crate::filter::{self, Filter};
use crate::id::LogId;
use crate::metric::check_name;
use crate::{Invalid, Pointer, Time};

/// Which logs flow into a queue by themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name in the queue: 1 to 64 of `a-z 0-9 _ - .`.
    pub key: String,
    /// The filter language; all logs where empty.
    #[serde(default)]
    pub filter: String,
    /// The share of these logs that is taken, 0 to 1: of one log always the same.
    #[serde(default = "all")]
    pub sample: f64,
    /// At most so many a day (UTC); null for no limit.
    #[serde(default)]
    pub per_day: Option<u32>,
    /// The priority of its tasks.
    #[serde(default)]
    pub priority: Priority,
    /// Whether it takes any.
    #[serde(default = "enabled")]
    pub enabled: bool,
}

const fn all() -> f64 {
    1.0
}

const fn enabled() -> bool {
    true
}

/// What a round of rules did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenBy {
    /// How many logs were looked at.
    pub looked_at: u32,
    /// How many tasks were added.
    pub added: u32,
}

impl Rule {
    /// The filter, as of `now`.
    ///
    /// # Errors
    /// At `/filter`.
    pub fn filter(&self, now: Time) -> Result<Filter, Invalid> {
        if self.filter.trim().is_empty() {
            return Ok(Filter::default());
        }
        filter::parse(&self.filter, now)
            .map_err(|error| Invalid::new("/filter", format!("a filter: {error}"), &self.filter))
    }

    /// Whether the sample holds this log.
    pub fn samples(&self, log: LogId) -> bool {
        is_sampled(&self.key, &log.to_string(), self.sample)
    }
}

/// Checks the rules of one queue.
///
/// # Errors
/// At `/<i>/...`.
pub(super) fn check(rules: &[Rule]) -> Result<(), Invalid> {
    // Words like `today` mean something at any time.
    let now = Time::from_micros(0);
    for (i, rule) in rules.iter().enumerate() {
        let at = Pointer::root().then(i);
        let checked = check_name(&rule.key)
            .map_err(|invalid| Invalid { pointer: "/key".into(), ..invalid })
            .and_then(|()| rule.filter(now).map(drop))
            .and_then(|()| {
                if !(0.0..=1.0).contains(&rule.sample) {
                    return Err(Invalid::new("/sample", "a number from 0 to 1", rule.sample));
                }
                if rules[..i].iter().any(|other| other.key == rule.key) {
                    return Err(Invalid::new("/key", "a key that no other rule has", &rule.key));
                }
                Ok(())
            });
        checked.map_err(|invalid| invalid.under(&at))?;
    }
    Ok(())
}
