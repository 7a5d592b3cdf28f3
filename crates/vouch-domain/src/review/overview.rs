//! How a queue and its reviewers get on.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::id::UserId;

/// How a queue gets on. Counts are kept with every change, never counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// Tasks that nobody has begun.
    pub open: u64,
    /// Open tasks that somebody has, or has reviewed.
    pub in_progress: u64,
    /// Tasks on which a person has to decide: conflicts, second reviews, what was escalated.
    pub conflict: u64,
    /// Decided tasks.
    pub complete: u64,
    /// Cancelled tasks.
    pub cancelled: u64,
    /// Gold tasks; they are in none of the other counts.
    pub gold: u64,
    /// Reviews that count.
    pub reviews: u64,
    /// When the first of the tasks that are not decided is due.
    pub due_at: Option<Time>,
    /// How many of these are overdue, counted to 1,000.
    pub overdue: u64,
    /// Reviews of each of the last 30 days, oldest first; today (UTC) is the last.
    pub per_day: Vec<u64>,
    /// Reviews that an adaptive overlap did not need.
    pub reviews_saved: u64,
    /// The same for the caller, where they are a person.
    pub mine: Option<Mine>,
}

/// How the caller gets on in a queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mine {
    /// Their reviews that count.
    pub done: u64,
    /// Those of today (UTC).
    pub today: u64,
    /// The median active time of their last 50 reviews, in seconds.
    pub pace_s: Option<f64>,
    /// Tasks that they could be given, counted to 1,000.
    pub left: u64,
    /// Whether they are paused, and why.
    pub state: ReviewerState,
    /// Why they are paused.
    pub reason: Option<String>,
}

/// Whether a reviewer is given tasks of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReviewerState {
    /// They are.
    #[default]
    Active,
    /// They are not, until an admin changes it; what was kept for them went to the others.
    Paused,
    /// They are away; what was kept for them went to the others.
    Away,
}

impl ReviewerState {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Away => "away",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Away].into_iter().find(|state| state.as_str() == text)
    }
}

/// What is to change of a reviewer in a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReviewerUpdate {
    /// Whether they are given tasks.
    pub state: ReviewerState,
    /// Paused or away until then; null for until it is changed.
    #[serde(default)]
    pub until: Option<Time>,
    /// What they are told.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A reviewer of a queue: what they did, and how well it fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reviewer {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: Option<String>,
    /// Whether they are given tasks.
    pub state: ReviewerState,
    /// Paused or away until then.
    pub until: Option<Time>,
    /// Why.
    pub reason: Option<String>,
    /// Their reviews that count, without gold.
    pub done: u64,
    /// Their active time on these, ms.
    pub active_ms: u64,
    /// The median active time of their last 50 reviews, in seconds.
    pub pace_s: Option<f64>,
    /// Tasks that are kept for them.
    #[serde(default)]
    pub waiting: u64,
    /// Tasks that they skipped.
    pub skips: u64,
    /// Tasks that they escalated.
    pub escalations: u64,
    /// Reviews that were sent back to them.
    pub rejected: u64,
    /// Reviews on tasks that are decided.
    pub compared: u64,
    /// Those of them that said the same as the decision on every question.
    pub agreed: u64,
    /// Gold tasks that they answered.
    pub gold_done: u64,
    /// Those that they answered rightly.
    pub gold_right: u64,
    /// Reviews for which a suggestion was shown.
    pub suggested: u64,
    /// Those that said the same as the suggestion.
    pub followed: u64,
    /// Their last review.
    pub last_at: Option<Time>,
}

impl Reviewer {
    /// Somebody who has not begun.
    pub const fn new(user: UserId, name: Option<String>) -> Self {
        Self {
            user,
            name,
            state: ReviewerState::Active,
            until: None,
            reason: None,
            done: 0,
            active_ms: 0,
            pace_s: None,
            waiting: 0,
            skips: 0,
            escalations: 0,
            rejected: 0,
            compared: 0,
            agreed: 0,
            gold_done: 0,
            gold_right: 0,
            suggested: 0,
            followed: 0,
            last_at: None,
        }
    }
}
