//! Storing review tasks: added, given out, answered, decided.

use serde_json::{Map, Value};
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{LogId, ProjectId, QueueId, ReviewId, TaskId, UserId};
use vouch_domain::review::{
    AssignTo, GoldResult, ItemShape, NewTask, Promoted, Review, ReviewDraft, Shared, Task,
    TaskOrigin, TaskSuggestion, TaskTurn, TaskUpdate,
};
use vouch_domain::{Cursor, Page, Time};

use crate::Result;

/// The most tasks that are added at once.
pub const MAX_ADDED: usize = 1000;

/// Review tasks.
#[async_trait::async_trait]
pub trait TaskStore: Send + Sync {
    /// Adds tasks to a queue. Of one that is there already, by its key, the first stays.
    ///
    /// # Errors
    /// `NotFound` when there is no such queue or it is archived; `Invalid` at `/items/<i>/...`
    /// when one does not fit the queue: then none is added.
    async fn add_tasks(
        &self,
        project: ProjectId,
        queue: QueueId,
        tasks: Vec<TaskToAdd>,
        now: Time,
    ) -> Result<Added>;

    /// One task.
    async fn task(&self, project: ProjectId, id: TaskId) -> Result<Option<Task>>;

    /// A page of tasks, newest first.
    async fn tasks(&self, query: &TaskQuery) -> Result<Page<Task>>;

