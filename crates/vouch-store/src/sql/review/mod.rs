//! Review: queues, tasks, and what reviewers answer.
//!
//! All that gives out or takes back places of a queue's tasks runs one after the other: on SQLite
//! because there is one writer, on PostgreSQL under the queue's lock ([`queue_lock`]). So every
//! change sees all before it, and a [`book::Book`] need not lock rows. The lock is taken before
//! any other and held for one commit, which serves all that wait on a node.

mod add;
mod batch;
mod book;
mod change;
mod decide;
mod forget;
mod given;
mod hold;
mod lapse;
mod ledger;
mod line;
mod metrics;
mod next;
mod progress;
mod promote;
mod queue;
mod read;
mod record;
mod reviewer;
mod rules;
mod seat;
mod settle;
mod share;
mod share_out;
mod submit;
mod tally;
mod task;
mod unskip;
mod weigh;
mod work;

use vouch_domain::audit::NewAudit;
use vouch_domain::id::{LogId, ProjectId, QueueId, ReviewId, TaskId, UserId};
use vouch_domain::review::{
    Answers, AssignTo, Progress, Promoted, Queue, QueueUpdate, Review, ReviewDraft, Reviewer,
    ReviewerUpdate, Rubric, Shared, TakenBy, Task, TaskTurn, TaskUpdate,
};
use vouch_domain::{Cursor, Page, Time};

pub(crate) use self::forget::logs_leave;
use self::queue::QueueRow;
use self::record::ReviewRow;
pub(crate) use self::rules::note_changed;
pub(crate) use self::submit::{Submit, drawn, submit_all};
pub(crate) use self::tally::Tally;
pub(crate) use self::work::person_changed;
use super::op::{Action, Op};
use super::tx::{queue_lock, rules_lock};
use super::{SMALL, SqlStore};
use crate::{
    Added, Ask, Decision, Disputed, GiveBack, Given, GivenReviewStore, GivenReviews, Holder,
    Promote, QueueStore, Result, ReviewMark, Skipped, Submission, Submitted, TakenReviews,
    TaskQuery, TaskStore, TaskToAdd, ToAssign, WeighStore, Weighing, Work,
};

impl SqlStore {
    async fn queue_of(&self, project: ProjectId, task: TaskId) -> Result<QueueId> {
        read::queue_of(&mut self.readers.acquire().await?, project, task).await
    }

    /// Changes the tasks of a queue.
    async fn in_queue<A, T>(
        &self,
        project: ProjectId,
        queue: QueueId,
        arguments: A,
        action: Action<A, T>,
    ) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let lock = Some(queue_lock(project, queue));
        self.write_under(lock, SMALL, arguments, action).await
    }
}

#[async_trait::async_trait]
impl QueueStore for SqlStore {
    async fn queues(&self, project: ProjectId) -> Result<Vec<Queue>> {
        QueueRow::list(&mut self.readers.acquire().await?, project).await
    }

    async fn queue(&self, project: ProjectId, id: QueueId) -> Result<Option<Queue>> {
        QueueRow::load(&mut self.readers.acquire().await?, project, id).await
    }

    async fn rubric(
        &self,
        project: ProjectId,
        queue: QueueId,
        version: u32,
    ) -> Result<Option<Rubric>> {
        let mut conn = self.readers.acquire().await?;
        queue::rubric(&mut conn, project, queue, i64::from(version)).await
    }

    async fn create_queue(&self, project: ProjectId, queue: Queue, audit: NewAudit) -> Result<()> {
        queue.settings.check()?;
        let arguments = (project, queue, audit);
        self.write(arguments, |arguments, tx| Box::pin(queue::create(arguments, tx))).await
    }

    async fn update_queue(
        &self,
        project: ProjectId,
        id: QueueId,
        update: QueueUpdate,
        audit: NewAudit,
    ) -> Result<Queue> {
        let arguments = (project, id, update, audit);
        let action: Action<_, _> = |arguments, tx| Box::pin(queue::update(arguments, tx));
        self.in_queue(project, id, arguments, action).await
    }

