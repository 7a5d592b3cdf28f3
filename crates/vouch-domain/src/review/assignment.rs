//! For whom tasks are kept: how a queue shares them out, and what an admin changes of a task.

use serde::{Deserialize, Serialize};

use super::queue_input::Change;
use super::task::Priority;
use crate::Time;
use crate::group::Group;
use crate::id::{TaskId, UserId};

/// How new tasks come to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// They stand in a line; whoever asks gets the next.
    #[default]
    Line,
    /// Each is kept for those for whom the fewest are kept.
    Even,
}

/// For whom tasks are to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum AssignTo {
    /// These people.
    People(Vec<UserId>),
    /// Whoever belongs to a group.
    Group {
        /// Its name.
        group: Group,
    },
}

/// What is to change of a task; what is absent stays, null takes away.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TaskUpdate {
    /// How many reviews are asked for, 1 to 100; not fewer than there are, with those under way.
    #[serde(default)]
    pub wanted: Option<u32>,
    /// For whom alone it is kept; null for nobody.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UserId>))]
    #[serde(default)]
    pub assignee: Change<UserId>,
    /// Which come first.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// When it should be complete.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Time>))]
    #[serde(default)]
    pub due_at: Change<Time>,
}

/// What came of sharing tasks out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shared {
    /// How many tasks are kept for somebody now who was not asked before.
    pub assigned: u32,
    /// For whom, and how many places each.
    pub people: Vec<Share>,
    /// Tasks that were left as they are, and why.
    pub passed: Vec<PassedOver>,
    /// Whether more open tasks wait that are kept for nobody.
    pub left: bool,
}

/// How many places of tasks a person got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Share {
    /// Who.
    pub user: UserId,
    /// How many.
    pub tasks: u32,
}

/// A task that was left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PassedOver {
    /// Which.
    pub task: TaskId,
    /// Why.
    pub why: String,
}
