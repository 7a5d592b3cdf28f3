//! The tasks of one queue within one operation: read, changed, and kept with all that follows from a
//! change: their place in the line and the queue's counts.
//!
//! What changes is written together: rows of tasks and seats with [`Book::flush`], and the rows that
//! every operation touches (counts, days, reviewers) once for all operations of a commit, see
//! [`super::tally`].

use std::collections::BTreeMap;

use vouch_domain::Time;
use vouch_domain::event::EventKind;
use vouch_domain::feedback::NewFeedback;
use vouch_domain::id::{ProjectId, QueueId, TaskId, UserId};
use vouch_domain::webhook::Happening;

use super::ledger::Ledger;
use super::record::ReviewRow;
use super::reviewer::ReviewerRow;
use super::seat::{KNOWN, Seat};
use super::settle;
use super::task::{Class, ItemRow, TaskRow, WholeRow};
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::{Result, StoreError};

/// The band of what came back.
pub(super) const RETURNED: i64 = 0;
/// The band of what is new.
pub(super) const FRESH: i64 = 1;

/// The tasks of one queue within one operation. [`Self::close`] is to be called at the end.
pub(super) struct Book<'t> {
    pub(super) tx: &'t mut Tx,
    pub(super) project: ProjectId,
    pub(super) queue: QueueId,
    pub(super) now: Time,
    pub(super) ledger: Ledger,
    classes: [i64; Class::ALL],
    reviews: i64,
    saved: i64,
    change: Option<i64>,
    days: BTreeMap<(String, i64), i64>,
    pub(super) reviewers: BTreeMap<String, ReviewerRow>,
    /// How many tasks more are kept for people.
    waiting: BTreeMap<String, i64>,
    /// The reviews that count of some tasks, read ahead.
    pub(super) counting: BTreeMap<String, Vec<ReviewRow>>,
    /// What is to be said of logs.
    pub(super) feedback: Vec<NewFeedback>,
}

impl<'t> Book<'t> {
    /// The book of a queue.
    pub(super) fn open(tx: &'t mut Tx, project: ProjectId, queue: QueueId, now: Time) -> Self {
        Self {
            tx,
            project,
            queue,
            now,
            ledger: Ledger::default(),
            classes: [0; Class::ALL],
            reviews: 0,
            saved: 0,
            change: None,
            days: BTreeMap::new(),
            reviewers: BTreeMap::new(),
            waiting: BTreeMap::new(),
            counting: BTreeMap::new(),
            feedback: Vec::new(),
        }
    }

    /// A task of the queue.
    pub(super) async fn task(&mut self, id: TaskId) -> Result<TaskRow> {
        if let Some(row) = self.ledger.task(&id.to_string()) {
            return Ok(row.clone());
        }
        let row = TaskRow::load(&mut self.tx.conn, self.project, id).await?;
        let row = row.filter(|row| row.queue == self.queue.to_string());
        row.ok_or(StoreError::NotFound("task"))
    }

    /// Tasks of the queue with what they are about, in any order.
    pub(super) async fn tasks_with_items(
        &mut self,
        ids: &[TaskId],
    ) -> Result<Vec<(TaskRow, ItemRow)>> {
        let rows = WholeRow::load(&mut self.tx.conn, self.project, ids).await?;
        let queue = self.queue.to_string();
        let ours = rows.into_iter().filter(|row| row.task.queue == queue);
        let now = |row: WholeRow| {
            let task = self.ledger.task(&row.task.id).cloned().unwrap_or(row.task);
            (task, row.item)
        };
        Ok(ours.map(now).collect())
    }

    /// A number that no earlier place in the line has.
    pub(super) async fn turns(&mut self, count: i64) -> Result<i64> {
        let next =
            sql("UPDATE queue_counts SET turn = turn + $1 WHERE project = $2 AND queue = $3 \
                        RETURNING turn");
        let next = next.bind(count).bind(self.project).bind(self.queue);
        let last = next.one::<(i64,)>(&mut self.tx.conn).await?;
        last.map(|(last,)| last - count + 1).ok_or(StoreError::NotFound("queue"))
    }

    /// The number of the change in which reviews come or end: one for all of an operation, and no
    /// earlier one's.
    pub(super) async fn change(&mut self) -> Result<i64> {
        if let Some(change) = self.change {
            return Ok(change);
        }
        let next = sql("UPDATE queue_counts SET change = change + 1 \
                        WHERE project = $1 AND queue = $2 RETURNING change");
        let next = next.bind(self.project).bind(self.queue);
        let next = next.one::<(i64,)>(&mut self.tx.conn).await?;
        let (change,) = next.ok_or(StoreError::NotFound("queue"))?;
        self.change = Some(change);
        Ok(change)
    }