    async fn archive_queue(&self, project: ProjectId, id: QueueId, audit: NewAudit) -> Result<()> {
        let arguments = (project, id, audit);
        let action: Action<_, _> = |arguments, tx| Box::pin(queue::archive(arguments, tx));
        self.in_queue(project, id, arguments, action).await
    }

    async fn progress(
        &self,
        project: ProjectId,
        queue: QueueId,
        user: Option<UserId>,
        now: Time,
    ) -> Result<Progress> {
        let mut conn = self.readers.acquire().await?;
        progress::progress(&mut conn, project, queue, user, now).await
    }

    async fn reviewers(&self, project: ProjectId, queue: QueueId) -> Result<Vec<Reviewer>> {
        reviewer::list(&mut self.readers.acquire().await?, project, queue).await
    }

    async fn set_reviewer(
        &self,
        project: ProjectId,
        queue: QueueId,
        user: UserId,
        update: ReviewerUpdate,
        audit: NewAudit,
    ) -> Result<Reviewer> {
        let arguments = (project, queue, user, update, audit);
        let action: Action<_, _> = |arguments, tx| Box::pin(reviewer::set(arguments, tx));
        self.in_queue(project, queue, arguments, action).await
    }

    async fn apply_rules(&self, now: Time) -> Result<TakenBy> {
        if !rules::is_needed(&mut self.readers.acquire().await?).await? {
            return Ok(TakenBy::default());
        }
        let lock = Some(rules_lock());
        self.write_under(lock, SMALL, now, |now, tx| Box::pin(rules::round(now, tx))).await
    }
}

#[async_trait::async_trait]
impl TaskStore for SqlStore {
    async fn add_tasks(
        &self,
        project: ProjectId,
        queue: QueueId,
        tasks: Vec<TaskToAdd>,
        now: Time,
    ) -> Result<Added> {
        let lock = Some(queue_lock(project, queue));
        let size = tasks.iter().map(add::size_bytes).sum();
        let arguments = (project, queue, tasks, now);
        self.write_under(lock, size, arguments, |add, tx| Box::pin(add::add(add, tx))).await
    }

    async fn task(&self, project: ProjectId, id: TaskId) -> Result<Option<Task>> {
        read::task(&mut self.readers.acquire().await?, project, id).await
    }

    async fn tasks(&self, query: &TaskQuery) -> Result<Page<Task>> {
        read::tasks(&mut self.readers.acquire().await?, query).await
    }

