//! Deciding tasks by a method that weighs reviewers by all they did in a queue.

use std::collections::BTreeMap;

use vouch_domain::Time;
use vouch_domain::id::{ProjectId, QueueId, TaskId};
use vouch_domain::review::{Answers, ConsensusRule, Found};

use crate::Result;

/// What the method that decides tasks needs of a store.
#[async_trait::async_trait]
pub trait WeighStore: Send + Sync {
    /// The queues, of all projects, with tasks that wait to be weighed, or whose reviews changed
    /// since they were weighed.
    async fn queues_to_weigh(&self) -> Result<Vec<(ProjectId, QueueId)>>;

    /// Tasks of a queue whose reviews are in and that wait to be weighed, in the order of their
    /// ids.
    async fn waiting_tasks(
        &self,
        project: ProjectId,
        queue: QueueId,
        limit: u32,
    ) -> Result<Vec<TaskId>>;

    /// Tasks of a queue that completed themselves, with what they came to, in the order of their
    /// ids.
    async fn self_completed(
        &self,
        project: ProjectId,
        queue: QueueId,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<(TaskId, Answers)>>;

    /// Applies what a method found: tasks that wait are decided, tasks that completed themselves
    /// follow. One whose reviews changed since is left for the next round. To do it again changes
    /// nothing. Says how many tasks changed.
    ///
    /// # Errors
    /// `NotFound` when there is no such queue.
    async fn weigh(&self, weighing: Weighing) -> Result<u32>;
}

/// What a method found for some tasks of a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighing {
    /// The tenant.
    pub project: ProjectId,
    /// The queue.
    pub queue: QueueId,
    /// The rule that it was found by, and the version of the rubric: where the queue has another
    /// by now, nothing is applied.
    pub rule: (ConsensusRule, u32),
    /// The last change of its reviews that the method knew.
    pub upto: i64,
    /// What it found, by question.
    pub tasks: Vec<(TaskId, BTreeMap<String, Found>)>,
    /// Whether the round is done with these.
    pub is_last: bool,
    /// When.
    pub now: Time,
}