    /// A page of tasks that a person has to decide, with their reviews; oldest first.
    async fn disputes(
        &self,
        project: ProjectId,
        queue: QueueId,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<Disputed>>;

    /// The tasks about a log, of all queues.
    async fn tasks_of_log(&self, project: ProjectId, log: LogId) -> Result<Vec<Task>>;

    /// All reviews of a task, oldest first; also those that no longer count.
    async fn reviews_of_task(&self, project: ProjectId, task: TaskId) -> Result<Vec<Review>>;

    /// One review.
    async fn review(&self, project: ProjectId, id: ReviewId) -> Result<Option<Review>>;

    /// A person's last reviews in all queues, newest first; only those that count.
    async fn reviews_by(&self, project: ProjectId, user: UserId, limit: u32)
    -> Result<Vec<Review>>;

    /// Reviews of a queue in the order in which they came, after one of them; also those that no
    /// longer count.
    async fn reviews_after(
        &self,
        project: ProjectId,
        queue: QueueId,
        after: Option<ReviewId>,
        limit: u32,
    ) -> Result<Vec<Review>>;

    /// Reviews of a queue, newest first, before the review `before`; at most 10,000.
    async fn reviews_before(
        &self,
        project: ProjectId,
        queue: QueueId,
        before: Option<ReviewId>,
        limit: u32,
    ) -> Result<Vec<Review>>;

    /// Reviews of a queue in the order in which they came or ended, after a mark. One that ended
    /// since it was read comes again. Who reads on until nothing comes knows the state of each.
    async fn reviews_changed(
        &self,
        project: ProjectId,
        queue: QueueId,
        after: Option<ReviewMark>,
        limit: u32,
    ) -> Result<Vec<(ReviewMark, Review)>>;

    /// What a person did in a queue since a time, newest first; only reviews that count.
    async fn work_of(
        &self,
        project: ProjectId,
        queue: QueueId,
        user: UserId,
        since: Time,
        limit: u32,
    ) -> Result<Vec<Work>>;

    /// Gives a reviewer tasks: first those that they have and do not hold, then those kept for
    /// them, then gold where it is due, then the line.
    ///
    /// # Errors
    /// `NotFound` when there is no such queue or it is archived.
    async fn next(&self, ask: Ask) -> Result<Given>;

    /// Keeps a task longer for who has it; also where their lease has lapsed and there is a place.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when they do not have it and there is no place.
    async fn renew(&self, holder: Holder) -> Result<Time>;

    /// Keeps what a reviewer has begun.
    ///
    /// # Errors
    /// `NotFound` when they never had the task; `Conflict` when they have reviewed it.
    async fn keep_draft(&self, holder: Holder, draft: ReviewDraft) -> Result<()>;

    /// Keeps a review; a repeat of the same submission gives back what the first one did.
    ///
    /// # Errors
    /// `NotFound` when there is no such task, or they never had it; `Invalid` at `/answers/...`;
    /// `Conflict` when they have reviewed it.
    async fn submit(&self, submission: Submission) -> Result<Submitted>;

    /// Takes a review back: its task is leased again to its author, with the answers as draft.
    ///
    /// # Errors
    /// `NotFound`, also where it is somebody else's; `Conflict` when it no longer counts, a person
    /// decided, or the task is gold.
    async fn undo(
        &self,
        project: ProjectId,
        review: ReviewId,
        user: UserId,
        now: Time,
    ) -> Result<TaskTurn>;

    /// Gives a task back.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when they do not have it.
    async fn give_back(&self, holder: Holder, how: GiveBack) -> Result<()>;

    /// A person decides a task. They may decide again.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` at `/answers/...` or `/adopted`; `Conflict` when it was cancelled or
    /// is gold.
    async fn adjudicate(&self, decision: Decision, audit: NewAudit) -> Result<Task>;

    /// Sends a review back to its author: the task is kept for them, and what was decided of it
    /// is undone.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it no longer counts or the task was cancelled or is gold.
    async fn reject(
        &self,
        project: ProjectId,
        review: ReviewId,
        reason: String,
        audit: NewAudit,
    ) -> Result<Task>;

    /// Changes a task that is not decided: how many reviews it asks for (at least as many as there
    /// are, with those that are under way or kept for somebody), for whom alone it is kept, its
    /// priority and when it is due.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` at `/assignee` when they are not given tasks of the queue; `Conflict`
    /// when it is decided or gold, when they have reviewed it, or it has no place for them.
    async fn update_task(
        &self,
        project: ProjectId,
        task: TaskId,
        update: TaskUpdate,
        audit: NewAudit,
    ) -> Result<Task>;

    /// Keeps tasks for people, the places of each for those for whom the fewest are kept. Many
    /// are done in several transactions; a repeat goes on.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` at `/to`, `/tasks` or `/limit`.
    async fn share_out(
        &self,
        project: ProjectId,
        queue: QueueId,
        which: ToAssign,
        to: AssignTo,
        audit: NewAudit,
    ) -> Result<Shared>;

    /// What a person skipped in a queue and nobody has decided since, newest task first, 1 to 200.
    async fn skipped(
        &self,
        project: ProjectId,
        queue: QueueId,
        user: UserId,
        limit: u32,
    ) -> Result<Vec<Skipped>>;

    /// Leases a task to who skipped it.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when they have not skipped it, are given no tasks now, or there is
    /// no place.
    async fn unskip(&self, holder: Holder) -> Result<TaskTurn>;

    /// What [`Self::promote`] would do.
    ///
    /// # Errors
    /// As [`Self::promote`].
    async fn preview_promotion(
        &self,
        project: ProjectId,
        queue: QueueId,
        promote: &Promote,
    ) -> Result<Promoted>;

    /// Makes gold tasks of decided ones: each gets a twin with what its reviewers said as the right
    /// answers, which is not given to whoever had to do with it. A repeat changes nothing.
    ///
    /// # Errors
    /// `NotFound`, also when the queue is archived; `Invalid` at `/tasks` or `/limit`.
    async fn promote(
        &self,
        project: ProjectId,
        queue: QueueId,
        promote: Promote,
        audit: NewAudit,
    ) -> Result<Promoted>;

    /// Takes a gold task back: nobody is given it any more.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is none, or was taken back.
    async fn demote(&self, project: ProjectId, task: TaskId, audit: NewAudit) -> Result<Task>;

    /// Asks nobody any more.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is complete or was cancelled, or is gold.
    async fn cancel_task(&self, project: ProjectId, task: TaskId, audit: NewAudit) -> Result<Task>;
}

/// A place in the order in which reviews of a queue came or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReviewMark {
    /// The queue's change in which it came or ended; 0 for those from before changes were counted.
    pub change: i64,
    /// The review.
    pub review: ReviewId,
}

/// A review as a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// When.
    pub at: Time,
    /// How long it took, ms, without pauses.
    pub active_ms: u64,
    /// Whether it was right; `None` unless the task is gold.
    pub gold_right: Option<bool>,
    /// Whether it says what was decided on every question; `None` while nothing is, and for gold.
    pub agreed: Option<bool>,
}

/// A task to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskToAdd {
    /// Its id, unless it is there already.
    pub id: TaskId,
    /// Where it is from.
    pub origin: TaskOrigin,
    /// What it is about.
    pub new: NewTask,
}

/// What came of adding tasks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Added {
    /// The ids in the order in which they came; of a task that was there, its own.
    pub ids: Vec<TaskId>,
    /// How many are new.
    pub created: u32,
    /// How many were there.
    pub known: u32,
}