    async fn disputes(
        &self,
        project: ProjectId,
        queue: QueueId,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<Disputed>> {
        read::disputes(&mut self.readers.acquire().await?, project, queue, cursor, limit).await
    }

    async fn tasks_of_log(&self, project: ProjectId, log: LogId) -> Result<Vec<Task>> {
        read::of_log(&mut self.readers.acquire().await?, project, log).await
    }

    async fn reviews_of_task(&self, project: ProjectId, task: TaskId) -> Result<Vec<Review>> {
        read::reviews_of_task(&mut self.readers.acquire().await?, project, task).await
    }

    async fn review(&self, project: ProjectId, id: ReviewId) -> Result<Option<Review>> {
        let row = ReviewRow::load(&mut self.readers.acquire().await?, project, id).await?;
        row.map(ReviewRow::review).transpose()
    }

    async fn reviews_by(
        &self,
        project: ProjectId,
        user: UserId,
        limit: u32,
    ) -> Result<Vec<Review>> {
        read::reviews_by(&mut self.readers.acquire().await?, project, user, limit).await
    }

    async fn reviews_after(
        &self,
        project: ProjectId,
        queue: QueueId,
        after: Option<ReviewId>,
        limit: u32,
    ) -> Result<Vec<Review>> {
        let mut conn = self.readers.acquire().await?;
        read::reviews_after(&mut conn, project, queue, after, limit).await
    }

    async fn reviews_before(
        &self,
        project: ProjectId,
        queue: QueueId,
        before: Option<ReviewId>,
        limit: u32,
    ) -> Result<Vec<Review>> {
        let mut conn = self.readers.acquire().await?;
        read::reviews_before(&mut conn, project, queue, before, limit).await
    }

    async fn reviews_changed(
        &self,
        project: ProjectId,
        queue: QueueId,
        after: Option<ReviewMark>,
        limit: u32,
    ) -> Result<Vec<(ReviewMark, Review)>> {
        let mut conn = self.readers.acquire().await?;
        read::reviews_changed(&mut conn, project, queue, after, limit).await
    }

    async fn work_of(
        &self,
        project: ProjectId,
        queue: QueueId,
        user: UserId,
        since: Time,
        limit: u32,
    ) -> Result<Vec<Work>> {
        let mut conn = self.readers.acquire().await?;
        read::work_of(&mut conn, project, queue, (user, since), limit).await
    }

    async fn next(&self, ask: Ask) -> Result<Given> {
        let action: Action<_, _> = |ask, tx| Box::pin(next::next(ask, tx));
        self.in_queue(ask.project, ask.queue, ask, action).await
    }

    async fn renew(&self, holder: Holder) -> Result<Time> {
        let queue = self.queue_of(holder.project, holder.task).await?;
        let action: Action<_, _> = |arguments, tx| Box::pin(hold::renew(arguments, tx));
        self.in_queue(holder.project, queue, (holder, queue), action).await
    }

    async fn keep_draft(&self, holder: Holder, draft: ReviewDraft) -> Result<()> {
        let queue = self.queue_of(holder.project, holder.task).await?;
        let action: Action<_, _> = |arguments, tx| Box::pin(hold::keep_draft(arguments, tx));
        self.in_queue(holder.project, queue, (holder, draft), action).await
    }

    async fn submit(&self, submission: Submission) -> Result<Submitted> {
        self.writer.call(SMALL, |slot| Op::Submit(Submit { new: submission, slot })).await
    }

    async fn undo(
        &self,
        project: ProjectId,
        review: ReviewId,
        user: UserId,
        now: Time,
    ) -> Result<TaskTurn> {
        let place = read::place_of(&mut self.readers.acquire().await?, project, review).await?;
        let action: Action<_, _> = |arguments, tx| Box::pin(decide::undo(arguments, tx));
        self.in_queue(project, place.1, (place, user, now), action).await
    }

    async fn give_back(&self, holder: Holder, how: GiveBack) -> Result<()> {
        let queue = self.queue_of(holder.project, holder.task).await?;
        let action: Action<_, _> = |arguments, tx| Box::pin(hold::give_back(arguments, tx));
        self.in_queue(holder.project, queue, (holder, queue, how), action).await
    }

    async fn adjudicate(&self, decision: Decision, audit: NewAudit) -> Result<Task> {
        let project = decision.project;
        let queue = self.queue_of(project, decision.task).await?;
        let action: Action<_, _> = |arguments, tx| Box::pin(decide::adjudicate(arguments, tx));
        self.in_queue(project, queue, (decision, queue, audit), action).await
    }

    async fn reject(
        &self,
        project: ProjectId,
        review: ReviewId,
        reason: String,
        audit: NewAudit,
    ) -> Result<Task> {
        let place = read::place_of(&mut self.readers.acquire().await?, project, review).await?;
        let action: Action<_, _> = |arguments, tx| Box::pin(decide::reject(arguments, tx));
        self.in_queue(project, place.1, (place, reason, audit), action).await
    }

    async fn update_task(
        &self,
        project: ProjectId,
        task: TaskId,
        update: TaskUpdate,
        audit: NewAudit,
    ) -> Result<Task> {
        let queue = self.queue_of(project, task).await?;
        let arguments = ((project, queue, task), update, audit);
        let action: Action<_, _> = |arguments, tx| Box::pin(change::change(arguments, tx));
        self.in_queue(project, queue, arguments, action).await
    }

    async fn share_out(
        &self,
        project: ProjectId,
        queue: QueueId,
        which: ToAssign,
        to: AssignTo,
        audit: NewAudit,
    ) -> Result<Shared> {
        let (now, mut entry, mut shared) = (audit.at, Some(audit), Shared::default());
        let mut rest = share_out::Rest::new(which)?;
        while let Some(some) = rest.next() {
            let arguments = (project, queue, some, to.clone(), entry.take(), now);
            let action: Action<_, _> = |some, tx| Box::pin(share_out::share_out(some, tx));
            let (more, reached) = self.in_queue(project, queue, arguments, action).await?;
            rest.came_to(reached, &more);
            share_out::add(&mut shared, more);
        }
        shared.left = rest.is_left();
        Ok(shared)
    }

    async fn skipped(
        &self,
        project: ProjectId,
        queue: QueueId,
        user: UserId,
        limit: u32,
    ) -> Result<Vec<Skipped>> {
        let mut conn = self.readers.acquire().await?;
        unskip::skipped(&mut conn, project, queue, user, limit.clamp(1, 200)).await
    }

    async fn unskip(&self, holder: Holder) -> Result<TaskTurn> {
        let queue = self.queue_of(holder.project, holder.task).await?;
        let action: Action<_, _> = |arguments, tx| Box::pin(unskip::unskip(arguments, tx));
        self.in_queue(holder.project, queue, (holder, queue), action).await
    }

    async fn preview_promotion(
        &self,
        project: ProjectId,
        queue: QueueId,
        promote: &Promote,
    ) -> Result<Promoted> {
        promote::check(promote)?;
        let mut conn = self.readers.acquire().await?;
        promote::preview(&mut conn, project, queue, promote).await
    }

    async fn promote(
        &self,
        project: ProjectId,
        queue: QueueId,
        promote: Promote,
        audit: NewAudit,
    ) -> Result<Promoted> {
        promote::check(&promote)?;
        let arguments = (project, queue, promote, audit);
        let action: Action<_, _> = |arguments, tx| Box::pin(promote::promote(arguments, tx));
        self.in_queue(project, queue, arguments, action).await
    }

    async fn demote(&self, project: ProjectId, task: TaskId, audit: NewAudit) -> Result<Task> {
        let queue = self.queue_of(project, task).await?;
        let arguments = ((project, queue, task), audit);
        let action: Action<_, _> = |arguments, tx| Box::pin(promote::demote(arguments, tx));
        self.in_queue(project, queue, arguments, action).await
    }

    async fn cancel_task(&self, project: ProjectId, task: TaskId, audit: NewAudit) -> Result<Task> {
        let queue = self.queue_of(project, task).await?;
        let arguments = ((project, queue, task), audit);
        let action: Action<_, _> = |arguments, tx| Box::pin(decide::cancel(arguments, tx));
        self.in_queue(project, queue, arguments, action).await
    }
}

#[async_trait::async_trait]
impl WeighStore for SqlStore {
    async fn queues_to_weigh(&self) -> Result<Vec<(ProjectId, QueueId)>> {
        weigh::queues(&mut self.readers.acquire().await?).await
    }

