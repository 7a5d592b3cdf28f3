//! A review: one reviewer's answers to one task; and what a person decides of a task.

use serde::{Deserialize, Serialize};

use super::answer::Answers;
use crate::Time;
use crate::actor::Actor;
use crate::id::{QueueId, ReviewId, TaskId, UserId};

/// One reviewer's answers to one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// The task's queue.
    pub queue: QueueId,
    /// The task.
    pub task: TaskId,
    /// Who answered.
    pub user: UserId,
    /// Their name.
    #[serde(default)]
    pub user_name: Option<String>,
    /// Whether it counts.
    #[serde(flatten)]
    pub state: ReviewState,
    /// What they answered.
    pub answers: Answers,
    /// The version of the rubric that they answered.
    pub rubric_version: u32,
    /// When.
    pub created_at: Time,
    /// How long they worked on it, ms, without pauses.
    pub active_ms: u64,
    /// The responses in the order in which they were shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<usize>,
    /// Whether it says what the suggestion said; null where none was shown.
    pub followed_suggestion: Option<bool>,
    /// Whether it was right; null unless the task is gold.
    pub gold_right: Option<bool>,
}

/// Whether a review counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ReviewState {
    /// It does.
    Counts,
    /// Its author took it back.
    Withdrawn {
        /// When.
        ended_at: Time,
    },
    /// It went back to its author.
    Rejected {
        /// When.
        ended_at: Time,
        /// By whom.
        by: Actor,
        /// Why.
        reason: String,
    },
    /// Its task was asked again, e.g. with another rubric.
    Superseded {
        /// When.
        ended_at: Time,
    },
}

impl ReviewState {
    /// The word used in JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Rejected { .. } => "rejected",
            Self::Superseded { .. } => "superseded",
        }
    }
}

/// What a person decided of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Adjudication {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Time,
    /// The review whose answers they took, where it was one.
    pub adopted: Option<ReviewId>,
    /// Why.
    pub reason: String,
}
