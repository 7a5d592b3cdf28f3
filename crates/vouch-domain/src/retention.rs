//! How long a project keeps its logs.

use serde::{Deserialize, Serialize};

use crate::{Invalid, Time};

/// How long a project keeps its logs: so many whole days, or for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days, 1 to 36,500; null for ever.
    pub days: Option<u32>,
}

/// A hundred years.
pub const MAX_DAYS: u32 = 36_500;

impl Retention {
    /// Checks the days.
    ///
    /// # Errors
    /// At `/days`.
    pub fn check(self) -> Result<Self, Invalid> {
        match self.days {
            Some(days) if !(1..=MAX_DAYS).contains(&days) => {
                let expected = format!("a number of days from 1 to {MAX_DAYS}, or null for ever");
                Err(Invalid::new("/days", expected, days))
            }
            _ => Ok(self),
        }
    }

    /// Logs made before this leave; `None` where all stay. It is the beginning of a day, so that
    /// days leave whole, as roll-ups count them.
    pub fn cutoff(self, now: Time) -> Option<Time> {
        self.days.map(|days| Time::from_day(now.day() - i64::from(days)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_leave_whole() {
        let now: Time = "2026-11-23T15:00:00Z".parse().unwrap();
        let cutoff = |days| Retention { days }.cutoff(now).map(Time::date);
        assert_eq!(cutoff(Some(1)).as_deref(), Some("2026-11-22"));
        assert_eq!(cutoff(Some(30)).as_deref(), Some("2026-10-24"));
        assert_eq!(cutoff(None), None);
    }

    #[test]
    fn no_days_are_no_retention() {
        assert!(Retention { days: Some(0) }.check().is_err());
        assert!(Retention { days: Some(MAX_DAYS + 1) }.check().is_err());
        assert!(Retention { days: None }.check().is_ok());
    }
}