    async fn waiting_tasks(
        &self,
        project: ProjectId,
        queue: QueueId,
        limit: u32,
    ) -> Result<Vec<TaskId>> {
        weigh::waiting(&mut self.readers.acquire().await?, project, queue, limit).await
    }

    async fn self_completed(
        &self,
        project: ProjectId,
        queue: QueueId,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<(TaskId, Answers)>> {
        let mut conn = self.readers.acquire().await?;
        weigh::completed(&mut conn, project, queue, after, limit).await
    }

    async fn weigh(&self, weighing: Weighing) -> Result<u32> {
        let (project, queue) = (weighing.project, weighing.queue);
        let action: Action<_, _> = |weighing, tx| Box::pin(weigh::weigh(weighing, tx));
        self.in_queue(project, queue, weighing, action).await
    }
}

#[async_trait::async_trait]
impl GivenReviewStore for SqlStore {
    async fn take_in_reviews(
        &self,
        project: ProjectId,
        queue: QueueId,
        tasks: Vec<GivenReviews>,
        now: Time,
    ) -> Result<TakenReviews> {
        let lock = Some(queue_lock(project, queue));
        let size = tasks.iter().map(given::size_bytes).sum();
        let arguments = (project, queue, tasks, now);
        self.write_under(lock, size, arguments, |given, tx| Box::pin(given::take_in(given, tx)))
            .await
    }

    async fn tasks_by_id(&self, project: ProjectId, ids: &[TaskId]) -> Result<Vec<Task>> {
        read::tasks_by_id(&mut self.readers.acquire().await?, project, ids).await
    }
}
