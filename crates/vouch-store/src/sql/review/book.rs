//! The tasks of one queue within one transaction: read, changed, and kept with all that follows
//! from a change: their place in the line and the queue's counts.

use std::collections::BTreeMap;

use vouch_domain::Time;
use vouch_domain::event::EventKind;
use vouch_domain::id::{ProjectId, QueueId, TaskId};

use super::reviewer::ReviewerRow;
use super::task::{Class, TaskRow};
use crate::error::corrupt;
use crate::sql::rows::Rows;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::sql::value::Kind;
use crate::{Result, StoreError};

/// The band of what came back.
pub(super) const RETURNED: i64 = 0;
/// The band of what is new.
pub(super) const FRESH: i64 = 1;

/// The tasks of one queue within one transaction. [`Self::close`] is to be called at the end.
pub(super) struct Book<'t> {
    pub(super) tx: &'t mut Tx,
    pub(super) project: ProjectId,
    pub(super) queue: QueueId,
    pub(super) now: Time,
    classes: [i64; Class::ALL],
    reviews: i64,
    saved: i64,
    days: BTreeMap<(String, i64), i64>,
    pub(super) reviewers: BTreeMap<String, ReviewerRow>,
}

impl<'t> Book<'t> {
    /// The book of a queue.
    pub(super) fn open(tx: &'t mut Tx, project: ProjectId, queue: QueueId, now: Time) -> Self {
        Self {
            tx,
            project,
            queue,
            now,
            classes: [0; Class::ALL],
            reviews: 0,
            saved: 0,
            days: BTreeMap::new(),
            reviewers: BTreeMap::new(),
        }
    }

    /// A task of the queue.
    pub(super) async fn task(&mut self, id: TaskId) -> Result<TaskRow> {
        let row = TaskRow::load(&mut self.tx.conn, self.project, id).await?;
        let row = row.filter(|row| row.queue == self.queue.to_string());
        row.ok_or(StoreError::NotFound("task"))
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
            self.leave_line(before).await?;
            (after.band, after.turn) = (None, None);
        }
        if is && (!was || returned || moved) {
            let turn = self.turns(1).await?;
            // What only got another priority is as new there as it was.
            let band = before.band.filter(|_| !returned).unwrap_or(RETURNED);
            (after.band, after.turn) = (Some(band), Some(turn));
            self.join_line(&after).await?;
        }
        self.count(before.class(), -1);
        self.count(after.class(), 1);
        if after != *before {
            after.update(&mut self.tx.conn, self.project, before).await?;
        }
        Ok(after)
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

    async fn leave_line(&mut self, row: &TaskRow) -> Result<()> {
        let leave =
            sql("DELETE FROM task_line WHERE project = $1 AND queue = $2 AND priority = $3 \
                         AND band = $4 AND turn = $5");
        let leave = leave.bind(self.project).bind(self.queue).bind(row.priority);
        leave.bind(row.band).bind(row.turn).run(&mut self.tx.conn).await.map(|_| ())
    }

    async fn join_line(&mut self, row: &TaskRow) -> Result<()> {
        sql("INSERT INTO task_line (project, queue, priority, band, turn, task) \
             VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(self.project)
        .bind(self.queue)
        .bind(row.priority)
        .bind(row.band)
        .bind(row.turn)
        .bind(&row.id)
        .run(&mut self.tx.conn)
        .await
        .map(|_| ())
    }

    /// Writes what was counted, and tells screens.
    pub(super) async fn close(self) -> Result<()> {
        let queue = Some(self.queue.to_string());
        self.tx.pending.happened(self.project, EventKind::QueueChanged, queue);
        for row in self.reviewers.values().filter(|row| row.changed) {
            row.save(&mut self.tx.conn, self.project, self.queue).await?;
        }
        let mut days = Rows::new(&[
            ("project", Kind::Text),
            ("queue", Kind::Text),
            ("user_id", Kind::Text),
            ("day", Kind::Int),
            ("reviews", Kind::Int),
        ]);
        for ((user, day), reviews) in self.days.into_iter().filter(|(_, reviews)| *reviews != 0) {
            days.push([
                self.project.into(),
                self.queue.into(),
                user.into(),
                day.into(),
                reviews.into(),
            ]);
        }
        let add = "ON CONFLICT (project, queue, user_id, day) DO UPDATE \
                   SET reviews = queue_days.reviews + excluded.reviews";
        days.insert(&mut self.tx.conn, "queue_days", add).await?;
        let sums = self.classes.iter().chain([&self.reviews, &self.saved]);
        if sums.clone().all(|sum| *sum == 0) {
            return Ok(());
        }
        let mut add =
            sql("UPDATE queue_counts SET untouched = untouched + $1, begun = begun + $2, \
             disputed = disputed + $3, complete = complete + $4, cancelled = cancelled + $5, \
             gold = gold + $6, reviews = reviews + $7, saved = saved + $8 \
             WHERE project = $9 AND queue = $10");
        for sum in sums {
            add = add.bind(*sum);
        }
        let changed = add.bind(self.project).bind(self.queue).run(&mut self.tx.conn).await?;
        if changed == 0 { Err(corrupt("queue", "it has no counts")) } else { Ok(()) }
    }
}