    /// Keeps a changed task. Where a place came back to it (`returned`), it goes to the end of the
    /// line: those whose reach is beyond its old place see it again.
    pub(super) async fn save(
        &mut self,
        before: &TaskRow,
        mut after: TaskRow,
        returned: bool,
    ) -> Result<TaskRow> {
        after.settle();
        let (was, is) = (before.turn.is_some(), after.has_place());
        let moved = before.priority != after.priority;
        if was && (!is || returned || moved) {
            self.ledger.leave_line(before);
            (after.band, after.turn) = (None, None);
        }
        if is && (!was || returned || moved) {
            let turn = self.turns(1).await?;
            // What only got another priority is as new there as it was.
            let band = before.band.filter(|_| !returned).unwrap_or(RETURNED);
            (after.band, after.turn) = (Some(band), Some(turn));
            self.ledger.join_line(&after);
        }
        self.count(before.class(), -1);
        self.count(after.class(), 1);
        self.ledger.save_task(before, &after);
        if after.completed_at().is_some_and(|at| before.completed_at() != Some(at)) {
            self.tell_completed(&after)?;
        }
        Ok(after)
    }

    /// Tells webhooks of a task that was decided, or decided again.
    fn tell_completed(&mut self, row: &TaskRow) -> Result<()> {
        let log = row.log.as_ref().map(|log| log.parse().map_err(|e| corrupt("task", e)));
        let (task, log) = (row.task()?, log.transpose()?);
        let told = Happening::task_completed(self.project, self.now, self.queue, task, log);
        self.tx.pending.tell(told);
        Ok(())
    }

    /// Counts so many tasks of a class more.
    pub(super) fn count(&mut self, class: Class, tasks: i64) {
        self.classes[class as usize] += tasks;
    }

    /// Counts reviews of a person that count from now on (1) or no longer (-1), given at `at`.
    pub(super) fn count_review(&mut self, user: &str, at: Time, sign: i64) {
        self.reviews += sign;
        for user in [user, ""] {
            *self.days.entry((user.to_owned(), at.day())).or_default() += sign;
        }
    }

    /// Counts reviews that an adaptive overlap did not need.
    pub(super) fn count_saved(&mut self, saved: i64) {
        self.saved += saved;
    }

    /// A person's seat at a task.
    pub(super) async fn seat(&mut self, task: TaskId, user: UserId) -> Result<Option<Seat>> {
        if let Some(seat) = self.ledger.seat(&task.to_string(), &user.to_string()) {
            return Ok(Some(seat.clone()));
        }
        Seat::load(&mut self.tx.conn, self.project, task, user).await
    }

    /// The seat of a person who was given the task.
    pub(super) async fn seat_given(&mut self, task: TaskId, user: UserId) -> Result<Seat> {
        let seat = self.seat(task, user).await?.filter(|seat| !seat.is(KNOWN));
        seat.ok_or(StoreError::NotFound("task"))
    }

    /// Keeps a seat, and counts what is kept for its person.
    pub(super) fn save_seat(&mut self, mut seat: Seat) {
        let more = seat.waits_more();
        if more != 0 {
            *self.waiting.entry(seat.user_id.clone()).or_default() += more;
        }
        self.ledger.save_seat(seat);
    }

    /// How many tasks are kept for a person whose row was read.
    pub(super) fn waiting(&self, user: &str) -> i64 {
        let before = self.reviewers.get(user).map_or(0, |row| row.waiting);
        before + self.waiting.get(user).copied().unwrap_or(0)
    }

    /// Notes in the rows of reviewers what is kept for them.
    pub(super) async fn count_waiting(&mut self) -> Result<()> {
        for (user, more) in std::mem::take(&mut self.waiting) {
            self.reviewer(&user).await?.waiting += more;
        }
        Ok(())
    }

    /// The reviews of a task that count, oldest first.
    pub(super) async fn counting(&mut self, task: &str) -> Result<Vec<ReviewRow>> {
        if let Some(rows) = self.counting.get(task) {
            return Ok(rows.clone());
        }
        let project = self.project;
        ReviewRow::of_task(self.flush().await?, project, task, true).await
    }

    /// Writes what changed so far, and gives the connection to read it with.
    pub(super) async fn flush(&mut self) -> Result<&mut Conn> {
        self.ledger.write(&mut self.tx.conn, self.project, self.queue).await?;
        Ok(&mut self.tx.conn)
    }

    /// Writes what changed, leaves what was counted to the commit, and tells screens.
    pub(super) async fn close(mut self) -> Result<()> {
        self.flush().await?;
        self.count_waiting().await?;
        settle::give(self.tx, &self.feedback).await?;
        let pending = &mut self.tx.pending;
        pending.happened(self.project, EventKind::QueueChanged, Some(self.queue.to_string()));
        let at = (self.project, self.queue);
        pending.tally.add_reviewers(at, self.reviewers);
        pending.tally.add_days(at, self.days);
        let [untouched, begun, disputed, complete, cancelled, gold] = self.classes;
        let [reviews, saved] = [self.reviews, self.saved];
        let sums = [untouched, begun, disputed, complete, cancelled, gold, reviews, saved];
        pending.tally.add_counts(at, self.now, sums);
        Ok(())
    }
}
