//! A task: one item in one queue, and what may become of it.

use serde::{Deserialize, Serialize};

use super::answer::Answers;
use super::consensus::Consensus;
use super::item::Item;
use crate::Time;
use crate::actor::Actor;
use crate::id::{QueueId, TaskId, UserId};

/// One item in one queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Its queue.
    pub queue: QueueId,
    /// What tells it from other tasks of the queue.
    pub key: String,
    /// What it is about.
    pub item: Item,
    /// `state`, and what belongs to it.
    #[serde(flatten)]
    pub state: TaskState,
    /// Which come first.
    pub priority: Priority,
    /// When it should be complete.
    pub due_at: Option<Time>,
    /// Where it is from.
    pub origin: TaskOrigin,
    /// What a judge or model answered.
    pub suggestion: Option<TaskSuggestion>,
    /// The right answers, where they are known: a gold task.
    pub gold: Option<GoldAnswers>,
    /// How many reviews are asked for now. A gold task has no such limit.
    pub wanted: u32,
    /// How many reviews count.
    pub reviews: u32,
    /// How many people have it right now.
    pub leases: u32,
    /// That somebody asked for a decision, while it is open.
    pub escalated: Option<Escalation>,
    /// For whom it is kept: the first of `assignees`.
    pub assignee: Option<UserId>,
    /// For whom places of it are kept.
    #[serde(default)]
    pub assignees: Vec<UserId>,
    /// When it was added.
    pub created_at: Time,
    /// What its reviews say together, once there are enough.
    pub consensus: Option<Consensus>,
}

/// What became of a task: the word `state`, and what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TaskState {
    /// Reviews are missing.
    Open,
    /// All reviews are there, and a person has to decide.
    Conflict {
        /// Since when.
        at: Time,
        /// Why.
        reason: ConflictReason,
    },
    /// Decided.
    Complete {
        /// Since when.
        at: Time,
        /// How.
        by: CompletedBy,
    },
    /// Nobody is asked any more.
    Cancelled {
        /// Since when.
        at: Time,
    },
}

/// Why a person has to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConflictReason {
    /// The reviews differ.
    Differ,
    /// They agree; the task is in the sample that is looked at again.
    SecondReview,
}

/// How a task was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CompletedBy {
    /// By its reviews.
    Consensus,
    /// By a person.
    Adjudication,
}

/// The state does not allow this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the task is {is}")]
pub struct TransitionError {
    /// The state's word.
    pub is: &'static str,
}

impl TaskState {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Conflict { .. } => "conflict",
            Self::Complete { .. } => "complete",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Whether reviews are missing.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open)
    }

    /// Whether nobody waits for it any more.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Complete { .. } | Self::Cancelled { .. })
    }

    const fn refuse(self) -> TransitionError {
        TransitionError { is: self.as_str() }
    }

    /// All reviews are there.
    ///
    /// # Errors
    /// Unless it is open.
    pub const fn settle(self, verdict: super::Verdict, at: Time) -> Result<Self, TransitionError> {
        match (self, verdict) {
            (Self::Open, super::Verdict::Conflict(reason)) => Ok(Self::Conflict { at, reason }),
            (Self::Open, super::Verdict::Complete) => {
                Ok(Self::Complete { at, by: CompletedBy::Consensus })
            }
            _ => Err(self.refuse()),
        }
    }

    /// A person decided. They may decide again.
    ///
    /// # Errors
    /// When it was cancelled.
    pub const fn adjudicate(self, at: Time) -> Result<Self, TransitionError> {
        match self {
            Self::Cancelled { .. } => Err(self.refuse()),
            _ => Ok(Self::Complete { at, by: CompletedBy::Adjudication }),
        }
    }

    /// A review is taken back by its author.
    ///
    /// # Errors
    /// When a person decided, or it was cancelled.
    pub const fn undo(self) -> Result<Self, TransitionError> {
        match self {
            Self::Open
            | Self::Conflict { .. }
            | Self::Complete { by: CompletedBy::Consensus, .. } => Ok(Self::Open),
            _ => Err(self.refuse()),
        }
    }

    /// It is asked again: a review was rejected, or the rubric changed.
    ///
    /// # Errors
    /// When it was cancelled.
    pub const fn reopen(self) -> Result<Self, TransitionError> {
        match self {
            Self::Cancelled { .. } => Err(self.refuse()),
            _ => Ok(Self::Open),
        }
    }

    /// Nobody is asked any more.
    ///
    /// # Errors
    /// When it is complete or was cancelled.
    pub const fn cancel(self, at: Time) -> Result<Self, TransitionError> {
        match self {
            Self::Open | Self::Conflict { .. } => Ok(Self::Cancelled { at }),
            _ => Err(self.refuse()),
        }
    }
}

/// Which tasks come first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    /// All, lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

/// Where a task is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TaskOrigin {
    /// A rule of its queue took it.
    Rule {
        /// The rule's key.
        key: String,
    },
    /// Somebody added it.
    Added {
        /// Who.
        by: Actor,
    },
    /// It came with an import.
    Import {
        /// Who imported it.
        by: Actor,
    },
    /// It is gold, with what reviewers said of another task.
    Promoted {
        /// The decided task.
        task: TaskId,
        /// Who promoted it.
        by: Actor,
    },
}

/// What a judge or model answered before people did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TaskSuggestion {
    /// Who or what: a judge's or model's name.
    pub source: String,
    /// Its answers; not all questions need one.
    pub answers: Answers,
    /// How sure it was, 0 to 1.
    #[serde(default)]
    pub score: Option<f64>,
}

/// The right answers of a gold task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GoldAnswers {
    /// The questions that have one answer count; the others are not looked at.
    pub answers: Answers,
    /// What a reviewer is told who missed it.
    #[serde(default)]
    pub why: Option<String>,
}

/// That somebody asked for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Escalation {
    /// Who.
    pub by: UserId,
    /// Whom they ask: `admin`, or the role or person of their queue.
    pub to: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Time,
}

/// A task to be added.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewTask {
    /// What it is about: the fields of an item.
    #[serde(flatten)]
    pub item: Item,
    /// What tells it from other tasks of the queue; made from the item where absent.
    #[serde(default)]
    pub key: Option<String>,
    /// Which come first.
    #[serde(default)]
    pub priority: Priority,
    /// For whom it is kept.
    #[serde(default)]
    pub assignee: Option<UserId>,
    /// The right answers, where they are known.
    #[serde(default)]
    pub gold: Option<GoldAnswers>,
    /// What a judge or model answered.
    #[serde(default)]
    pub suggestion: Option<TaskSuggestion>,
    /// When it should be complete.
    #[serde(default)]
    pub due_at: Option<Time>,
}
