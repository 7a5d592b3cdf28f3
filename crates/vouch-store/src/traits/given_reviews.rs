//! Storing reviews that were given elsewhere, and reading tasks with what was said of them.

use vouch_domain::Time;
use vouch_domain::id::{ProjectId, QueueId, ReviewId, TaskId, UserId};
use vouch_domain::review::{Answers, Task};

use crate::Result;

/// Reviews that come with an import, and tasks that leave with an export.
#[async_trait::async_trait]
pub trait GivenReviewStore: Send + Sync {
    /// Keeps reviews that people gave elsewhere, and settles their tasks as if all of a task's had
    /// come at once. A task asks for at least as many reviews as it then has. A person who has
    /// reviewed a task already keeps the review that is there; a task that was complete by its
    /// reviews is settled again.
    ///
    /// # Errors
    /// `NotFound` when there is no such queue, or it is archived, or has no such task. What is
    /// wrong with the reviews of one task is told in [`TakenReviews::refused`]: the others are
    /// kept.
    async fn take_in_reviews(
        &self,
        project: ProjectId,
        queue: QueueId,
        tasks: Vec<GivenReviews>,
        now: Time,
    ) -> Result<TakenReviews>;

    /// The tasks with these ids that are there, in any order.
    async fn tasks_by_id(&self, project: ProjectId, ids: &[TaskId]) -> Result<Vec<Task>>;
}

/// What people said elsewhere about one task.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenReviews {
    /// The task.
    pub task: TaskId,
    /// Their reviews, oldest first.
    pub reviews: Vec<GivenReview>,
}

/// A review that was given elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenReview {
    /// The id that it gets.
    pub id: ReviewId,
    /// Who.
    pub user: UserId,
    /// The giver's name for it, by which a repeat is known: 1 to 128 characters.
    pub submission: String,
    /// The answers, not yet checked.
    pub answers: Answers,
    /// When it was given; counted as now where that is later.
    pub at: Time,
    /// How long they worked on it, ms.
    pub active_ms: u64,
}

/// What came of reviews that were given elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TakenReviews {
    /// How many are new.
    pub kept: u32,
    /// How many were there.
    pub known: u32,
    /// Tasks whose reviews were not kept, by their place among those that came, and why.
    pub refused: Vec<(usize, String)>,
}
