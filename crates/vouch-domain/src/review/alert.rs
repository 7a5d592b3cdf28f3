//! When the reviewers of a queue agree too little.

use serde::{Deserialize, Serialize};

use super::queue::within;
use crate::Invalid;

/// When webhooks are told (`agreement.low`) that the reviewers of a queue agree too little.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AgreementAlert {
    /// When Krippendorff's alpha of the newest tasks falls below this, -1 to 1.
    pub alpha_below: f64,
    /// How many of the newest tasks with two answers or more are looked at, 20 to 1000. Before
    /// there are so many, nobody is told.
    #[serde(default = "last_tasks")]
    pub last_tasks: u32,
}

const fn last_tasks() -> u32 {
    50
}

impl AgreementAlert {
    /// So much above the limit, the agreement is no longer low: another fall is told again.
    pub const RECOVERED: f64 = 0.05;

    /// How many tasks must have two answers to a question before it is judged: half of those that
    /// are looked at, as not every question is asked about every item.
    pub fn needed(self) -> u64 {
        u64::from(self.last_tasks.div_ceil(2))
    }

    /// Checks the settings.
    pub(super) fn check(self) -> Result<(), Invalid> {
        within("/alert/alpha_below", self.alpha_below, -1.0..=1.0)?;
        within("/alert/last_tasks", self.last_tasks, 20..=1000)
    }
}
