//! A turn: a task as it is given to a reviewer. It never holds another's answers, nor the right
//! ones.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::Answers;
use super::item::Item;
use super::rubric::Rubric;
use super::task::{Priority, TaskSuggestion};
use crate::Time;
use crate::actor::Actor;
use crate::id::{QueueId, TaskId};

/// A task as it is given to a reviewer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskTurn {
    /// The task.
    pub task: TaskId,
    /// Its queue.
    pub queue: QueueId,
    /// What it is about.
    pub item: Item,
    /// What is asked.
    pub rubric: Rubric,
    /// The rubric's version.
    pub rubric_version: u32,
    /// Which come first.
    pub priority: Priority,
    /// When it should be complete.
    pub due_at: Option<Time>,
    /// How long it is kept for them.
    pub lease: Lease,
    /// What they had begun.
    pub draft: Option<ReviewDraft>,
    /// The responses by their stored numbers, in the order in which they are shown.
    pub swapped: Vec<usize>,
    /// What a judge or model answered, where they may see it.
    pub suggestion: Option<TaskSuggestion>,
    /// That they answered before, and it was sent back.
    pub returned: Option<Returned>,
}

/// How long a task is kept for a reviewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lease {
    /// Until then.
    pub until: Time,
}

/// What a reviewer had begun: kept as it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewDraft {
    /// The answers so far, unchecked.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub answers: Map<String, Value>,
    /// How long they worked on it, ms.
    #[serde(default)]
    pub active_ms: u64,
}

/// That work was sent back to its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Returned {
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: Actor,
}

/// What a reviewer is told after a gold task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoldResult {
    /// Whether they were right.
    pub right: bool,
    /// The right answers.
    pub answers: Answers,
    /// Why these are right.
    pub why: Option<String>,
}
