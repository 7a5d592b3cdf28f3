//! Storing review queues: what they ask, how they get on, and who reviews.

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{ProjectId, QueueId, UserId};
use vouch_domain::review::{
    Progress, Queue, QueueUpdate, Reviewer, ReviewerUpdate, Rubric, TakenBy,
};

use crate::Result;

/// The most queues of one project that are not archived: a list of them fits one page.
pub const MAX_QUEUES: u32 = 500;

/// Review queues.
#[async_trait::async_trait]
pub trait QueueStore: Send + Sync {
    /// The queues of the project that are not archived, by name.
    async fn queues(&self, project: ProjectId) -> Result<Vec<Queue>>;

    /// One queue, archived or not.
    async fn queue(&self, project: ProjectId, id: QueueId) -> Result<Option<Queue>>;

    /// A rubric that a queue has or had.
    async fn rubric(
        &self,
        project: ProjectId,
        queue: QueueId,
        version: u32,
    ) -> Result<Option<Rubric>>;

    /// Keeps a queue. One about logs defines the metrics that its questions become feedback on,
    /// where they are not defined.
    ///
    /// # Errors
    /// `Conflict` when the key is taken, or there are [`MAX_QUEUES`] already; `Invalid` at
    /// `/rubric/questions/<i>/key` when a metric of that name takes other values.
    async fn create_queue(&self, project: ProjectId, queue: Queue, audit: NewAudit) -> Result<()>;

    /// Changes a queue; returns it as it is now. Where it is to be reopened, its complete tasks
    /// are asked again, a moment later (see [`Self::apply_rules`]).
    ///
    /// # Errors
    /// `NotFound`, also when it is archived; as [`Self::create_queue`].
    async fn update_queue(
        &self,
        project: ProjectId,
        id: QueueId,
        update: QueueUpdate,
        audit: NewAudit,
    ) -> Result<Queue>;

    /// Puts a queue away: what was given out may be finished, nothing more is given out. A repeat
    /// changes nothing.
    ///
    /// # Errors
    /// `NotFound`.
    async fn archive_queue(&self, project: ProjectId, id: QueueId, audit: NewAudit) -> Result<()>;

    /// How a queue gets on, and how `user` does in it.
    ///
    /// # Errors
    /// `NotFound`.
    async fn progress(
        &self,
        project: ProjectId,
        queue: QueueId,
        user: Option<UserId>,
        now: Time,
    ) -> Result<Progress>;

    /// Everybody who was given a task of the queue, or whose row was changed.
    async fn reviewers(&self, project: ProjectId, queue: QueueId) -> Result<Vec<Reviewer>>;

    /// Changes whether a person is given tasks of a queue. What was kept for one who is away goes
    /// to the others.
    ///
    /// # Errors
    /// `NotFound`.
    async fn set_reviewer(
        &self,
        project: ProjectId,
        queue: QueueId,
        user: UserId,
        update: ReviewerUpdate,
        audit: NewAudit,
    ) -> Result<Reviewer>;

    /// Lets the rules of all queues look at some of the logs that changed since they last looked,
    /// each as it is now, and adds the tasks. To be called until nothing was looked at.
    async fn apply_rules(&self, now: Time) -> Result<TakenBy>;
}
