//! A task as it is given to a reviewer, with all that is needed to judge it.

use serde::Serialize;
use vouch_domain::Time;
use vouch_domain::id::{ProjectId, QueueId, TaskId};
use vouch_domain::review::{
    Lease, Priority, Returned, ReviewDraft, Rubric, TaskSuggestion, TaskTurn,
};
use vouch_review::Shown;

use crate::problem::Problem;
use crate::state::App;

/// A task as it is given to a reviewer.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ReviewTurn {
    /// The task.
    task: TaskId,
    /// Its queue.
    queue: QueueId,
    /// Which come first.
    priority: Priority,
    /// When it should be complete.
    due_at: Option<Time>,
    /// What it is about.
    item: Shown,
    /// What is asked.
    rubric: Rubric,
    /// The rubric's version.
    rubric_version: u32,
    /// How long it is kept for them.
    lease: Lease,
    /// What they had begun.
    draft: Option<ReviewDraft>,
    /// The responses by their stored numbers, in the order in which they are to be shown.
    swapped: Vec<usize>,
    /// What a judge or model answered, where they may see it.
    suggestion: Option<TaskSuggestion>,
    /// That they answered before, and it was sent back.
    returned: Option<Returned>,
}

impl ReviewTurn {
    /// Reads what the task is about.
    pub(crate) async fn of(app: &App, project: ProjectId, turn: TaskTurn) -> Result<Self, Problem> {
        let (item, _) = vouch_review::show(app.store.as_ref(), project, turn.item).await?;
        Ok(Self {
            task: turn.task,
            queue: turn.queue,
            priority: turn.priority,
            due_at: turn.due_at,
            item,
            rubric: turn.rubric,
            rubric_version: turn.rubric_version,
            lease: turn.lease,
            draft: turn.draft,
            swapped: turn.swapped,
            suggestion: turn.suggestion,
            returned: turn.returned,
        })
    }
}
