//! A seat: what one person has to do with one task.

use vouch_domain::Time;
use vouch_domain::id::{ProjectId, QueueId, TaskId, UserId};

use super::book::Book;
use crate::sql::conn::Conn;
use crate::sql::statement::sql;
use crate::{Result, StoreError};

/// They have the task right now, until a time.
pub(super) const LEASED: &str = "leased";
/// It is kept for them.
pub(super) const ASSIGNED: &str = "assigned";
/// They had it, and may have it again.
pub(super) const LEFT: &str = "left";
/// They answered.
pub(super) const REVIEWED: &str = "reviewed";
/// They do not want it.
pub(super) const SKIPPED: &str = "skipped";
/// They asked somebody else to decide.
pub(super) const ESCALATED: &str = "escalated";
/// They know its right answers: they reviewed the task that it was made from.
pub(super) const KNOWN: &str = "known";

/// The row in `task_seats`.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(super) struct Seat {
    pub(super) task: String,
    pub(super) user_id: String,
    pub(super) state: String,
    /// Whether the task is kept for them while it is not done.
    pub(super) kept: i64,
    pub(super) until: Option<i64>,
    pub(super) rubric_version: i64,
    pub(super) draft: Option<String>,
    pub(super) returned: Option<String>,
    pub(super) reason: Option<String>,
    /// The state that is stored.
    pub(super) was: String,
}

/// The columns of a [`Seat`], from a table `s`.
pub(super) const COLUMNS: &str = "s.task, s.user_id, s.state, s.kept, s.until, s.rubric_version, \
     s.draft, s.returned, s.reason, s.state AS was";

impl Seat {
    /// That of a person who had nothing to do with the task.
    pub(super) fn new(task: &str, user: &str) -> Self {
        Self {
            task: task.to_owned(),
            user_id: user.to_owned(),
            state: LEFT.to_owned(),
            kept: 0,
            until: None,
            rubric_version: 1,
            draft: None,
            returned: None,
            reason: None,
            was: LEFT.to_owned(),
        }
    }

    pub(super) fn is(&self, state: &str) -> bool {
        self.state == state
    }

    /// Gives it another state; a lease needs [`Self::lease`].
    pub(super) fn set(&mut self, state: &'static str) {
        state.clone_into(&mut self.state);
        self.until = None;
    }

    /// Leases the task until a time.
    pub(super) fn lease(&mut self, until: Time, rubric_version: u32) {
        LEASED.clone_into(&mut self.state);
        self.until = Some(until.micros());
        self.rubric_version = i64::from(rubric_version);
    }

    /// That of a person.
    pub(super) async fn load(
        conn: &mut Conn,
        project: ProjectId,
        task: TaskId,
        user: UserId,
    ) -> Result<Option<Self>> {
        let mut select = sql("SELECT ");
        select.push(COLUMNS).push(" FROM task_seats s WHERE s.project = ").push_bind(project);
        select.push(" AND s.task = ").push_bind(task);
        select.push(" AND s.user_id = ").push_bind(user);
        select.one(conn).await
    }

    /// All seats of a task.
    pub(super) async fn of_task(
        conn: &mut Conn,
        project: ProjectId,
        task: &str,
    ) -> Result<Vec<Self>> {
        let mut select = sql("SELECT ");
        select.push(COLUMNS).push(" FROM task_seats s WHERE s.project = ").push_bind(project);
        select.push(" AND s.task = ").push_bind(task);
        select.all(conn).await
    }

    /// Those of a person in a queue that have a state, the oldest tasks first.
    pub(super) async fn of_user(
        book: &mut Book<'_>,
        user: UserId,
        state: &'static str,
        limit: u32,
    ) -> Result<Vec<Self>> {
        let mut select = sql("SELECT ");
        select.push(COLUMNS).push(" FROM task_seats s WHERE s.project = ").push_bind(book.project);
        select.push(" AND s.queue = ").push_bind(book.queue);
        select.push(" AND s.user_id = ").push_bind(user);
        select.push(" AND s.state = ").push_bind(state);
        select.push(" ORDER BY s.task LIMIT ").push_bind(limit);
        select.all(&mut book.tx.conn).await
    }

    /// Those whose lease lapsed by now, longest ago first.
    pub(super) async fn lapsed(book: &mut Book<'_>, limit: u32) -> Result<Vec<Self>> {
        let mut select = sql("SELECT ");
        select.push(COLUMNS).push(" FROM task_seats s WHERE s.project = ").push_bind(book.project);
        // A literal, so that the partial index fits.
        select.push(" AND s.queue = ").push_bind(book.queue).push(" AND s.state = 'leased'");
        select.push(" AND s.until <= ").push_bind(book.now);
        select.push(" ORDER BY s.until LIMIT ").push_bind(limit);
        select.all(&mut book.tx.conn).await
    }

    /// Writes it.
    pub(super) async fn save(
        &self,
        conn: &mut Conn,
        project: ProjectId,
        queue: QueueId,
    ) -> Result<()> {
        sql("INSERT INTO task_seats (project, task, user_id, queue, state, kept, until, \
             rubric_version, draft, returned, reason) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
             ON CONFLICT (project, task, user_id) DO UPDATE SET state = excluded.state, \
             kept = excluded.kept, until = excluded.until, \
             rubric_version = excluded.rubric_version, draft = excluded.draft, \
             returned = excluded.returned, reason = excluded.reason")
        .bind(project)
        .bind(&self.task)
        .bind(&self.user_id)
        .bind(queue)
        .bind(&self.state)
        .bind(self.kept)
        .bind(self.until)
        .bind(self.rubric_version)
        .bind(&self.draft)
        .bind(&self.returned)
        .bind(&self.reason)
        .run(conn)
        .await
        .map(|_| ())
    }
}

impl Book<'_> {
    /// A person's seat at a task.
    pub(super) async fn seat(&mut self, task: TaskId, user: UserId) -> Result<Option<Seat>> {
        Seat::load(&mut self.tx.conn, self.project, task, user).await
    }

    /// The seat of a person who was given the task.
    pub(super) async fn seat_given(&mut self, task: TaskId, user: UserId) -> Result<Seat> {
        let seat = self.seat(task, user).await?.filter(|seat| !seat.is(KNOWN));
        seat.ok_or(StoreError::NotFound("task"))
    }

    /// Writes a seat, once after it was read; counts what is kept for its person.
    pub(super) async fn save_seat(&mut self, seat: &Seat) -> Result<()> {
        let kept = |state: &str| i64::from(state == ASSIGNED);
        let more = kept(&seat.state) - kept(&seat.was);
        if more != 0 {
            self.reviewer(&seat.user_id).await?.waiting += more;
        }
        seat.save(&mut self.tx.conn, self.project, self.queue).await
    }
}