/// Which tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskQuery {
    /// The tenant.
    pub project: ProjectId,
    /// The queue.
    pub queue: QueueId,
    /// Only those in this state: the word, `disputed`, or `gold` for those that are given out.
    pub state: Option<String>,
    /// Only those that this person reviewed.
    pub reviewed_by: Option<UserId>,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
    /// At most so many, 1 to 200.
    pub limit: u32,
}

/// A task that a person has to decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Disputed {
    /// The task.
    pub task: Task,
    /// Its reviews that count, oldest first.
    pub reviews: Vec<Review>,
}

/// A reviewer asks for tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The tenant.
    pub project: ProjectId,
    /// The queue.
    pub queue: QueueId,
    /// Who asks.
    pub user: UserId,
    /// How many they want, 1 to 50.
    pub count: u32,
    /// The tasks that they hold already.
    pub holding: Vec<TaskId>,
    /// When.
    pub now: Time,
}

/// What a reviewer is given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Given {
    /// The tasks.
    pub turns: Vec<TaskTurn>,
    /// Why they are given none, where that is so.
    pub paused: Option<String>,
    /// Whether there are more for them right now.
    pub left: bool,
}

/// Somebody who has a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The tenant.
    pub project: ProjectId,
    /// The task.
    pub task: TaskId,
    /// Who.
    pub user: UserId,
    /// When.
    pub now: Time,
}

/// A reviewer's answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// Who answers what, and when.
    pub holder: Holder,
    /// The task's queue.
    pub queue: QueueId,
    /// The id of the review.
    pub review: ReviewId,
    /// The caller's name for it, by which a repeat is known: 1 to 128 characters.
    pub submission: String,
    /// The answers, not yet checked.
    pub answers: Map<String, Value>,
    /// The shape of the item; of a log that of the log as it is now.
    pub shape: ItemShape,
    /// How long they worked on it, ms.
    pub active_ms: u64,
    /// The responses in the order in which they were shown.
    pub order: Vec<usize>,
}

/// What came of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    /// The review is kept.
    Kept(Box<KeptReview>),
    /// There is no place for it any more; the answers are kept as a draft. The text says why.
    NoPlace(String),
}

/// A review that is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptReview {
    /// The review.
    pub review: Review,
    /// Its task, as it is now.
    pub task: Task,
    /// Where the task is gold: whether they were right.
    pub gold: Option<GoldResult>,
    /// What a judge or model answered, unless it is hidden.
    pub suggestion: Option<TaskSuggestion>,
    /// Whether this was a repeat and changed nothing.
    pub repeated: bool,
}

/// How a task is given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GiveBack {
    /// For now; they may be given it again.
    Release,
    /// For good.
    Skip {
        /// Why.
        reason: String,
    },
    /// Somebody else has to decide it.
    Escalate {
        /// Why.
        reason: String,
    },
}

/// Which tasks are to be kept for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToAssign {
    /// These, 1 to [`MAX_ADDED`], also where they are kept for somebody else.
    Tasks(Vec<TaskId>),
    /// The first of the line that are kept for nobody.
    Open {
        /// How many, 1 to [`MAX_ADDED`].
        limit: u32,
    },
}

/// A task that a person skipped.
#[derive(Debug, Clone, PartialEq)]
pub struct Skipped {
    /// The task.
    pub task: Task,
    /// Why they did.
    pub reason: String,
    /// Whether they may have it again right now.
    pub available: bool,
}

/// Which decided tasks become gold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promote {
    /// Which.
    pub which: ToPromote,
    /// The key of the only question whose answer is to be right; all where absent.
    pub question: Option<String>,
}

/// Which decided tasks become gold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToPromote {
    /// These, 1 to [`MAX_ADDED`].
    Tasks(Vec<TaskId>),
    /// Those on which all agree, oldest first.
    Unanimous {
        /// With at least so many reviews.
        min_reviews: u32,
        /// How many, 1 to [`MAX_ADDED`].
        limit: u32,
        /// Only after this one.
        after: Option<TaskId>,
    },
}

/// What a person decides of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The tenant.
    pub project: ProjectId,
    /// The task.
    pub task: TaskId,
    /// The right answers, not yet checked.
    pub answers: Map<String, Value>,
    /// The shape of the item.
    pub shape: ItemShape,
    /// The review whose answers they take.
    pub adopted: Option<ReviewId>,
    /// Why.
    pub reason: String,
}
